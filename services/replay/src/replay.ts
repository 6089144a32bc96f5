/**
 * A replay says what should have been said: it puts all facts of each incident together, whatever the
 * order they were recorded in, and asks the same `assess` that the live services ask, once, for the
 * end of the period. What depends on arrival (watermarks, holds, provisional alerts) has no part in it.
 */
import { assess, type DataQualityFlag } from '@vigil/domain/assessment/assess';
import type { Sample, Settlement } from '@vigil/domain/assessment/objective';
import { distinctFacts } from '@vigil/domain/facts/distinct';
import type { Fact, IncidentId } from '@vigil/domain/facts/fact';
import type { Alert } from '@vigil/domain/ledger/alert';
import type { Policy } from '@vigil/domain/policy/policy';
import { formatInstant, type Instant } from '@vigil/domain/time/instant';
import type { RejectedLine } from '@vigil/event-log/files/read-facts';
import { type IncidentsRead, readIncidents } from './incidents.ts';
import {
  alertLine,
  compareAlerts,
  compareOutcomes,
  outcomeLine,
  rejectLine,
} from './ledger-lines.ts';
import { type OutputFolder, openOutputFolder } from './output-folder.ts';
import { countAlerts, counted, type Summary, summarizeObjectives } from './summary.ts';

/** What should have been said about all incidents by an instant, in the order of the files. */
export interface Replayed {
  readonly alerts: readonly Alert[];
  readonly outcomes: readonly (Settlement | Sample)[];
  /** Incidents that were created by then. */
  readonly incidents: number;
  readonly duplicates: number;
  /** One entry an incident and flag. */
  readonly flags: readonly DataQualityFlag[];
}

/** How far a step has come, and out of how much. */
export type OnStep = (done: number, all: number) => void;

/** Incidents between two words of progress. */
const incidentsPerStep = 1_000;

/**
 * Decides about every incident for the instant `until`.
 *
 * @param onAssessed - is told how many incidents are decided.
 */
export function replayIncidents(
  incidents: ReadonlyMap<IncidentId, readonly Fact[]>,
  policy: Policy,
  until: Instant,
  onAssessed?: OnStep,
): Replayed {
  const alerts: Alert[] = [];
  const outcomes: (Settlement | Sample)[] = [];
  const flags: DataQualityFlag[] = [];
  let created = 0;
  let duplicates = 0;
  let done = 0;
  for (const facts of incidents.values()) {
    duplicates += distinctFacts(facts).duplicates;
    const assessed = assess(facts, policy, until);
    if (assessed.state !== undefined) created += 1;
    for (const { at, incidentId, target, phase, reason } of assessed.alerts) {
      alerts.push({ at, incidentId, target, phase, ...(reason === undefined ? {} : { reason }) });
    }
    outcomes.push(...assessed.settlements, ...assessed.samples);
    flags.push(...assessed.flags);
    if (++done % incidentsPerStep === 0) onAssessed?.(done, incidents.size);
  }
  alerts.sort(compareAlerts);
  outcomes.sort(compareOutcomes);
  return { alerts, outcomes, incidents: created, duplicates, flags };
}

export interface ReplayRequest {
  /** Paths and patterns of files of facts, or `-`. */
  readonly facts: readonly string[];
  readonly policy: Policy;
  /** By default the last instant in the facts. */
  readonly until?: Instant;
  /** The folder for the files; it is made if need be, and files of an earlier replay are replaced. */
  readonly out: string;
  /** Is told of each line that is no fact. */
  readonly onReject?: (line: RejectedLine) => void;
  /** Is told how many bytes of the files are read. */
  readonly onRead?: OnStep;
  /** Is told how many incidents are decided. */
  readonly onAssessed?: OnStep;
}

/**
 * Replays files of facts into `summary.json`, `alerts.ndjson`, `outcomes.ndjson` and `rejects.ndjson`.
 * The same facts in any order and any division into files give the same bytes, the rejects apart.
 *
 * @returns what stands in `summary.json`.
 * @throws FactsFileError when the facts cannot be read to their end; what an earlier replay left in
 * the folder is then as it was.
 */
export async function replay(request: ReplayRequest): Promise<Summary> {
  await using folder = await openOutputFolder(request.out);
  // The first file is the seal: the summary is there when all of its run is.
  const summaryFile = await folder.file('summary.json');
  const read = await readInto(folder, request);
  const { policy, until = read.last, onAssessed } = request;
  const replayed =
    until === undefined ? nothing : replayIncidents(read.incidents, policy, until, onAssessed);
  await writeAll(folder, 'alerts.ndjson', replayed.alerts, alertLine);
  await writeAll(folder, 'outcomes.ndjson', replayed.outcomes, outcomeLine);
  const summary: Summary = {
    policyVersion: policy.policyVersion,
    until: until === undefined ? null : formatInstant(until),
    facts: {
      read: read.facts,
      duplicate: replayed.duplicates,
      rejected: read.rejected,
      heartbeats: read.heartbeats,
    },
    incidents: replayed.incidents,
    alerts: countAlerts(replayed.alerts, policy),
    objectives: summarizeObjectives(replayed.outcomes, policy),
    dataQuality: counted(replayed.flags),
  };
  await summaryFile.write(JSON.stringify(summary, null, 2));
  await folder.complete();
  return summary;
}

async function readInto(
  folder: OutputFolder,
  { facts, onReject, onRead }: ReplayRequest,
): Promise<IncidentsRead> {
  const rejects = await folder.file('rejects.ndjson');
  const onRejected = async (line: RejectedLine): Promise<void> => {
    onReject?.(line);
    await rejects.write(rejectLine(line));
  };
  return readIncidents(facts, onRejected, onRead);
}

async function writeAll<T>(
  folder: OutputFolder,
  name: string,
  entries: readonly T[],
  lineOf: (entry: T) => string,
): Promise<void> {
  const file = await folder.file(name);
  for (const entry of entries) await file.write(lineOf(entry));
}

const nothing: Replayed = { alerts: [], outcomes: [], incidents: 0, duplicates: 0, flags: [] };
