/**
 * A rehearsal plays facts to the services on a clock of its own, as fast as one likes: a day in a
 * minute says what the day would have said, to the millisecond.
 *
 * The clock stands still while the services work. It moves on, to the next delivery or the next due
 * instant, when every shard has been read up to it, raised what is due and published its outbox. So
 * what is raised does not depend on how fast this machine is.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Fact } from '@vigil/domain/facts/fact';
import { inputTopics, topicOf } from '@vigil/domain/facts/fact';
import { earlier, type Instant, later, plus } from '@vigil/domain/time/instant';
import type { Engine } from '@vigil/engine/ports';
import type { OutgoingRecord } from '@vigil/event-log/port';
import type { Shard, ShardState } from '@vigil/working-set/port';

/** A fact and when it reaches Vigil. */
export interface Delivery {
  readonly fact: Fact;
  readonly deliveredAt: Instant;
}

/** A clock that moves when it is told to. */
export interface RehearsalClock {
  now(): Instant;
  /** Never back. */
  moveTo(instant: Instant): void;
}

export function rehearsalClock(start: Instant): RehearsalClock {
  let current = start;
  return {
    now: () => current,
    moveTo(instant) {
      current = later(current, instant);
    },
  };
}

export interface Rehearsal {
  readonly engine: Engine;
  readonly clock: RehearsalClock;
  readonly encodeFact: (fact: Fact) => OutgoingRecord;
  readonly partitions: number;
  /** In order of delivery. */
  readonly deliveries: Iterable<Delivery> | AsyncIterable<Delivery>;
  /** When it ends; with the last delivery when absent. Due instants until then are still raised. */
  readonly until?: Instant;
  /** Milliseconds of the rehearsed time a millisecond of real time; Infinity: as fast as it goes. */
  readonly speed: number;
  readonly signal: AbortSignal;
}

/** Plays all deliveries. Resolves when the last is dealt with and `until` has passed, or on the signal. */
export async function rehearse(rehearsal: Rehearsal): Promise<void> {
  const { clock, deliveries, signal } = rehearsal;
  const pace = paceFrom(clock.now(), rehearsal.speed, signal);
  let last = clock.now();
  for await (const { fact, deliveredAt } of deliveries) {
    await advance(rehearsal, deliveredAt, pace);
    if (signal.aborted) return;
    await append(rehearsal, fact);
    last = later(last, deliveredAt);
  }
  await advance(rehearsal, rehearsal.until ?? last, pace);
}

/** Moves the clock to an instant, stopping wherever something falls due on the way. */
async function advance(
  rehearsal: Rehearsal,
  to: Instant,
  pace: (instant: Instant) => Promise<void>,
): Promise<void> {
  const { clock, signal, engine } = rehearsal;
  while (!signal.aborted) {
    const due = await settled(rehearsal);
    const dueNow = due === undefined ? to : earlier(to, plus(due, engine.policy.grace));
    if (dueNow <= clock.now() && to <= clock.now()) return;
    const next = later(dueNow, plus(clock.now(), 1));
    await pace(next);
    if (signal.aborted) return;
    clock.moveTo(next);
  }
}

/** Real milliseconds between two looks whether the services are done. */
const lookEveryMs = 1;

/**
 * Waits until every shard has been read up to the clock, with nothing due and nothing unpublished.
 *
 * @returns the earliest due instant of all shards, if there is one.
 */
export async function settled({
  engine,
  clock,
  partitions,
  signal,
}: Pick<Rehearsal, 'engine' | 'clock' | 'partitions' | 'signal'>): Promise<Instant | undefined> {
  const { workingSet, policy, deployment } = engine;
  let earliest: Instant | undefined;
  for (let partition = 0; partition < partitions && !signal.aborted; ) {
    const shard: Shard = { deployment, partition };
    const state = await workingSet.shard(shard);
    const read = await isRead(engine, state, partition, clock.now());
    const [due] = await workingSet.due(shard, Number.MAX_SAFE_INTEGER as Instant, 1);
    const { outbox } = await workingSet.sizes(shard);
    const isDue = due !== undefined && due.due <= clock.now() - policy.grace;
    if (state.mode !== 'live' || !read || isDue || outbox > 0) {
      await delay(lookEveryMs);
      continue;
    }
    if (due !== undefined) earliest = earliest === undefined ? due.due : earlier(earliest, due.due);
    partition++;
  }
  return earliest;
}

/** Whether all that is in the log has been applied, and each topic was found at its end at that instant. */
async function isRead(
  { log, codec }: Engine,
  state: ShardState,
  partition: number,
  now: Instant,
): Promise<boolean> {
  for (const topic of inputTopics) {
    if ((state.watermarks.get(topic) ?? 0) < now) return false;
    const end = (await log.offsets(codec.topics.input[topic])).get(partition)?.end ?? 0n;
    if ((state.offsets.get(topic) ?? 0n) < end) return false;
  }
  return true;
}

async function append({ engine, encodeFact }: Rehearsal, fact: Fact): Promise<void> {
  const topic = engine.codec.topics.input[topicOf[fact.type]];
  await engine.log.append(topic, [encodeFact(fact)]);
}

/** Waits in real time until an instant of the rehearsed time may come. */
function paceFrom(
  start: Instant,
  speed: number,
  signal: AbortSignal,
): (instant: Instant) => Promise<void> {
  const began = performance.now();
  return async (instant) => {
    const wait = (instant - start) / speed - (performance.now() - began);
    if (wait <= 1) return;
    await delay(wait, undefined, { signal }).catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
  };
}
