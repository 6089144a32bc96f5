import { compareText } from '@vigil/domain/facts/order';
import { type Finding, joinFindings } from '@vigil/domain/ledger/audit';
import { formatInstant } from '@vigil/domain/time/instant';
import { type AuditCounts, maxListed } from './audit-counts.ts';
import type { SaidCounts } from './said-source.ts';

/** What an audit came to: `audit.json`. */
export interface Verdict {
  /** Whether what was said is what should have been said. */
  readonly agrees: boolean;
  /** Alerts that should stand, and of those said that do; records that were read. */
  readonly expected: number;
  readonly standing: number;
  readonly withdrawn: number;
  /** Provisional alerts that nobody has confirmed. */
  readonly unconfirmed: number;
  readonly records: SaidCounts;
  /** Alerts raised later than allowed, by the reason they give; `unexplained` ones are findings. */
  readonly late: Readonly<Record<string, number>>;
  readonly findings: Readonly<Record<string, number>>;
  /** Findings that are counted but not listed. */
  readonly notListed: number;
}

/** The verdict, and the findings in order of instant. */
export function verdictOf(
  counts: AuditCounts,
  records: SaidCounts,
): { readonly verdict: Verdict; readonly findings: readonly Finding[] } {
  const all = [...counts.findings.values()].reduce((sum, count) => sum + count, 0);
  const notListed = Math.max(0, all - maxListed);
  const findings = [...joinFindings(counts.listed)].sort(
    (a, b) => a.at - b.at || compareText(a.alertId, b.alertId) || compareText(a.kind, b.kind),
  );
  const kinds = notListed > 0 ? counts.findings : countsOf(findings);
  const late = [...counts.late].map(([reason, count]) => [reason || 'unexplained', count] as const);
  const { expected, standing, withdrawn, unconfirmed } = counts;
  return {
    findings,
    verdict: {
      agrees: findings.length === 0 && records.unreadable === 0,
      ...{ expected, standing, withdrawn, unconfirmed, records },
      late: Object.fromEntries(late.sort(([a], [b]) => compareText(a, b))),
      findings: Object.fromEntries([...kinds].sort(([a], [b]) => compareText(a, b))),
      notListed,
    },
  };
}

function countsOf(findings: readonly Finding[]): Map<Finding['kind'], number> {
  const counts = new Map<Finding['kind'], number>();
  for (const { kind } of findings) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return counts;
}

/** A line of `audit.ndjson`. */
export function findingLine({ at, knownAt, ...finding }: Finding): string {
  return JSON.stringify({
    ...finding,
    at: formatInstant(at),
    ...(knownAt === undefined ? {} : { knownAt: formatInstant(knownAt) }),
  });
}
