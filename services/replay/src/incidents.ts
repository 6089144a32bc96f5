import type { Fact, IncidentId } from '@vigil/domain/facts/fact';
import { type Instant, later } from '@vigil/domain/time/instant';
import {
  type OnProgress,
  type RejectedLine,
  readFactBatches,
} from '@vigil/event-log/files/read-facts';

/** Everything that files of facts hold, by incident. */
export interface IncidentsRead {
  readonly incidents: ReadonlyMap<IncidentId, readonly Fact[]>;
  readonly facts: number;
  readonly heartbeats: number;
  readonly rejected: number;
  /** The last instant at which a fact or a heartbeat says something happened; none when there are none. */
  readonly last: Instant | undefined;
}

/**
 * Reads files of facts and puts the facts of each incident together. All facts are in memory at the
 * end: those of one incident may stand anywhere in the files.
 *
 * @param onRejected - is given each line that is no fact as it is met, and is waited for.
 * @throws FactsFileError when a file cannot be read to its end.
 */
export async function readIncidents(
  files: readonly string[],
  onRejected: (line: RejectedLine) => Promise<void>,
  onProgress?: OnProgress,
): Promise<IncidentsRead> {
  const incidents = new Map<IncidentId, Fact[]>();
  let facts = 0;
  let heartbeats = 0;
  let rejected = 0;
  let last: Instant | undefined;
  for await (const batch of readFactBatches(files, onProgress)) {
    for (const line of batch) {
      if (line.kind === 'rejected') {
        rejected += 1;
        await onRejected(line);
        continue;
      }
      const { at } = line.kind === 'fact' ? line.fact : line.heartbeat;
      last = last === undefined ? at : later(last, at);
      if (line.kind === 'heartbeat') {
        heartbeats += 1;
        continue;
      }
      facts += 1;
      const known = incidents.get(line.fact.incidentId);
      if (known === undefined) incidents.set(line.fact.incidentId, [line.fact]);
      else known.push(line.fact);
    }
  }
  return { incidents, facts, heartbeats, rejected, last };
}
