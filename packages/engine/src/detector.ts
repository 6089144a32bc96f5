import type { ObjectiveAlert } from '@vigil/domain/ledger/alert';
import { type Instant, plus } from '@vigil/domain/time/instant';
import { type Missed, objectiveAlerts } from '@vigil/domain/windows/objective-alerts';
import { slotsOver, windowFigures } from '@vigil/domain/windows/slots';
import { Fenced, type PartitionHandlers, type Publisher } from '@vigil/event-log/port';
import type { Shard, ShardState } from '@vigil/working-set/port';
import { feedChanges } from './feeds.ts';
import { inputEnds } from './input-ends.ts';
import { type Engine, limits } from './ports.ts';
import { finishRebuild, isSwept, prepareShard } from './prepare.ts';
import { publishOutbox, sayAsOwner } from './publish.ts';
import { type Asserted, type HeldBack, raiseDue, raiseHeld } from './raise.ts';
import { type PartitionLedger, ShardForgot } from './remember.ts';
import { isUnder, notes, shardWatermark } from './watermark.ts';

/**
 * What breach-detector does with `attendance-alerts`: the partitions of it that it is assigned are
 * the shards it owns. It prepares each, raises what falls due in it, and publishes its outbox.
 */
export function breachDetector(engine: Engine): PartitionHandlers & { release(): Promise<void> } {
  const owned = new Map<number, { readonly stop: AbortController; readonly done: Promise<void> }>();
  const release = (partition: number): Promise<void> => {
    const one = owned.get(partition);
    owned.delete(partition);
    one?.stop.abort();
    return one?.done ?? Promise.resolve();
  };
  return {
    async assigned(_topic, partition) {
      await release(partition);
      const stop = new AbortController();
      const shard: Shard = { deployment: engine.deployment, partition };
      owned.set(partition, { stop, done: own(engine, shard, stop.signal) });
      // What is said from here on is said by this owner; what was said before, it reads when it prepares.
      const { topics } = engine.codec;
      return (await engine.log.offsets(topics.alerts)).get(partition)?.end;
    },
    revoked(_topic, partition) {
      void release(partition);
    },
    // Its own records, which it remembers having said.
    async batch() {},
    async caughtUp() {},
    async release() {
      await Promise.all([...owned.keys()].map(release));
    },
  };
}

/** Milliseconds before an owner that failed takes its partition up again. */
export const backOffMs = { first: 250, most: 10_000, replaced: 5_000 } as const;

/**
 * The shard was put under another policy: by whoever owns it now, or because it forgot. Its owner takes
 * it up again after a while, in which one that was replaced learns of it.
 */
class UnderOtherPolicy extends Error {
  override readonly name = 'UnderOtherPolicy';
}

/** Owns a shard until the signal; a failure is said, and the shard taken up again from what is stored. */
async function own(engine: Engine, shard: Shard, signal: AbortSignal): Promise<void> {
  const { log, codec, observe } = engine;
  let backOff: number = backOffMs.first;
  observe({ event: 'looked-after', partition: shard.partition });
  while (!signal.aborted) {
    let publisher: Publisher | undefined;
    try {
      // Before anything is read: from here on no earlier owner can publish.
      publisher = await log.openPublisher({
        topic: codec.topics.alerts,
        partition: shard.partition,
      });
      await noteOutage(engine, shard);
      const ledger = await prepareShard(engine, shard);
      await watch(engine, shard, publisher, ledger, signal, () => {
        backOff = backOffMs.first;
      });
    } catch (error) {
      if (signal.aborted) break;
      const failure = error instanceof Error ? error : new Error(String(error));
      const replaced = failure instanceof Fenced || failure instanceof UnderOtherPolicy;
      const expected = replaced || failure instanceof ShardForgot;
      observe(
        expected
          ? { event: 'released', partition: shard.partition, why: failure.message }
          : { event: 'failed', partition: shard.partition, error: failure },
      );
      await engine.timer.pause(replaced ? backOffMs.replaced : backOff, signal);
      backOff = Math.min(backOff * 2, backOffMs.most);
    } finally {
      await publisher?.close().catch((error: Error) => {
        observe({ event: 'failed', partition: shard.partition, error });
      });
    }
  }
  observe({ event: 'given-away', partition: shard.partition });
}

/** Remembers that nobody looked at the shard for a while: what fell due meanwhile is late for that. */
async function noteOutage({ workingSet, clock }: Engine, shard: Shard): Promise<void> {
  const state = await workingSet.shard(shard);
  const last = Number(state.notes.get(notes.lastTick) ?? Number.NaN);
  const now = clock();
  if (now - last > limits.outageMs) {
    await workingSet.commit(shard, { notes: new Map([[notes.outage, `${last} ${now}`]]) });
  }
}

