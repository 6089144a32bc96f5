import type { LateReason } from '@vigil/domain/ledger/alert';
import type { Finding, IncidentAudit } from '@vigil/domain/ledger/audit';

/** What an audit found of many incidents, added up. Plain data: threads hand it over. */
export interface AuditCounts {
  /** Alerts that should stand, and of those said that do. */
  expected: number;
  standing: number;
  withdrawn: number;
  unconfirmed: number;
  /** Alerts raised later than allowed, by the reason they give. */
  readonly late: Map<LateReason | '', number>;
  readonly findings: Map<Finding['kind'], number>;
  /** The findings themselves, the first ones where there are very many. */
  readonly listed: Finding[];
}

/** Findings that are kept: whoever has more of them has audited against the wrong ledger. */
export const maxListed = 200_000;

/** Counts of nothing yet. */
export function newAuditCounts(): AuditCounts {
  return {
    ...{ expected: 0, standing: 0, withdrawn: 0, unconfirmed: 0 },
    ...{ late: new Map(), findings: new Map(), listed: [] },
  };
}

/** Adds one incident. */
export function addAudit(counts: AuditCounts, audit: IncidentAudit): void {
  addSizes(counts, audit);
  for (const { kind } of audit.findings) add(counts.findings, kind, 1);
  list(counts, audit.findings);
}

/** Adds what another thread counted. */
export function addAuditCounts(counts: AuditCounts, other: AuditCounts): void {
  addSizes(counts, other);
  for (const [kind, count] of other.findings) add(counts.findings, kind, count);
  list(counts, other.listed);
}

type Sizes = Omit<IncidentAudit, 'findings'>;

function addSizes(
  counts: AuditCounts,
  { expected, standing, withdrawn, unconfirmed, late }: Sizes,
): void {
  counts.expected += expected;
  counts.standing += standing;
  counts.withdrawn += withdrawn;
  counts.unconfirmed += unconfirmed;
  for (const [reason, count] of late) add(counts.late, reason, count);
}

function list({ listed }: AuditCounts, findings: readonly Finding[]): void {
  for (const finding of findings) if (listed.length < maxListed) listed.push(finding);
}

function add<K>(counts: Map<K, number>, key: K, count: number): void {
  counts.set(key, (counts.get(key) ?? 0) + count);
}
