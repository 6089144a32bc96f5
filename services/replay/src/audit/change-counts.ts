import type { Assessment } from '@vigil/domain/assessment/assess';
import type { PolicyChange } from '@vigil/domain/ledger/policy-difference';
import { addOutcome, addTallies, type Tallies } from '../figures.ts';

/** Alerts that another policy would have added, left out, or raised at another instant. */
export interface Changes {
  gained: number;
  lost: number;
  moved: number;
}

/** What another policy would have changed. Plain data: threads hand it over. */
export interface ChangeCounts {
  /** By force, target and phase, joined by U+0000: identifiers have no control characters. */
  readonly changes: Map<string, Changes>;
  /** How the objectives of the other policy were met. */
  readonly tallies: Tallies;
}

/** Counts of nothing yet. */
export function newChangeCounts(): ChangeCounts {
  return { changes: new Map(), tallies: new Map() };
}

/** Adds the changes of one incident, and what the other policy makes of it. */
export function addChanges(
  counts: ChangeCounts,
  changes: readonly PolicyChange[],
  { settlements, samples }: Assessment,
): void {
  for (const { forceId, target, phase, before, after } of changes) {
    const kind = before === undefined ? 'gained' : after === undefined ? 'lost' : 'moved';
    changesOf(counts, [forceId, target, phase].join('\u0000'))[kind] += 1;
  }
  for (const outcome of [...settlements, ...samples]) addOutcome(counts.tallies, outcome);
}

/** Adds what another thread counted. */
export function addChangeCounts(counts: ChangeCounts, other: ChangeCounts): void {
  for (const [key, { gained, lost, moved }] of other.changes) {
    const own = changesOf(counts, key);
    own.gained += gained;
    own.lost += lost;
    own.moved += moved;
  }
  addTallies(counts.tallies, other.tallies);
}

function changesOf({ changes }: ChangeCounts, key: string): Changes {
  const known = changes.get(key) ?? { gained: 0, lost: 0, moved: 0 };
  changes.set(key, known);
  return known;
}
