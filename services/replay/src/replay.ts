/**
 * A replay says what should have been said: it puts all facts of each incident together, whatever the
 * order they were recorded in, and asks the same `assess` that the live services ask, once, for the
 * end of the period. What depends on arrival (watermarks, holds, provisional alerts) has no part in it.
 */
import type { Finding } from '@vigil/domain/ledger/audit';
import type { Policy } from '@vigil/domain/policy/policy';
import type { Draw } from '@vigil/domain/report/draw';
import { reportOf } from '@vigil/domain/report/report';
import { formatInstant, type Instant } from '@vigil/domain/time/instant';
import type { RejectedLine } from '@vigil/event-log/files/read-facts';
import { type AuditCounts, newAuditCounts } from './audit/audit-counts.ts';
import type { ReadSaid, UnreadableSaid } from './audit/said.ts';
import { saidSource } from './audit/said-source.ts';
import { findingLine, type Verdict, verdictOf } from './audit/verdict.ts';
import { completenessOf, type RangeStatement } from './completeness.ts';
import { fileSource } from './history/file-source.ts';
import { decideHistory, type HistoryRequest, type HistorySource } from './history/history.ts';
import { mergeRuns, type StoredRun } from './history/run.ts';
import { Spool } from './history/spool.ts';
import { compareAlertLines, compareOutcomeLines } from './ledger-lines.ts';
import { type OutputFolder, openOutputFolder } from './output-folder.ts';
import { reportFiles } from './report/report-files.ts';
import { counted, type Summary, summarizeObjectives } from './summary.ts';

/** How far a step has come, and out of how much. */
export type OnStep = (done: number, all: number) => void;

/** Opens facts that are not in files; it is given what writes a line of `rejects.ndjson`. */
export type OpenSource = (reject: (line: string) => Promise<void>) => Promise<HistorySource>;

export interface ReplayRequest {
  /** Paths and patterns of files of facts, or `-`; or what opens them elsewhere. */
  readonly facts: readonly string[] | OpenSource;
  readonly policy: Policy;
  /** By default the last instant in the facts. */
  readonly until?: Instant;
  /** What should have been said (the default), or what could have been: see `assessAsKnown`. */
  readonly as?: 'recorded' | 'known';
  /** The cases that the report draws for reading; without it no report is written. */
  readonly draw?: Draw;
  /** What was read of the topics, for the statement of completeness; asked at the end. */
  readonly ranges?: () => readonly RangeStatement[];
  /** The folder for the files; it is made if need be, and files of an earlier replay are replaced. */
  readonly out: string;
  /** Is told of each line that is no fact. */
  readonly onReject?: (line: RejectedLine) => void;
  /** Is told how many bytes of the files are read. */
  readonly onRead?: OnStep;
  /** Is told how many incidents are decided. */
  readonly onAssessed?: OnStep;
}

/** An audit is a replay that is compared with what was said. */
export interface AuditRequest extends ReplayRequest {
  readonly said: AsyncIterable<ReadSaid>;
  /** Milliseconds that an alert may be raised after it was due or known; later ones must say why. */
  readonly lateOver: number;
  readonly onUnreadable: (record: UnreadableSaid) => void;
}

export interface Audited {
  readonly summary: Summary;
  readonly verdict: Verdict;
  /** In order of instant. */
  readonly findings: readonly Finding[];
}

const auditFiles = ['audit.json', 'audit.ndjson'] as const;

/**
 * Replays files of facts into `summary.json`, `alerts.ndjson`, `outcomes.ndjson`, `rejects.ndjson` and,
 * when it is asked for, the report and `completeness.json`. The same facts in any order and any division into files give the same bytes, the rejects apart.
 *
 * @returns what stands in `summary.json`.
 * @throws FactsFileError when the facts cannot be read to their end; what an earlier replay left in
 * the folder is then as it was.
 */
export async function replay(request: ReplayRequest): Promise<Summary> {
  return (await run(request, undefined)).summary;
}

/**
 * As {@link replay}, and compares the result with what was said: `audit.json` and `audit.ndjson`.
 *
 * @throws as replay; and when what was said cannot be read to its end.
 */
