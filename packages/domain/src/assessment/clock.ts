import type { Grade } from '../facts/fact.ts';
import { type Scope, takesInChild } from '../policy/policy.ts';
import { type Instant, plus } from '../time/instant.ts';
import { type IncidentState, isReached } from './state.ts';
import type { Moment } from './timeline.ts';

/** Whether a scope's grades take the incident in, and since when (semantics 4, "in grade"). */
interface Standing {
  readonly inGrade: boolean;
  readonly enteredAt: Instant;
}

/** A moment seen by one target or objective. */
export interface ScopedMoment extends Moment, Standing {
  /** In grade, and child, force, setting and type are as the scope says. */
  readonly applies: boolean;
  /** When the clock began, whatever the incident's state; none when it has not. */
  readonly begin: Instant | undefined;
  readonly due: Instant | undefined;
  readonly reached: boolean;
  /** Open, applying, not reached, and the clock has begun. */
  readonly watched: boolean;
}

/** The timeline as one target or objective sees it. */
export function throughScope(timeline: readonly Moment[], scope: Scope): readonly ScopedMoment[] {
  const scoped: ScopedMoment[] = [];
  let before: ScopedMoment | undefined;
  for (const moment of timeline) {
    const { at, fact, state } = moment;
    const { inGrade, enteredAt } = standingAfter(before, moment, scope);
    const applies = inGrade && takesIn(scope, state);
    const begin = beginOf(scope, state, inGrade ? enteredAt : undefined);
    const reached = isReached(state, scope.milestone);
    before = {
      at,
      fact,
      state,
      inGrade,
      enteredAt,
      applies,
      begin,
      due: begin === undefined ? undefined : plus(begin, scope.within),
      reached,
      watched: state.open && applies && !reached && begin !== undefined,
    };
    scoped.push(before);
  }
  return scoped;
}

/** Whether a scope takes the incident in at any moment: most incidents are nothing to most scopes. */
export function everApplies(timeline: readonly Moment[], scope: Scope): boolean {
  return (
    timeline.some(({ state }) => scope.grades.includes(state.grade)) &&
    timeline.some(({ state }) => takesIn(scope, state))
  );
}

function standingAfter(
  before: ScopedMoment | undefined,
  { at, fact, state }: Moment,
  scope: Scope,
): Standing {
  if (before === undefined || (fact.type === 'incident-reopened' && !before.state.open)) {
    return { inGrade: scope.grades.includes(state.grade), enteredAt: state.start };
  }
  if (fact.type !== 'incident-updated' || fact.grade === undefined) return before;
  const [from, to] = [before.state.grade, fact.grade];
  if (scope.grades.includes(to)) {
    if (before.inGrade) return before;
    return { inGrade: true, enteredAt: isMoreUrgent(to, from) ? at : state.start };
  }
  const held =
    scope.downgrade === 'review' &&
    before.inGrade &&
    fact.reviewed !== true &&
    (to === from || to === 'unknown' || isMoreUrgent(from, to));
  return { inGrade: held, enteredAt: before.enteredAt };
}

const urgency: Readonly<Record<Grade, number>> = {
  immediate: 4,
  priority: 3,
  scheduled: 2,
  resolution: 1,
  unknown: Number.NaN,
};

/** `unknown` is neither more nor less urgent than anything. */
export function isMoreUrgent(a: Grade, b: Grade): boolean {
  return urgency[a] > urgency[b];
}

function takesIn(scope: Scope, state: IncidentState): boolean {
  return (
    takesInChild(scope.child, state.child) &&
    (scope.forces === undefined || scope.forces.includes(state.forceId)) &&
    (scope.settings === undefined || scope.settings.some((one) => one === state.setting)) &&
    (scope.incidentTypes === undefined ||
      scope.incidentTypes.some((type) => type === state.incidentType))
  );
}

function beginOf(
  scope: Scope,
  state: IncidentState,
  enteredAt: Instant | undefined,
): Instant | undefined {
  switch (scope.clock) {
    case 'created':
      return state.start;
    case 'graded':
      return enteredAt;
    case 'allocated':
      return state.dispatched;
  }
}
