/**
 * How long incidents waited, and how each wait ended: counts by length, so that tens of millions of
 * waits take no more room than their different lengths, and two such counts are merged by adding.
 */

/** How a wait ended, or that it has not. */
export const waitEnds = ['reached', 'closed', 'left', 'waiting'] as const;
export type WaitEnd = (typeof waitEnds)[number];

/** How many waits there are, by `4 × length in milliseconds + index of the end`. Lengths are rounded up. */
export type WaitCounts = Map<number, number>;

/** Lengths up to the first are kept to whole steps of the second, in milliseconds; each is a part of the next. */
const steps = [
  [3_600_000, 5_000],
  [172_800_000, 60_000],
  [Number.POSITIVE_INFINITY, 3_600_000],
] as const;

/**
 * Rounds a length up: to 5 seconds up to an hour, to a minute up to two days, then to an hour. Rounded
 * up, what took at most a whole number of minutes (or, beyond two days, of hours) still does.
 */
function roundUp(ms: number): number {
  const [, step] = steps.find(([upTo]) => ms <= upTo) ?? steps[2];
  return Math.ceil(ms / step) * step;
}

/** Counts a wait of `ms` milliseconds. */
export function addWait(counts: WaitCounts, ms: number, end: WaitEnd): void {
  const key = roundUp(ms) * waitEnds.length + waitEnds.indexOf(end);
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

/** The waits that ended, or were last seen waiting, after one length. */
export interface WaitStep {
  readonly ms: number;
  /** In the order of `waitEnds`. */
  readonly ends: readonly [reached: number, closed: number, left: number, waiting: number];
}

/** The counts by rising length. */
export function waitSteps(counts: WaitCounts): readonly WaitStep[] {
  const steps = new Map<number, [number, number, number, number]>();
  for (const [key, count] of counts) {
    const ms = Math.floor(key / waitEnds.length);
    const ends = steps.get(ms) ?? [0, 0, 0, 0];
    ends[key % waitEnds.length] = count;
    steps.set(ms, ends);
  }
  return [...steps].sort(([a], [b]) => a - b).map(([ms, ends]) => ({ ms, ends }));
}