export async function audit(request: AuditRequest): Promise<Audited> {
  const { source, counts } = saidSource(request.said, request.onUnreadable);
  const { summary, audited } = await run(request, { said: source, lateOver: request.lateOver });
  const { verdict, findings } = verdictOf(audited ?? newAuditCounts(), counts);
  await using folder = await openOutputFolder(request.out);
  const file = await folder.file('audit.json');
  const list = await folder.file('audit.ndjson');
  for (const finding of findings) await list.write(findingLine(finding));
  await file.write(JSON.stringify(verdict, null, 2));
  await folder.complete();
  return { summary, verdict, findings };
}

async function run(
  request: ReplayRequest,
  auditing: HistoryRequest['audit'],
): Promise<{ readonly summary: Summary; readonly audited: AuditCounts | undefined }> {
  const { policy, until: asked, onAssessed } = request;
  await using folder = await openOutputFolder(request.out);
  await using spool = new Spool();
  // The first file is the seal: the summary is there when all of its run is.
  const summaryFile = await folder.file('summary.json');
  const rejects = await folder.file('rejects.ndjson');
  let rejectedElsewhere = 0;
  const source = await openSource(request, async (line) => {
    rejectedElsewhere += 1;
    await rejects.write(line);
  });
  const history = await decideHistory(source, {
    policy,
    spool,
    as: request.as ?? 'recorded',
    ...(asked === undefined ? {} : { until: asked }),
    ...(auditing === undefined ? {} : { audit: auditing }),
    ...(request.draw === undefined ? {} : { draw: request.draw }),
    ...(onAssessed === undefined ? {} : { onDecided: onAssessed }),
  });
  for (const line of mergeRuns(history.rejects, () => 0)) {
    request.onReject?.(JSON.parse(line));
    await rejects.write(line);
  }
  await writeRuns(folder, 'alerts.ndjson', history.alerts, compareAlertLines);
  await writeRuns(folder, 'outcomes.ndjson', history.outcomes, compareOutcomeLines);
  const { until } = history;
  const summary: Summary = {
    policyVersion: policy.policyVersion,
    until: until === undefined ? null : formatInstant(until),
    facts: {
      read: history.facts,
      duplicate: history.duplicates,
      rejected: history.rejected + rejectedElsewhere,
      heartbeats: history.heartbeats,
    },
    incidents: history.incidents,
    alerts: Object.fromEntries(
      policy.targets.map(({ name }) => [name, counted(history.alertCounts.get(name) ?? new Map())]),
    ),
    objectives: summarizeObjectives(history.tallies, policy),
    dataQuality: counted(history.flags),
  };
  if (history.report !== undefined && until !== undefined) {
    const { rejected, heartbeats } = summary.facts;
    const report = reportOf(history.report, policy, until, { rejected, heartbeats });
    // The charts' libraries are worth loading only now.
    const { writeReport } = await import('./report/write-report.ts');
    await writeReport(folder, report);
    if (request.as === 'known') folder.without('completeness.json');
    else {
      const completeness = completenessOf(history, report, request.ranges?.());
      const file = await folder.file('completeness.json');
      await file.write(JSON.stringify(completeness, null, 2));
    }
  } else {
    for (const name of [...reportFiles, 'completeness.json']) folder.without(name);
  }
  for (const name of auditFiles) folder.without(name);
  await summaryFile.write(JSON.stringify(summary, null, 2));
  await folder.complete();
  return { summary, audited: history.audit };
}

async function writeRuns(
  folder: OutputFolder,
  name: string,
  runs: readonly StoredRun[],
  compare: (a: string, b: string) => number,
): Promise<void> {
  const file = await folder.file(name);
  for (const line of mergeRuns(runs, compare)) await file.write(line);
}

function openSource(
  { facts, onRead }: ReplayRequest,
  reject: (line: string) => Promise<void>,
): Promise<HistorySource> {
  return typeof facts === 'function' ? facts(reject) : fileSource(facts, onRead);
}
