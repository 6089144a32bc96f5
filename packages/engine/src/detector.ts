import type { LedgerRecord, ObjectiveAlert } from '@vigil/domain/ledger/alert';
import type { Instant } from '@vigil/domain/time/instant';
import { type Missed, objectiveAlerts } from '@vigil/domain/windows/objective-alerts';
import { slotsOver, windowFigures } from '@vigil/domain/windows/slots';
import { Fenced, type PartitionHandlers, type Publisher } from '@vigil/event-log/port';
import type { Shard, ShardState } from '@vigil/working-set/port';
import { feedChanges } from './feeds.ts';
import { pause } from './pause.ts';
import { type Engine, limits } from './ports.ts';
import { finishRebuild, prepareShard, type Told } from './prepare.ts';
import { publishOutbox, ShardForgot } from './publish.ts';
import { type Asserted, type HeldBack, raiseDue, raiseHeld } from './raise.ts';
import { notes, shardWatermark } from './watermark.ts';

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
const backOffMs = { first: 250, most: 10_000, fenced: 5_000 } as const;

/** Owns a shard until the signal; a failure is said, and the shard taken up again from what is stored. */
async function own(engine: Engine, shard: Shard, signal: AbortSignal): Promise<void> {
  const { log, codec, observe } = engine;
  let backOff: number = backOffMs.first;
  while (!signal.aborted) {
    let publisher: Publisher | undefined;
    try {
      // Before anything is read: from here on no earlier owner can publish.
      publisher = await log.openPublisher({
        topic: codec.topics.alerts,
        partition: shard.partition,
      });
      await noteOutage(engine, shard);
      const told = await prepareShard(engine, shard);
      await watch(engine, shard, publisher, told, signal, () => {
        backOff = backOffMs.first;
      });
    } catch (error) {
      if (signal.aborted) break;
      const failure = error instanceof Error ? error : new Error(String(error));
      const expected = failure instanceof Fenced || failure instanceof ShardForgot;
      observe(
        expected
          ? { event: 'released', partition: shard.partition, why: failure.message }
          : { event: 'failed', partition: shard.partition, error: failure },
      );
      await pause(failure instanceof Fenced ? backOffMs.fenced : backOff, signal);
      backOff = Math.min(backOff * 2, backOffMs.most);
    } finally {
      await publisher?.close().catch((error: Error) => {
        observe({ event: 'failed', partition: shard.partition, error });
      });
    }
  }
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
  told: Told,
  signal: AbortSignal,
  healthy: () => void,
): Promise<void> {
  const { workingSet, policy, clock } = engine;
  const heldBack: HeldBack = { under: '', ids: new Set() };
  const asserted: Asserted = new Map();
  let nextHeld = 0;
  let nextHousekeeping = 0;
  let nextWindows = 0;
  while (!signal.aborted) {
    const state = await workingSet.shard(shard);
    if (state.mode === undefined) throw new ShardForgot('the working set lost it');
    if (state.mode === 'rebuilding') {
      if (!(await finishRebuild(engine, shard, state))) await pause(engine.tickMs, signal);
      continue;
    }
    const moreDue = await raiseDue(engine, shard, state, heldBack);
    if (performance.now() >= nextHeld) {
      nextHeld = performance.now() + limits.heldTickMs;
      if (isHeld(state, engine, clock())) await raiseHeld(engine, shard, state, asserted);
    }
    if (performance.now() >= nextHousekeeping) {
      nextHousekeeping = performance.now() + limits.housekeepingMs;
      await keepHouse(engine, shard, state);
    }
    if (performance.now() >= nextWindows) {
      nextWindows = performance.now() + limits.windowsMs;
      await keepWindows(engine, shard, state);
    }
    const published = await publishOutbox(engine, shard, publisher, told);
    healthy();
    const watermark = shardWatermark(state, policy);
    if (watermark !== undefined) {
      engine.observe({
        event: 'watermark',
        partition: shard.partition,
        ageMs: clock() - watermark,
      });
    }
    if (!moreDue && published === 0) await pause(engine.tickMs, signal);
  }
}

/** Whether some incident's watermark may have stood still for longer than `holdAtMost`. */
function isHeld(state: ShardState, { policy }: Engine, wall: Instant): boolean {
  const watermark = shardWatermark(state, policy);
  return policy.feeds.length > 0 || watermark === undefined || wall - watermark > policy.holdAtMost;
}

/** Says that the owner is there, and what is to be said of feeds. */
async function keepHouse(engine: Engine, shard: Shard, state: ShardState): Promise<void> {
  const wall = engine.clock();
  const feeds = speaksForAll(shard) ? feedChanges(state, engine.policy, wall) : undefined;
  await engine.workingSet.commit(shard, {
    expectMode: 'live',
    outbox: toLedger(feeds?.alerts ?? []),
    notes: new Map([
      [notes.lastTick, String(wall)],
      ...(feeds === undefined ? [] : ([[notes.silent, feeds.note]] as const)),
    ]),
  });
}

/** Lets go of slots that have left their window, and says what is to be said of objectives. */
async function keepWindows(engine: Engine, shard: Shard, state: ShardState): Promise<void> {
  const { workingSet, policy } = engine;
  const watermark = shardWatermark(state, policy);
  if (watermark === undefined || policy.objectives.length === 0) return;
  const slots = await workingSet.slots(shard);
  const objectives = speaksForAll(shard) ? await objectiveChanges(engine, shard, state) : undefined;
  await workingSet.commit(shard, {
    expectMode: 'live',
    dropSlots: slotsOver(slots.keys(), watermark),
    outbox: toLedger(objectives?.alerts ?? []),
    ...(objectives === undefined ? {} : { notes: new Map([[notes.missed, objectives.note]]) }),
  });
}

/** What concerns every partition is said once, by the owner of the first. */
const speaksForAll = ({ partition }: Shard): boolean => partition === 0;

const toLedger = (records: readonly LedgerRecord[]): string[] =>
  records.map((record) => JSON.stringify({ to: 'ledger', record }));

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
