/** The words and numbers of the report, as people read them. */

import { listWords, localClock } from '@vigil/domain/assessment/story-words';
import type { Milestone } from '@vigil/domain/ledger/alert';
import type { GradeBasis } from '@vigil/domain/report/attainment';
import type { Review } from '@vigil/domain/report/downgrade';
import type { WaitEnd } from '@vigil/domain/report/durations';
import type { ObjectiveReport, Verdict } from '@vigil/domain/report/report';
import type { Exclusion, WaitOutcome } from '@vigil/domain/report/wait';
import { describeDuration } from '@vigil/domain/time/duration';
import { parseInstant, plus } from '@vigil/domain/time/instant';

const whole = new Intl.NumberFormat('en-GB');

/** `12,345`. */
export function number(n: number): string {
  return whole.format(n);
}

/** `74.2 %`, or a dash where there is no share. */
export function percent(share: number | null): string {
  return share === null ? '–' : `${(share * 100).toFixed(1)}\u00a0%`;
}

/** `70.1 to 78.0`. */
export function range(low: number | null, high: number | null): string {
  return low === null || high === null
    ? ''
    : `${(low * 100).toFixed(1)}\u00a0to\u00a0${(high * 100).toFixed(1)}`;
}

/** `1 h 5 min` that does not break; what never happened is `not reached`. */
export function length(ms: number | null): string {
  return ms === null ? 'not reached' : describeDuration(ms).replaceAll(' ', '\u00a0');
}

/** `2026-03` as `Mar 2026`. */
export function monthWords(month: string): string {
  const format = new Intl.DateTimeFormat('en-GB', {
    month: 'short',
    year: 'numeric',
    timeZone: 'UTC',
  });
  return format.format(Date.parse(`${month}-01T00:00:00Z`));
}

/** An area's id, or that none is known. */
export function areaWords(areaId: string | undefined): string {
  return areaId === undefined || areaId === '' ? 'not known' : areaId;
}

export const childWords = {
  involved: 'a child',
  'not-involved': 'no child',
  unknown: 'not known',
} as const;

/** What a milestone is, as the end of "the share …". */
export const reachedWords: Readonly<Record<Milestone, string>> = {
  attended: 'attended',
  seen: 'with the child seen',
  allocated: 'with a unit allocated',
  contacted: 'called back',
};

const waitedFor: Readonly<Record<Milestone, string>> = {
  attended: 'An officer at the scene',
  seen: 'The child seen by an officer',
  allocated: 'A unit allocated',
  contacted: 'The caller called back',
};

const clockWords = {
  created: 'of the call',
  graded: 'of the grading',
  allocated: 'of the first unit being sent',
} as const;

/** What an objective asks for, in a sentence. */
export function objectiveWords(objective: ObjectiveReport): string {
  const { milestone, withinMs, clock, grades, child, target } = objective;
  const whose = { any: '', involved: ' with a child', possible: ' with a child or possibly one' };
  return `${waitedFor[milestone]} within ${length(withinMs)} ${clockWords[clock]}, for incidents graded ${listWords(grades)}${whose[child]}. The target is ${percent(target)}.`;
}

export const verdictWords: Readonly<Record<Verdict, string>> = {
  met: 'Target met',
  'not-met': 'Target not met',
  'too-close-to-tell': 'Too close to tell',
  'nothing-due': 'Nothing was due',
};

export const verdictReasons: Readonly<Record<Verdict, string>> = {
  met: 'The whole interval is at or above the target.',
  'not-met': 'The whole interval is below the target.',
  'too-close-to-tell': 'The target lies within the interval.',
  'nothing-due': 'No incident that the objective covers was reached or fell due.',
};

export const basisWords: Readonly<Record<GradeBasis, string>> = {
  initial: 'at first',
  due: 'when due',
  highest: 'at its highest',
};

export const endWords: Readonly<Record<WaitEnd, string>> = {
  reached: 'reached',
  closed: 'closed without it',
  left: 'left the objective without it',
  waiting: 'still waiting',
};

export const reviewWords: Readonly<Record<Review, string>> = {
  'at-once': 'reviewed at once',
  later: 'reviewed later',
  never: 'never reviewed',
};

/** Why a wait counts neither as within nor as missed. */
export const exclusionWords: Readonly<Record<Exclusion, string>> = {
  'other-force': 'a force that the objective does not cover',
  'other-grade': 'never in a grade that the objective covers',
  'no-child': 'no child involved',
  'child-not-known': 'not known whether a child is involved',
  'other-setting': 'another setting, or none given',
  'other-type': 'another type of incident, or none given',
  'closed-before-due': 'closed without it before it was due',
  'regraded-before-due': 'regraded out of the objective before it was due',
  'child-ruled-out-before-due': 'child ruled out before it was due',
  'left-scope-before-due': 'otherwise out of the objective before it was due',
  'reached-before-in-scope': 'reached before the objective covered it',
  'in-scope-after-due': 'covered by the objective only when already overdue',
  'clock-not-begun': 'the clock never began: no unit was sent',
};

/** What became of a wait, as a part of a sentence. */
export function outcomeWords(outcome: WaitOutcome): string {
  switch (outcome) {
    case 'within':
      return 'within the time allowed';
    case 'missed':
      return 'missed';
    case 'not-yet-due':
      return 'not yet due';
    default:
      return `left out, ${exclusionWords[outcome]}`;
  }
}

/** Writes instants of a report for people in one time zone, to the second. */
export function clockIn(timeZone: string): (instant: string) => string {
  const clock = localClock(timeZone);
  return (text) => {
    const instant = parseInstant(text);
    if (typeof instant === 'object') throw new RangeError(`an instant ${instant.problem}`);
    return clock(plus(instant, -(((instant % 1_000) + 1_000) % 1_000)));
  };
}
