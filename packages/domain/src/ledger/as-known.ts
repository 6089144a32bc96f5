/**
 * What could have been said, given when each fact arrived. Nothing is decided here: `assess` is asked
 * after each arrival about the facts that had arrived by then.
 */
import { assess } from '../assessment/assess.ts';
import type { Fact } from '../facts/fact.ts';
import type { Policy } from '../policy/policy.ts';
import { type Instant, later, plus } from '../time/instant.ts';
import { type AlertId, type AssessedAlert, alertIdOf } from './alert.ts';

/** A fact and when it became known. */
export interface Arrival {
  readonly fact: Fact;
  readonly arrivedAt: Instant;
}

/** An alert that could have been said. */
export interface KnownAlert {
  readonly alert: AssessedAlert;
  readonly alertId: AlertId;
  /** 1 at first; the next after each withdrawal (semantics 5). */
  readonly revision: number;
  /** When it could first be said: at its instant, or when the last fact it needed arrived. */
  readonly knownAt: Instant;
  /** When a late fact proved it wrong; none while it stands. */
  readonly retractedAt?: Instant;
}

/**
 * Says of one incident what could have been said up to `until`, and when.
 *
 * Less what was withdrawn, it is what `assess` says of the facts that arrived by `until`.
 *
 * @param arrivals - facts of one incident, in any order, duplicates included; those that arrive after
 * `until` are not known.
 * @returns in order of `knownAt`, what was withdrawn among them.
 */
export function assessAsKnown(
  arrivals: readonly Arrival[],
  policy: Policy,
  until: Instant,
): readonly KnownAlert[] {
  const known = arrivals.filter(({ arrivedAt }) => arrivedAt <= until);
  const instants = [...new Set(known.map(({ arrivedAt }) => arrivedAt))].sort((a, b) => a - b);
  const said: KnownAlert[] = [];
  const standing = new Map<AlertId, number>();
  const revisions = new Map<AlertId, number>();
  for (const [index, from] of instants.entries()) {
    const next = instants[index + 1];
    const facts = known.flatMap(({ fact, arrivedAt }) => (arrivedAt <= from ? [fact] : []));
    const { alerts } = assess(facts, policy, next === undefined ? until : plus(next, -1));
    const found = new Map(alerts.map((alert) => [alertIdOf(alert), alert]));
    for (const [alertId, place] of standing) {
      const one = said[place];
      if (found.has(alertId) || one === undefined) continue;
      said[place] = { ...one, retractedAt: from };
      standing.delete(alertId);
    }
    for (const [alertId, alert] of found) {
      if (standing.has(alertId)) continue;
      const revision = (revisions.get(alertId) ?? 0) + 1;
      revisions.set(alertId, revision);
      standing.set(alertId, said.length);
      said.push({ alert, alertId, revision, knownAt: later(alert.at, from) });
    }
  }
  return said;
}
