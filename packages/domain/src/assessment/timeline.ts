import type { Fact, OfficerAttended, UnitId } from '../facts/fact.ts';
import { type Instant, later, plus } from '../time/instant.ts';
import { after, created, type IncidentState } from './state.ts';

/** One fact of an incident, when it counts as having happened, and the state after it. */
export interface Moment {
  /** The fact's own instant, or the creation's when the fact is dated before it. */
  readonly at: Instant;
  readonly fact: Fact;
  readonly state: IncidentState;
}

/**
 * Replays the facts of one incident up to and including `now` (semantics 2 and 3).
 *
 * @param facts - distinct and in order, as `distinctFacts` returns them.
 * @returns a moment a fact from the creation on; empty while there is no creation.
 */
export function timelineOf(
  facts: readonly Fact[],
  now: Instant,
  childTypes: readonly string[],
): readonly Moment[] {
  const creation = facts.find((fact) => fact.type === 'incident-created');
  if (creation === undefined || creation.at > now) return [];
  let state = created(creation, childTypes);
  const moments: Moment[] = [{ at: creation.at, fact: creation, state }];
  for (const fact of facts) {
    if (fact.at > now) break;
    if (fact === creation) continue;
    const at = later(fact.at, creation.at);
    state = after(state, fact, at, childTypes);
    moments.push({ at, fact, state });
  }
  return moments;
}

/** A timeline without the attendances that a stand-down took back: what objectives look at (semantics 8). */
export interface Standing {
  readonly timeline: readonly Moment[];
  /** How many attendances were taken back. */
  readonly voided: number;
}

/** @param facts - as for {@link timelineOf}; `timeline` is what it returned for them. */
export function standingOf(
  timeline: readonly Moment[],
  facts: readonly Fact[],
  now: Instant,
  childTypes: readonly string[],
): Standing {
  const voided = voidedAttendances(timeline);
  if (voided.size === 0) return { timeline, voided: 0 };
  const standing = facts.filter((fact) => !voided.has(fact));
  return { timeline: timelineOf(standing, now, childTypes), voided: voided.size };
}

/** Attendances that a later stand-down of the same unit, in the same opening, made void. */
export function voidedAttendances(timeline: readonly Moment[]): ReadonlySet<Fact> {
  if (!timeline.some(({ fact }) => fact.type === 'attendance-aborted')) return noFacts;
  const voided = new Set<Fact>();
  const standing = new Map<UnitId, OfficerAttended[]>();
  let wasOpen = true;
  for (const { fact, state } of timeline) {
    if (fact.type === 'incident-reopened' && !wasOpen) standing.clear();
    wasOpen = state.open;
    if (fact.type === 'officer-attended') {
      standing.set(fact.unitId, [...(standing.get(fact.unitId) ?? []), fact]);
    } else if (fact.type === 'attendance-aborted') {
      for (const attendance of standing.get(fact.unitId) ?? []) voided.add(attendance);
    }
  }
  return voided;
}

const noFacts: ReadonlySet<Fact> = new Set();

/** A stretch `[from, to)` in which nothing is learned; the last one has no end. */
export interface Stretch<M extends Moment = Moment> {
  readonly from: Instant;
  readonly to: Instant;
  /** The last moment of the instant `from`: the state is the one after all facts of it. */
  readonly moment: M;
}

/** Later than every instant: the end of what has not ended. */
export const never = plus(0 as Instant, Number.POSITIVE_INFINITY);

/** Cuts a timeline into the stretches between instants at which something happened. */
export function stretchesOf<M extends Moment>(timeline: readonly M[]): readonly Stretch<M>[] {
  const stretches: Stretch<M>[] = [];
  for (const [index, moment] of timeline.entries()) {
    const next = timeline[index + 1];
    if (next?.at === moment.at) continue;
    stretches.push({ from: moment.at, to: next?.at ?? never, moment });
  }
  return stretches;
}
