/**
 * Vigil in one screen.
 *
 * An incident is the set of facts known about it; its alerts are a pure function of those facts, the
 * policy and the instant. `assess` is that function, and there is no other: the live services, a
 * replay, a rehearsal and every test call it.
 *
 *     facts ─► distinctFacts ─► timelineOf ─► throughScope ─► assessTarget ────► alerts
 *              (order, no       (a state       (grade, child,  assessObjective ─► settlements, samples
 *               duplicates)      a fact)        clock, due)
 *
 * A fact that comes late changes the past, so everything is decided anew from all the facts; what was
 * already published is then compared with what should exist (`ledger/difference.ts`), and the
 * difference is what is said: an alert, or a retraction. Time passing is handled the same way:
 * `nextDue` is the earliest instant at which the answer changes by itself.
 */
import { distinctFacts } from '../facts/distinct.ts';
import type { Fact } from '../facts/fact.ts';
import { compareText } from '../facts/order.ts';
import type { Alert, AssessedAlert } from '../ledger/alert.ts';
import type { Policy } from '../policy/policy.ts';
import { earlier, type Instant } from '../time/instant.ts';
import { assessObjective, type Sample, type Settlement } from './objective.ts';
import type { IncidentState } from './state.ts';
import { assessTarget } from './target.ts';
import { never, type Standing, standingOf, timelineOf } from './timeline.ts';

/** Something about an incident's facts that an auditor should know of; it never stops a decision. */
export type DataQualityFlag =
  /** A fact is dated before the creation. */
  | 'before-creation'
  /** There is more than one creation. */
  | 'created-again'
  /** One source used one id for two different facts. */
  | 'conflicting-duplicate'
  /** There are facts, but no creation. */
  | 'never-created';

/** What should exist at an instant, for one incident. */
export interface Assessment {
  /** In order of instant, target and phase. */
  readonly alerts: readonly AssessedAlert[];
  readonly settlements: readonly Settlement[];
  readonly samples: readonly Sample[];
  /**
   * The first instant after `now` at which alerts, settlements or samples change if nothing more is
   * learned; nothing changes before it, something changes at it. None when nothing ever will.
   */
  readonly nextDue: Instant | undefined;
  readonly flags: readonly DataQualityFlag[];
  /** Facts that repeat the `source` and `id` of another. */
  readonly duplicates: number;
  /** The state at `now`; none while the incident has not been created. */
  readonly state: IncidentState | undefined;
  /** What the objectives were decided on. */
  readonly standing: Standing;
}

/**
 * Decides what should exist at `now` for one incident (semantics 2 to 5 and 8).
 *
 * @param facts - facts of one incident, in any order, duplicates and facts dated after `now` included.
 */
export function assess(facts: readonly Fact[], policy: Policy, now: Instant): Assessment {
  const distinct = distinctFacts(facts);
  const decided = decide(distinct.facts, policy, now);
  return {
    alerts: decided.alerts,
    settlements: decided.settlements,
    samples: decided.samples,
    nextDue: nextChange(distinct.facts, policy, now, decided),
    flags: flagsOf(distinct.facts, distinct.conflicting),
    duplicates: distinct.duplicates,
    state: decided.state,
    standing: decided.standing,
  };
}

type Decided = Pick<Assessment, 'alerts' | 'settlements' | 'samples' | 'state' | 'standing'> & {
  /** When it changes if no further fact happens, future ones already known included. */
  readonly next: Instant;
};

function decide(facts: readonly Fact[], policy: Policy, now: Instant): Decided {
  const timeline = timelineOf(facts, now, policy.childTypes);
  const standing = standingOf(timeline, facts, now, policy.childTypes);
  const state = timeline.at(-1)?.state;
  if (state === undefined) {
    return { alerts: [], settlements: [], samples: [], state, standing, next: never };
  }

  const alerts: AssessedAlert[] = [];
  let next = never;
  for (const target of policy.targets) {
    const assessed = assessTarget(timeline, target, now);
    next = earlier(next, assessed.next);
    for (const { moment, ...alert } of assessed.alerts) {
      alerts.push({
        incidentId: state.incidentId,
        target: target.name,
        ...alert,
        milestone: target.milestone,
        forceId: moment.state.forceId,
        ...(moment.state.areaId === undefined ? {} : { areaId: moment.state.areaId }),
        grade: moment.state.grade,
        child: moment.state.child,
        ...(moment.begin === undefined ? {} : { begin: moment.begin }),
        ...(moment.due === undefined ? {} : { due: moment.due }),
      });
    }
  }
  alerts.sort(compareAlerts);

  const settlements: Settlement[] = [];
  const samples: Sample[] = [];
  for (const objective of policy.objectives) {
    const assessed = assessObjective(standing.timeline, objective, now);
    next = earlier(next, assessed.next);
    settlements.push(...assessed.settlements);
    samples.push(...assessed.samples);
  }
  return { alerts, settlements, samples, state, standing, next };
}

/** Orders the alerts of one incident by instant, target and phase (code points). */
function compareAlerts(a: Alert, b: Alert): number {
  return a.at - b.at || compareText(a.target, b.target) || compareText(a.phase, b.phase);
}

/** Walks through the facts that are known but have not happened yet, to the first that matters. */
function nextChange(
  facts: readonly Fact[],
  policy: Policy,
  now: Instant,
  decided: Decided,
): Instant | undefined {
  let current = decided;
  for (const fact of facts) {
    if (fact.at <= now) continue;
    if (current.next < fact.at) break;
    const then = decide(facts, policy, fact.at);
    if (differs(decided, then)) return fact.at;
    current = then;
  }
  return current.next === never ? undefined : current.next;
}

function differs(a: Decided, b: Decided): boolean {
  const said = ({ alerts, settlements, samples }: Decided) =>
    JSON.stringify([alerts, settlements, samples]);
  return said(a) !== said(b);
}

function flagsOf(facts: readonly Fact[], conflicting: boolean): readonly DataQualityFlag[] {
  const flags: DataQualityFlag[] = [];
  const creations = facts.filter((fact) => fact.type === 'incident-created');
  const [first, second] = creations;
  if (first === undefined) return facts.length === 0 ? [] : ['never-created'];
  if (facts.some((fact) => fact.at < first.at)) flags.push('before-creation');
  if (second !== undefined) flags.push('created-again');
  if (conflicting) flags.push('conflicting-duplicate');
  return flags;
}
