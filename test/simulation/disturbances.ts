import type { Instant } from '@vigil/domain/time/instant';

/** A stretch of true time `[from, to)`. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** Stretches of time in which something was the matter. */
export interface Stretches {
  add(from: number, to: number): void;
  /** How much of `[from, to)` they cover, each instant counted once. */
  within(from: number, to: number): number;
  /** When the one that holds this instant ends; the instant itself when none does. */
  endOf(instant: Instant): Instant;
  /** The first instant from this one on that is followed by so long a time without any. */
  freeFor(instant: Instant, ms: number): Instant;
}

export function stretches(): Stretches {
  const all: Stretch[] = [];
  return {
    add(from, to) {
      all.push({ from, to });
    },
    within(from, to) {
      let covered = 0;
      let reached = from;
      for (const one of all.toSorted((a, b) => a.from - b.from)) {
        const begin = Math.max(one.from, reached);
        const end = Math.min(one.to, to);
        if (end <= begin) continue;
        covered += end - begin;
        reached = end;
      }
      return covered;
    },
    endOf(instant) {
      let end = instant;
      for (const one of all.toSorted((a, b) => a.from - b.from)) {
        if (one.from <= end && end < one.to) end = one.to as Instant;
      }
      return end;
    },
    freeFor(instant, ms) {
      let free = instant;
      for (const { from, to } of all.toSorted((a, b) => a.from - b.from)) {
        if (from < free + ms && to > free) free = to as Instant;
      }
      return free;
    },
  };
}
