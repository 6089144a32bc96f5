/** What stands in the lines of one partition, by incident. */
import type { Fact, IncidentId } from '@vigil/domain/facts/fact';
import type { SaidRecord } from '@vigil/domain/ledger/audit';
import { type Instant, later } from '@vigil/domain/time/instant';
import { readLine } from '@vigil/event-log/files/read-facts';
import { rejectLine } from '../ledger-lines.ts';
import { type KeyedLine, type Run, runOf } from './run.ts';
import type { SpoolReader, Stored } from './spool.ts';

/** The lines of one partition that stand in one block. */
export interface Slice {
  readonly stored: Stored;
  /** Which of the stored bytes; each line has a line break after it. */
  readonly from: number;
  readonly to: number;
  /** The places of the lines in their block, and where those of this slice begin. */
  readonly places: Uint32Array;
  readonly placesFrom: number;
  readonly block: BlockPlace;
}

/** Where a block stands. */
export interface BlockPlace {
  /** Blocks are numbered as they are read. */
  readonly number: number;
  readonly file: string;
  /** The number of its first line in the file, from 1. */
  readonly firstLine: number;
}

/** Orders lines of the input as they were read. */
export function keyOfPlace(block: BlockPlace, place: number): number {
  return block.number * 2 ** 24 + place;
}

/** Everything that is known of one incident. */
export interface Incident {
  readonly facts: readonly Fact[];
  /** What was said of it, in an audit. */
  readonly said: readonly SaidRecord[];
}

/** A partition that was read. */
export interface PartitionRead {
  readonly incidents: readonly Incident[];
  readonly facts: number;
  readonly heartbeats: number;
  readonly rejects: Run;
  /** The last instant of a fact or heartbeat in it, or at which one was recorded. */
  readonly last: Instant | undefined;
}

/**
 * Reads the lines of one partition.
 *
 * @param said - lines of what was said, as {@link saidLine} writes them; of the same partition.
 */
export function readPartition(
  slices: readonly Slice[],
  said: readonly Slice[],
  reader: SpoolReader,
  as: 'recorded' | 'known',
): PartitionRead {
  const incidents = new Map<IncidentId, { readonly facts: Fact[]; readonly said: SaidRecord[] }>();
  const incidentOf = (id: IncidentId) => {
    const known = incidents.get(id);
    if (known !== undefined) return known;
    const fresh = { facts: [], said: [] };
    incidents.set(id, fresh);
    return fresh;
  };
  const rejects: KeyedLine[] = [];
  let [facts, heartbeats] = [0, 0];
  let last: Instant | undefined;
  for (const { line, place, block } of linesOf(slices, reader)) {
    const read = readLine({ number: block.firstLine + place, text: line }, block.file);
    if (read === undefined) continue;
    if (read.kind === 'rejected') {
      rejects.push({ key: keyOfPlace(block, place), line: rejectLine(read) });
      continue;
    }
    const { at, time = at } = read.kind === 'fact' ? read.fact : read.heartbeat;
    last = later(last ?? at, as === 'known' ? later(at, time) : at);
    if (read.kind === 'heartbeat') {
      heartbeats += 1;
      continue;
    }
    facts += 1;
    incidentOf(read.fact.incidentId).facts.push(read.fact);
  }
  for (const { line } of linesOf(said, reader)) {
    // Written by saidLine from what was checked.
    const { record } = JSON.parse(line) as { readonly record: SaidRecord };
    incidentOf(record.incidentId).said.push(record);
  }
  rejects.sort((a, b) => a.key - b.key);
  return { incidents: [...incidents.values()], facts, heartbeats, rejects: runOf(rejects), last };
}

/** A line of what was said, routed by its incident as facts are by their subject. */
export function saidLine(record: SaidRecord): string {
  return JSON.stringify({ subject: record.incidentId, record });
}

function* linesOf(slices: readonly Slice[], reader: SpoolReader) {
  for (const { stored, from, to, places, placesFrom, block } of slices) {
    const text = reader.read(stored, from, to).toString('utf8');
    let start = 0;
    for (let index = placesFrom; start < text.length; index++) {
      const end = text.indexOf('\n', start);
      yield { line: text.slice(start, end), place: places[index] ?? 0, block };
      start = end + 1;
    }
  }
}
