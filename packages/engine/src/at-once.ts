import { isReached } from '@vigil/domain/assessment/state';
import { timelineOf } from '@vigil/domain/assessment/timeline';
import { distinctFacts } from '@vigil/domain/facts/distinct';
import type { Policy } from '@vigil/domain/policy/policy';
import { type Instant, plus } from '@vigil/domain/time/instant';
import type { IncidentRecord } from './incident-record.ts';

/** Due at once: the detector looks at it as soon as the shard has a watermark. */
export const atOnce = 0 as Instant;

/** More than any two instants of a policy's time can lie apart, in milliseconds: three thousand years. */
const apart = 100_000_000_000_000;

/**
 * When an incident is due that is only kept for now: at once, and among all that are, the riskiest first.
 * After a rebuild everything is due at once, and a child who waits must not come after half a million
 * incidents that ended long ago. Nothing is decided by it.
 *
 * @returns an instant before every other: first of incidents with a child for which a target waits, by
 * when it is due, then of others for which one does, then of the rest.
 */
export function riskiestFirst(record: IncidentRecord, policy: Policy, now: Instant): Instant {
  const { facts } = distinctFacts(record.facts.map(({ fact }) => fact));
  const state = timelineOf(facts, now, policy.childTypes).at(-1)?.state;
  if (state === undefined || !state.open) return atOnce;
  const waiting = policy.targets.filter(
    ({ grades, milestone }) => grades.includes(state.grade) && !isReached(state, milestone),
  );
  if (waiting.length === 0) return atOnce;
  const due = state.start + Math.min(...waiting.map(({ within }) => within));
  return plus(due as Instant, -apart * (state.child === 'involved' ? 2 : 1));
}
