/**
 * What became of an incident under an objective. An incident waits once from its creation and once
 * more from each reopening; each of these waits has exactly one outcome, so that the outcomes add up.
 */
import { isMoreUrgent, type ScopedMoment, throughScope } from '../assessment/clock.ts';
import type { IncidentState } from '../assessment/state.ts';
import type { Moment } from '../assessment/timeline.ts';
import { type Grade, grades } from '../facts/fact.ts';
import { type Objective, type Scope, takesInChild } from '../policy/policy.ts';
import { type Instant, later, plus } from '../time/instant.ts';
import type { WaitEnd } from './durations.ts';

/** Why a wait counts neither as within nor as missed, although it could not be decided later either. */
export const exclusions = [
  /** It never had what the objective asks for, for as long as it was open. */
  'other-force',
  'other-grade',
  'no-child',
  'child-not-known',
  'other-setting',
  'other-type',
  /** It was counted, and stopped being so before it was due. */
  'closed-before-due',
  'regraded-before-due',
  'child-ruled-out-before-due',
  'left-scope-before-due',
  /** It came into the objective when it had what it asks for already, or was overdue already. */
  'reached-before-in-scope',
  'in-scope-after-due',
  /** The clock that it counts by never began: no unit was sent. */
  'clock-not-begun',
] as const;
export type Exclusion = (typeof exclusions)[number];

/** Every outcome a wait may have. */
export const waitOutcomes = ['within', 'missed', 'not-yet-due', ...exclusions] as const;
export type WaitOutcome = (typeof waitOutcomes)[number];

/** One opening of an incident as one objective saw it. */
export interface Wait {
  /** The creation or the reopening. */
  readonly start: Instant;
  readonly outcome: WaitOutcome;
  /** The state that decided the outcome; its area, grade and child are those the wait counts under. */
  readonly state: IncidentState;
  readonly initialGrade: Grade;
  /** The most urgent grade from the start until the outcome was decided; `unknown` counts as the least. */
  readonly highestGrade: Grade;
  /** How the wait ended and after how many milliseconds on its clock; none when it never counted. */
  readonly end: { readonly how: WaitEnd; readonly ms: number; readonly begin: Instant } | undefined;
}

/**
 * The waits of one incident under an objective (semantics 8): `within` and `missed` are the settlements
 * that `assess` finds, and every other wait gets the reason for which it has none.
 *
 * @param moments - a timeline cut at `until`, without voided attendances, through the objective's scope.
 */
export function waitsOf(
  moments: readonly ScopedMoment[],
  scope: Scope,
  until: Instant,
): readonly Wait[] {
  const waits: Wait[] = [];
  let from = 0;
  for (let index = 1; index <= moments.length; index++) {
    const [before, moment] = [moments[index - 1], moments[index]];
    const reopened = moment !== undefined && before?.state.open === false && moment.state.open;
    if (moment !== undefined && !reopened) continue;
    waits.push(waitOf(moments, from, index, scope, until));
    from = index;
  }
  return waits;
}

/** What happened to a wait that matters, gathered in one walk through its moments. */
interface Course {
  readonly first: ScopedMoment;
  settled: { readonly outcome: 'within' | 'missed'; readonly moment: ScopedMoment } | undefined;
  reached: ScopedMoment | undefined;
  /** The last moment at which it was watched, and the one at which that ended. */
  watched: ScopedMoment | undefined;
  ended: ScopedMoment | undefined;
  /** The first moment at which the objective applied while it was open. */
  applied: ScopedMoment | undefined;
  lastOpen: ScopedMoment;
}

function waitOf(
  moments: readonly ScopedMoment[],
  from: number,
  to: number,
  scope: Scope,
  until: Instant,
): Wait {
  const course = courseOf(moments, from, to, until);
  const { outcome, moment } = course.settled ?? unsettled(course, scope);
  const initialGrade = course.first.state.grade;
  return {
    start: course.first.state.start,
    outcome,
    state: moment.state,
    initialGrade,
    highestGrade: highestUntil(moments, from, moment, initialGrade),
    end: endOf(course, until),
  };
}

