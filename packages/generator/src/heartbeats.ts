import type { Fact, FactId, FeedHeartbeat } from '@vigil/domain/facts/fact';
import type { Duration } from '@vigil/domain/time/duration';
import { type Instant, plus } from '@vigil/domain/time/instant';
import { forces } from './forces.ts';

/** A fact or a heartbeat and when it reaches Vigil. */
export interface DeliveredAny {
  readonly fact: Fact | FeedHeartbeat;
  readonly deliveredAt: Instant;
}

/** How long a heartbeat takes to arrive. */
const transportMs = 100;

/**
 * Puts the heartbeats of every source between the facts of a history, in order of delivery. No source
 * ever falls silent.
 *
 * @param delivered - what `generateFacts` gives.
 * @param every - at least a millisecond.
 */
export function* withHeartbeats(
  delivered: Iterable<DeliveredAny>,
  from: Instant,
  days: number,
  every: Duration,
): Generator<DeliveredAny, void, undefined> {
  const end = plus(from, days * 24 * 3_600_000);
  const sources = forces.flatMap(({ cad, terminals }) => [cad, terminals]);
  let beat = from;
  function* beatsUntil(instant: Instant): Generator<DeliveredAny, void, undefined> {
    for (; plus(beat, transportMs) <= instant; beat = plus(beat, every)) {
      for (const source of sources) {
        const id = `${source}:heartbeat:${beat}` as FactId;
        const fact = { type: 'feed-heartbeat', id, source, time: beat, at: beat } as const;
        yield { fact, deliveredAt: plus(beat, transportMs) };
      }
    }
  }
  for (const one of delivered) {
    yield* beatsUntil(one.deliveredAt);
    yield one;
  }
  yield* beatsUntil(plus(end, -1));
}
