/** Keeps a picture up to date, and knows whether it is. */
import { setTimeout as delay } from 'node:timers/promises';
import type { IncidentId } from '@vigil/domain/facts/fact';
import type { Action } from '@vigil/domain/ledger/action';
import type { LedgerRecord } from '@vigil/domain/ledger/alert';
import type { Instant } from '@vigil/domain/time/instant';
import { partitionOf } from '@vigil/event-log/partitioner';
import type { LogRecord, Running } from '@vigil/event-log/port';
import type { Connection } from '../api/model.ts';
import { type Picture, pictureLimits } from './picture.ts';

/** Reads records and actions; what cannot be read is told and left out. */
export interface PictureCodec {
  decodeLedger(record: LogRecord): Promise<LedgerRecord>;
  decodeAction(record: LogRecord): Promise<Action | undefined>;
  readonly topics: { readonly alerts: string; readonly actions: string };
}

export interface FollowOptions {
  readonly picture: Picture;
  readonly codec: PictureCodec;
  /** Names this instance among those of the deployment. */
  readonly instance: string;
  readonly operators: number;
  /** Milliseconds between two looks at everything in the working set, for what falls due nowhere. */
  readonly scanMs: number;
  /** Is told of each thing that went wrong and is tried again. */
  readonly onTrouble: (what: string, error: unknown) => void;
}

/** Records of the alert topic and of actions that are read back at the start, a partition. */
const recordsBack = 20_000n;
/** Without a word from the log for this long, the picture may be wrong. */
const silentLogMs = 6_000;

/** A picture that is kept up to date. */
export interface Following {
  connection(): Connection;
  readonly failed: Promise<never>;
  stop(): Promise<void>;
}

/**
 * Follows the topics and the working set until stopped. Trouble with either is told, shown as a picture
 * that is stale since then, and tried again.
 */
export async function follow(options: FollowOptions): Promise<Following> {
  const { picture, codec, instance, operators, scanMs, onTrouble } = options;
  const { engine } = picture;
  const { log, workingSet, clock } = engine;
  const stopping = new AbortController();
  const state = watchConnection(picture, () => clock());
  const wanted = new Map<number, Set<IncidentId>>();
  let wake = (): void => {};

  const look = (ids: readonly IncidentId[]): void => {
    for (const id of ids) {
      const partition = partitionOf(id, picture.partitions);
      const set = wanted.get(partition) ?? new Set();
      wanted.set(partition, set.add(id));
    }
    wake();
  };

  const running: Running = await log.subscribe({
    // A group of its own: every instance reads all of it.
    group: `${engine.deployment}-control-room-${instance}`,
    topics: [codec.topics.alerts, codec.topics.actions],
    maxBatchRecords: 1_000,
    handlers: {
      async assigned(topic, partition) {
        const { first = 0n, end = 0n } = (await log.offsets(topic)).get(partition) ?? {};
        return end - recordsBack > first ? end - recordsBack : first;
      },
      revoked() {},
      async batch({ topic, records }) {
        state.heardLog();
        if (topic === codec.topics.actions) {
          const actions = await Promise.all(records.map((record) => codec.decodeAction(record)));
          picture.takeActions(actions.filter((action) => action !== undefined));
        } else {
          const read = await Promise.all(
            records.map((record) =>
              codec.decodeLedger(record).catch((error: unknown) => {
                onTrouble('a record of the alert topic cannot be read', error);
                return undefined;
              }),
            ),
          );
          look(picture.takeLedger(read.filter((record) => record !== undefined)));
        }
      },
      async caughtUp() {
        state.heardLog();
      },
    },
  });

  /** Does something about the working set again and again; trouble is told once, and tried again. */
  async function again(everyMs: number, work: () => Promise<void>): Promise<void> {
    while (!stopping.signal.aborted) {
      try {
        await work();
        state.heardWorkingSet();
      } catch (error) {
        if (state.lostWorkingSet()) onTrouble('the working set cannot be read', error);
      }
      await delay(everyMs, undefined, { signal: stopping.signal }).catch(() => {});
    }
  }

  async function load(partition: number, ids: readonly IncidentId[]): Promise<void> {
    const shard = picture.shardOf(partition);
    for (let i = 0; i < ids.length; i += pictureLimits.incidentsAtOnce) {
      const some = ids.slice(i, i + pictureLimits.incidentsAtOnce);
      picture.takeIncidents(shard, await workingSet.incidents(shard, some), some);
    }
  }

  async function eachPartition(work: (partition: number) => Promise<void>): Promise<void> {
    for (let partition = 0; partition < picture.partitions; partition++) await work(partition);
  }

  async function lookAtWanted(): Promise<void> {
    while (!stopping.signal.aborted) {
      const now = [...wanted];
      wanted.clear();
      try {
        for (const [partition, ids] of now) await load(partition, [...ids]);
      } catch (error) {
        for (const [, ids] of now) look([...ids]);
        if (state.lostWorkingSet()) onTrouble('the working set cannot be read', error);
        await delay(pictureLimits.dueMs, undefined, { signal: stopping.signal }).catch(() => {});
        continue;
      }
      await delay(pictureLimits.gatherMs);
      if (wanted.size === 0 && !stopping.signal.aborted) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    }
  }

  const loops = [
    lookAtWanted(),
    again(pictureLimits.dueMs, () =>
      eachPartition(async (partition) => {
        const far = Number.MAX_SAFE_INTEGER as Instant;
        const due = await workingSet.due(picture.shardOf(partition), far, pictureLimits.dueAtOnce);
        await load(partition, picture.unknownAmong(due));
      }),
    ),
    again(pictureLimits.knownMs, async () => {
      await eachPartition((partition) => load(partition, picture.heldOf(partition)));
      picture.refresh();
    }),
    again(scanMs, () =>
      eachPartition(async (partition) => {
        const shard = picture.shardOf(partition);
        for await (const rows of workingSet.scan(shard, pictureLimits.incidentsAtOnce)) {
          picture.takeIncidents(shard, new Map(rows.map((row) => [row.id, row])));
          // The consumers have the working set first.
          await delay(5);
        }
      }),
    ),
    again(pictureLimits.figuresMs, () => picture.lookAtFigures(operators)),
    again(1_000, async () => {
      picture.refresh();
      state.check();
    }),
  ];
  return {
    connection: state.connection,
    failed: running.failed,
    async stop() {
      stopping.abort();
      wake();
      await running.stop();
      await Promise.all(loops);
    },
  };
}

/** What is known of the log and the working set: heard a moment ago, or lost since when. */
function watchConnection(picture: Picture, now: () => Instant) {
  let log = { ok: false, since: now() };
  let workingSet = { ok: false, since: now() };
  let heardAt = performance.now();
  const connection = (): Connection => {
    const lost = [log, workingSet].filter(({ ok }) => !ok).map(({ since }) => since);
    return { log, workingSet, ...(lost.length === 0 ? {} : { staleSince: Math.min(...lost) }) };
  };
  const set = (which: 'log' | 'workingSet', ok: boolean): boolean => {
    const known = which === 'log' ? log : workingSet;
    if (known.ok === ok) return false;
    const next = { ok, since: now() };
    if (which === 'log') log = next;
    else workingSet = next;
    picture.emit('connection', connection());
    return true;
  };
  return {
    connection,
    heardLog(): void {
      heardAt = performance.now();
      set('log', true);
    },
    heardWorkingSet: () => set('workingSet', true),
    lostWorkingSet: () => set('workingSet', false),
    check(): void {
      if (performance.now() - heardAt > silentLogMs) set('log', false);
    },
  };
}
