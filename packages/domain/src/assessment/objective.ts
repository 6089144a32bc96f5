import type { AreaId, ChildInvolvement, ForceId, IncidentId } from '../facts/fact.ts';
import type { Objective } from '../policy/policy.ts';
import type { Instant } from '../time/instant.ts';
import { everApplies, type ScopedMoment, throughScope } from './clock.ts';
import type { IncidentState } from './state.ts';
import { type Moment, never, stretchesOf } from './timeline.ts';

/** Where an outcome counts: the dimensions of the state at the settlement (semantics 8). */
interface Outcome {
  readonly incidentId: IncidentId;
  readonly objective: string;
  readonly at: Instant;
  readonly forceId: ForceId;
  readonly areaId?: AreaId;
  readonly child: ChildInvolvement;
}

/** An incident that met the objective, or was late: settled once an opening. */
export interface Settlement extends Outcome {
  readonly outcome: 'within' | 'missed';
}

/** How long an incident waited for the milestone, in time or late. */
export interface Sample extends Outcome {
  readonly attendanceMs: number;
}

export interface ObjectiveAssessment {
  readonly settlements: readonly Settlement[];
  readonly samples: readonly Sample[];
  /** When it will be missed if no further fact comes; `never` when it will not. */
  readonly next: Instant;
}

/**
 * Settles one objective over a timeline that was cut at `now` (semantics 8).
 *
 * @param timeline - without the attendances that a stand-down voided.
 */
export function assessObjective(
  timeline: readonly Moment[],
  objective: Objective,
  now: Instant,
): ObjectiveAssessment {
  if (!everApplies(timeline, objective)) return { settlements: [], samples: [], next: never };
  const moments = throughScope(timeline, objective);
  const misses = missesOf(moments);
  const settlements: Settlement[] = [];
  const samples: Sample[] = [];
  let next = never;
  let settled = false;
  let before: ScopedMoment | undefined;

  const settle = (at: Instant, outcome: Settlement['outcome'], state: IncidentState): void => {
    settled = true;
    settlements.push({ ...outcomeOf(state, objective, at), outcome });
  };
  for (const moment of moments) {
    if (opens(before, moment)) settled = false;
    const reaches = moment.reached && before?.reached !== true;
    if (reaches && moment.state.open && moment.applies && moment.begin !== undefined) {
      const { at, begin, due, state } = moment;
      if (!settled && due !== undefined && at <= due) settle(at, 'within', state);
      samples.push({ ...outcomeOf(state, objective, at), attendanceMs: at - begin });
    }
    const missedAt = misses.get(moment);
    if (missedAt !== undefined && !settled) {
      if (missedAt <= now) settle(missedAt, 'missed', moment.state);
      else next = missedAt;
    }
    before = moment;
  }
  return { settlements, samples, next };
}

/** The instants at which an incident is watched when it falls due, by the moment whose state lasts then. */
function missesOf(moments: readonly ScopedMoment[]): ReadonlyMap<ScopedMoment, Instant> {
  const misses = new Map<ScopedMoment, Instant>();
  for (const { from, to, moment } of stretchesOf(moments)) {
    const { due } = moment;
    if (moment.watched && due !== undefined && from <= due && due < to) misses.set(moment, due);
  }
  return misses;
}

function opens(before: ScopedMoment | undefined, { state }: ScopedMoment): boolean {
  return before?.state.open === false && state.open;
}

function outcomeOf(state: IncidentState, objective: Objective, at: Instant): Outcome {
  return {
    incidentId: state.incidentId,
    objective: objective.name,
    at,
    forceId: state.forceId,
    ...(state.areaId === undefined ? {} : { areaId: state.areaId }),
    child: state.child,
  };
}
