import { earlier, later } from '../time/instant.ts';
import { type Shortlist, shortlist } from './shortlist.ts';
import {
  compareDowngrades,
  compareLongWaits,
  compareLots,
  countIn,
  entry,
  listed,
  newCounts,
  newList,
  type Tally,
} from './tally.ts';

/**
 * Adds one tally to another, which is changed: the tally of the incidents of both. No incident may be
 * in both.
 *
 * @returns `into`.
 * @throws RangeError when their samples were drawn differently.
 */
export function mergeTallies(into: Tally, from: Tally): Tally {
  const { draw } = into;
  if (draw.seed !== from.draw.seed || draw.cases !== from.draw.cases) {
    throw new RangeError('tallies with different draws cannot be merged');
  }
  into.facts += from.facts;
  into.duplicates += from.duplicates;
  into.incidents += from.incidents;
  into.reopenings += from.reopenings;
  if (from.period !== undefined) {
    const { from: first, to: last } = into.period ?? from.period;
    into.period = { from: earlier(first, from.period.from), to: later(last, from.period.to) };
  }
  addCounts(into.flags, from.flags);
  addCounts(into.alerts, from.alerts);
  for (const part of ['places', 'grades', 'downgrades', 'standDowns'] as const) {
    for (const [key, counts] of from[part]) {
      for (const [index, by] of counts.entries()) {
        countIn(into[part], key, index, counts.length, by);
      }
    }
  }
  for (const [key, counts] of from.durations)
    addCounts(entry(into.durations, key, newCounts), counts);
  addLists(into.longest, from.longest, compareLongWaits);
  addLists(into.lateDowngrades, from.lateDowngrades, compareDowngrades);
  for (const drawn of from.sample) shortlist(into.sample, drawn, compareLots, draw.cases);
  return into;
}

function addCounts<K>(into: Map<K, number>, from: ReadonlyMap<K, number>): void {
  for (const [key, by] of from) into.set(key, (into.get(key) ?? 0) + by);
}

function addLists<T>(
  into: Map<string, Shortlist<T>>,
  from: ReadonlyMap<string, Shortlist<T>>,
  compare: (a: T, b: T) => number,
): void {
  for (const [key, items] of from) {
    const list = entry(into, key, newList<T>);
    for (const item of items) shortlist(list, item, compare, listed);
  }
}
