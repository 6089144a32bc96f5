/** How an incident stands with each target at an instant: what a queue of incidents is made of. */
import { throughScope } from '../assessment/clock.ts';
import type { IncidentState } from '../assessment/state.ts';
import { timelineOf } from '../assessment/timeline.ts';
import { distinctFacts } from '../facts/distinct.ts';
import type { Fact } from '../facts/fact.ts';
import type { Policy, Target } from '../policy/policy.ts';
import type { Instant } from '../time/instant.ts';

/** One target's clock on an incident now. */
export interface Standing {
  readonly target: Target;
  /** Open, in scope, and the milestone still to be reached. */
  readonly watched: boolean;
  readonly reached: boolean;
  readonly begin: Instant | undefined;
  readonly due: Instant | undefined;
}

/** Where an incident stands at `now`; none before it was created. */
export function standingsOf(
  facts: readonly Fact[],
  policy: Policy,
  now: Instant,
): { readonly state: IncidentState; readonly standings: readonly Standing[] } | undefined {
  const timeline = timelineOf(distinctFacts(facts).facts, now, policy.childTypes);
  const state = timeline.at(-1)?.state;
  if (state === undefined) return undefined;
  const standings = policy.targets.flatMap((target) =>
    throughScope(timeline, target)
      .slice(-1)
      .map(({ watched, reached, begin, due }) => ({ target, watched, reached, begin, due })),
  );
  return { state, standings };
}