async function watch(
  engine: Engine,
  shard: Shard,
  publisher: Publisher,
  ledger: PartitionLedger,
  signal: AbortSignal,
  healthy: () => void,
): Promise<void> {
  const { workingSet, policy, clock, timer } = engine;
  const heldBack: HeldBack = { under: '', ids: new Set() };
  const asserted: Asserted = new Map();
  const ends = inputEnds(engine, shard);
  let nextHeld = 0;
  let nextHousekeeping = 0;
  let nextWindows = 0;
  while (!signal.aborted) {
    const state = await workingSet.shard(shard);
    if (state.mode === undefined) throw new ShardForgot('the working set lost it');
    if (!isUnder(state, policy) || isSwept(state)) {
      throw new UnderOtherPolicy("a change of policy is under way that is not this owner's");
    }
    engine.observe({ event: 'looked-after', partition: shard.partition });
    if (state.mode === 'rebuilding') {
      if (!(await finishRebuild(engine, shard, state))) await timer.pause(engine.tickMs, signal);
      continue;
    }
    const { more, next } = await raiseDue(engine, shard, state, ends.reached(state), heldBack);
    const untilNext = next === undefined ? engine.tickMs : plus(next, policy.grace) - clock();
    const answer = untilNext <= 0 ? ends.ask(state) : undefined;
    if (timer.elapsed() >= nextHeld) {
      nextHeld = timer.elapsed() + limits.heldTickMs;
      if (isHeld(state, engine, clock())) await raiseHeld(engine, shard, state, asserted);
    }
    if (timer.elapsed() >= nextHousekeeping) {
      nextHousekeeping = timer.elapsed() + limits.housekeepingMs;
      await keepHouse(engine, shard, state, ledger);
    }
    if (timer.elapsed() >= nextWindows) {
      nextWindows = timer.elapsed() + limits.windowsMs;
      await keepWindows(engine, shard, state, ledger);
    }
    const published = await publishOutbox(engine, shard, publisher, ledger);
    healthy();
    const watermark = shardWatermark(state, policy);
    if (watermark !== undefined) {
      engine.observe({
        event: 'watermark',
        partition: shard.partition,
        ageMs: clock() - watermark,
      });
    }
    if (more || published > 0) continue;
    const ms = untilNext > 0 ? Math.min(untilNext, engine.tickMs) : engine.tickMs;
    await Promise.race([timer.pause(ms, signal), ...(answer === undefined ? [] : [answer])]);
  }
}

/** Whether some incident's watermark may have stood still for longer than `holdAtMost`. */
function isHeld(state: ShardState, { policy }: Engine, wall: Instant): boolean {
  const watermark = shardWatermark(state, policy);
  return policy.feeds.length > 0 || watermark === undefined || wall - watermark > policy.holdAtMost;
}

/** Says that the owner is there, and what is to be said of feeds. */
async function keepHouse(
  engine: Engine,
  shard: Shard,
  state: ShardState,
  ledger: PartitionLedger,
): Promise<void> {
  const wall = engine.clock();
  const feeds = speaksForAll(shard) ? feedChanges(state, engine.policy, wall) : undefined;
  await sayAsOwner(engine, shard, ledger, feeds?.alerts ?? [], {
    notes: new Map([
      [notes.lastTick, String(wall)],
      ...(feeds === undefined ? [] : ([[notes.silent, feeds.note]] as const)),
    ]),
  });
}

/** Lets go of slots that have left their window, and says what is to be said of objectives. */
async function keepWindows(
  engine: Engine,
  shard: Shard,
  state: ShardState,
  ledger: PartitionLedger,
): Promise<void> {
  const { workingSet, policy } = engine;
  const watermark = shardWatermark(state, policy);
  if (watermark === undefined || policy.objectives.length === 0) return;
  const slots = await workingSet.slots(shard);
  const objectives = speaksForAll(shard) ? await objectiveChanges(engine, shard, state) : undefined;
  await sayAsOwner(engine, shard, ledger, objectives?.alerts ?? [], {
    dropSlots: slotsOver(slots.keys(), watermark),
    ...(objectives === undefined ? {} : { notes: new Map([[notes.missed, objectives.note]]) }),
  });
}

/** What concerns every partition is said once, by the owner of the first. */
const speaksForAll = ({ partition }: Shard): boolean => partition === 0;

/** What is to be said of objectives, from the windows of all shards together. */
async function objectiveChanges(
  { workingSet, log, codec, policy, clock }: Engine,
  shard: Shard,
  state: ShardState,
): Promise<{ readonly alerts: readonly ObjectiveAlert[]; readonly note: string } | undefined> {
  const partitions = await log.partitions(codec.topics.alerts);
  const sums = new Map<string, number>();
  for (let partition = 0; partition < partitions; partition++) {
    for (const [key, count] of await workingSet.slots({ ...shard, partition })) {
      sums.set(key, (sums.get(key) ?? 0) + count);
    }
  }
  const missed: Missed = JSON.parse(state.notes.get(notes.missed) || '{}');
  const now = clock();
  const change = objectiveAlerts(windowFigures(sums, now), missed, policy, now);
  if (change.alerts.length === 0) return undefined;
  return { alerts: change.alerts, note: JSON.stringify(change.missed) };
}
