import { type Moment, timelineOf, voidedAttendances } from '../assessment/timeline.ts';
import type { Fact } from '../facts/fact.ts';
import type { Policy } from '../policy/policy.ts';
import type { Instant } from '../time/instant.ts';

/** What an objective looks at: the timeline without attendances that a stand-down took back (semantics 8). */
export interface Standing {
  readonly timeline: readonly Moment[];
  /** How many attendances were taken back. */
  readonly voided: number;
}

/** @param facts - of one incident, distinct and in order, as `distinctFacts` returns them. */
export function standingOf(
  facts: readonly Fact[],
  { childTypes }: Policy,
  until: Instant,
): Standing {
  const timeline = timelineOf(facts, until, childTypes);
  const voided = voidedAttendances(timeline);
  if (voided.size === 0) return { timeline, voided: 0 };
  const standing = facts.filter((fact) => !voided.has(fact));
  return { timeline: timelineOf(standing, until, childTypes), voided: voided.size };
}
