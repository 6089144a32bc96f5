import { isMoreUrgent, type ScopedMoment } from '../assessment/clock.ts';
import { isReached } from '../assessment/state.ts';
import type { AreaId, ChildInvolvement, ForceId, Grade, IncidentId } from '../facts/fact.ts';
import type { Scope } from '../policy/policy.ts';
import type { Instant } from '../time/instant.ts';

/** Whether a supervisor reviewed a downgrade: with it, at a later update of the same opening, or never. */
export const reviews = ['at-once', 'later', 'never'] as const;
export type Review = (typeof reviews)[number];

/** A waiting incident was given a grade, less urgent or unknown, that the objective does not cover. */
export interface Downgrade {
  readonly incidentId: IncidentId;
  readonly forceId: ForceId;
  readonly areaId: AreaId | undefined;
  readonly child: ChildInvolvement;
  readonly at: Instant;
  readonly from: Grade;
  readonly to: Grade;
  /** The part of the time allowed that had gone by, 0 to 1. */
  readonly elapsed: number;
  /** Milliseconds that were left until it would have been due. */
  readonly leftMs: number;
  readonly review: Review;
  /** Milliseconds from the beginning of the clock until it was reached all the same, in this opening. */
  readonly reachedMs: number | undefined;
}

/** The downgrades of an incident out of an objective's grades before it was due. */
export function downgradesOf(moments: readonly ScopedMoment[], scope: Scope): readonly Downgrade[] {
  const downgrades: Downgrade[] = [];
  for (const [index, { at, fact, state }] of moments.entries()) {
    const before = moments[index - 1];
    if (fact.type !== 'incident-updated' || before?.watched !== true) continue;
    const { begin, due } = before;
    const [from, to] = [before.state.grade, state.grade];
    if (begin === undefined || due === undefined || at >= due || scope.grades.includes(to))
      continue;
    if (to !== 'unknown' && !isMoreUrgent(from, to)) continue;
    const rest = openingAfter(moments, index);
    const reviewed = rest.some((moment) => isReview(moment));
    const reached = rest.find((moment) => isReached(moment.state, scope.milestone));
    downgrades.push({
      incidentId: state.incidentId,
      forceId: state.forceId,
      areaId: state.areaId,
      child: state.child,
      at,
      from,
      to,
      elapsed: (at - begin) / scope.within,
      leftMs: due - at,
      review: fact.reviewed === true ? 'at-once' : reviewed ? 'later' : 'never',
      reachedMs: reached === undefined ? undefined : reached.at - begin,
    });
  }
  return downgrades;
}

/** The moments after one, as long as the incident is not opened anew. */
function openingAfter(moments: readonly ScopedMoment[], index: number): readonly ScopedMoment[] {
  const start = moments[index]?.state.start;
  return moments.slice(index + 1).filter(({ state }) => state.start === start);
}

function isReview({ fact }: ScopedMoment): boolean {
  return fact.type === 'incident-updated' && fact.reviewed === true;
}