function courseOf(
  moments: readonly ScopedMoment[],
  from: number,
  to: number,
  until: Instant,
): Course {
  const first = momentAt(moments, from);
  const course: Course = {
    first,
    settled: undefined,
    reached: undefined,
    watched: undefined,
    ended: undefined,
    applied: undefined,
    lastOpen: first,
  };
  for (let index = from; index < to; index++) {
    const moment = momentAt(moments, index);
    const { at, begin, due, applies, reached } = moment;
    if (moment.state.open) {
      course.lastOpen = moment;
      if (applies) course.applied ??= moment;
      const reaches = reached && (index === from || momentAt(moments, index - 1).reached === false);
      if (reaches && applies && begin !== undefined && due !== undefined) {
        course.reached = moment;
        if (at <= due) course.settled ??= { outcome: 'within', moment };
      }
    }
    if (moment.watched) {
      course.watched = moment;
      course.ended = undefined;
      // The state at an instant is the one after all facts of it, so it lasts to the next instant.
      const next = moments[index + 1]?.at ?? Number.POSITIVE_INFINITY;
      if (due !== undefined && at <= due && due < next && due <= until) {
        course.settled ??= { outcome: 'missed', moment };
      }
    } else if (course.watched !== undefined) {
      course.ended ??= moment;
    }
  }
  return course;
}

function unsettled(
  { watched, ended, applied, lastOpen }: Course,
  scope: Scope,
): { readonly outcome: WaitOutcome; readonly moment: ScopedMoment } {
  if (watched?.due !== undefined) {
    if (watched.due < watched.at) return { outcome: 'in-scope-after-due', moment: watched };
    if (ended === undefined) return { outcome: 'not-yet-due', moment: watched };
    return { outcome: whyLeft(ended, scope), moment: ended };
  }
  if (applied !== undefined) {
    const { begin, due, at } = applied;
    if (begin === undefined) return { outcome: 'clock-not-begun', moment: applied };
    const late = due !== undefined && due < at;
    return { outcome: late ? 'in-scope-after-due' : 'reached-before-in-scope', moment: applied };
  }
  return { outcome: whyNever(lastOpen, scope), moment: lastOpen };
}

function whyLeft({ state, inGrade }: ScopedMoment, scope: Scope): Exclusion {
  if (!state.open) return 'closed-before-due';
  if (!inGrade) return 'regraded-before-due';
  const ruledOut = scope.child !== undefined && state.child === 'not-involved';
  return ruledOut ? 'child-ruled-out-before-due' : 'left-scope-before-due';
}

function whyNever({ state, inGrade }: ScopedMoment, scope: Scope): Exclusion {
  if (scope.forces !== undefined && !scope.forces.includes(state.forceId)) return 'other-force';
  if (!inGrade) return 'other-grade';
  if (!takesInChild(scope.child, state.child)) {
    return state.child === 'unknown' ? 'child-not-known' : 'no-child';
  }
  const { setting } = state;
  if (scope.settings !== undefined && (setting === undefined || !scope.settings.includes(setting)))
    return 'other-setting';
  return 'other-type';
}

/** A wait ends where the milestone is reached, or where it stops being watched; else it goes on. */
function endOf({ reached, watched, ended }: Course, until: Instant): Wait['end'] {
  if (reached?.begin !== undefined) {
    return { how: 'reached', ms: reached.at - reached.begin, begin: reached.begin };
  }
  const begin = watched?.begin;
  if (begin === undefined) return undefined;
  if (ended === undefined) return { how: 'waiting', ms: until - begin, begin };
  return { how: ended.state.open ? 'left' : 'closed', ms: ended.at - begin, begin };
}

function highestUntil(
  moments: readonly ScopedMoment[],
  from: number,
  decided: ScopedMoment,
  initial: Grade,
): Grade {
  let highest = initial;
  for (let index = from; ; index++) {
    const moment = momentAt(moments, index);
    if (isHigher(moment.state.grade, highest)) highest = moment.state.grade;
    if (moment === decided) return highest;
  }
}

function isHigher(grade: Grade, than: Grade): boolean {
  return than === 'unknown' ? grade !== 'unknown' : isMoreUrgent(grade, than);
}

/**
 * The timeline as the objective would see it if it took in every grade, and incidents with a child and
 * without: what regrading cannot change. A clock that counts from the grading begins where the incident
 * came to the most urgent grade it has had.
 */
export function regardlessOfGrade(
  timeline: readonly Moment[],
  objective: Objective,
): readonly ScopedMoment[] {
  const { child: _, ...anyChild } = objective;
  const moments = throughScope(timeline, { ...anyChild, grades });
  if (objective.clock !== 'graded') return moments;
  let highest: Grade = 'unknown';
  let begin: Instant | undefined;
  return moments.map((moment) => {
    const { at, state } = moment;
    if (begin === undefined || begin < state.start) {
      highest = state.grade;
      begin = state.start;
    } else if (isHigher(state.grade, highest)) {
      highest = state.grade;
      begin = later(at, begin);
    }
    return { ...moment, begin, due: plus(begin, objective.within) };
  });
}

/** @throws RangeError when there is none: the walk would be wrong. */
function momentAt(moments: readonly ScopedMoment[], index: number): ScopedMoment {
  const moment = moments[index];
  if (moment === undefined) throw new RangeError(`no moment ${index} of ${moments.length}`);
  return moment;
}
