/** How forces grade incidents, grade them anew, and how soon they come. */
import type { Grade } from '@vigil/domain/facts/fact';
import { type Random, weighted } from './random.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** What usually becomes of the incidents of a grade. Probabilities are of 1. */
export interface Habit {
  /** From the creation to an officer at the scene, before circumstances. */
  readonly attendanceMedianMs: number;
  /** Standard deviation of the logarithm of that time. */
  readonly spread: number;
  /** Attended days later than that. */
  readonly daysLate: number;
  readonly neverAttended: number;
  /** Of the never attended: never closed either. */
  readonly forgotten: number;
  readonly contacted: number;
  readonly contactMedianMs: number;
}

export const habits: Readonly<Record<Grade, Habit>> = {
  immediate: {
    attendanceMedianMs: 8.5 * minute,
    spread: 0.65,
    daysLate: 0.004,
    neverAttended: 0.006,
    forgotten: 0.3,
    contacted: 0.02,
    contactMedianMs: 10 * minute,
  },
  priority: {
    attendanceMedianMs: 39.3 * minute,
    spread: 1.15,
    daysLate: 0.035,
    neverAttended: 0.03,
    forgotten: 0.5,
    contacted: 0.2,
    contactMedianMs: 70 * minute,
  },
  scheduled: {
    attendanceMedianMs: 7 * hour,
    spread: 1.1,
    daysLate: 0.12,
    neverAttended: 0.2,
    forgotten: 0.25,
    contacted: 0.55,
    contactMedianMs: 5 * hour,
  },
  resolution: {
    attendanceMedianMs: 1.5 * day,
    spread: 1,
    daysLate: 0.1,
    neverAttended: 0.92,
    forgotten: 0.1,
    contacted: 0.9,
    contactMedianMs: 2 * day,
  },
  unknown: {
    attendanceMedianMs: 90 * minute,
    spread: 1.2,
    daysLate: 0.03,
    neverAttended: 0.3,
    forgotten: 0.2,
    contacted: 0.3,
    contactMedianMs: 2 * hour,
  },
};

/** The grade that the call taker gives. */
export const drawGrade = weighted<Grade>([
  [38, 'priority'],
  [25, 'scheduled'],
  [20, 'immediate'],
  [15, 'resolution'],
  [2, 'unknown'],
]);

export interface Regrade {
  readonly grade: Grade;
  readonly afterMs: number;
  /** A supervisor reviewed it and recorded why. */
  readonly reviewed: boolean;
}

const byUrgency = ['immediate', 'priority', 'scheduled', 'resolution'] as const;
const regradedShare = 0.08;
const ungradedGetsGradeShare = 0.7;
const upgradeShare = 0.4;
const reviewedShare = 0.55;

/** Whether and how an incident is graded anew; by one step, up or down. */
export function drawRegrade(grade: Grade, random: Random): Regrade | undefined {
  if (grade === 'unknown') {
    if (!random.chance(ungradedGetsGradeShare)) return undefined;
    const afterMs = random.logNormal(5 * minute, 0.7);
    return { grade: random.pick(byUrgency), afterMs, reviewed: false };
  }
  if (!random.chance(regradedShare)) return undefined;
  const step = random.chance(upgradeShare) ? -1 : 1;
  const next = byUrgency[byUrgency.indexOf(grade) + step];
  if (next === undefined) return undefined;
  const afterMs = random.logNormal(22 * minute, 0.9);
  return { grade: next, afterMs, reviewed: step === 1 && random.chance(reviewedShare) };
}
