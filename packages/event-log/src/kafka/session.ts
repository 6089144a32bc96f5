import type { Consumer, Kafka } from 'kafkajs';
import { errorFields, type Log } from '../logger.ts';
import { type PartitionReader, readPartition } from '../partition-reader.ts';
import type { Subscription } from '../port.ts';
import { stickyAssigner } from './assigner.ts';
import type { ClusterReader } from './cluster-reader.ts';
import type { Bounds } from './connection.ts';
import { type KafkaSource, kafkaSource } from './source.ts';
import { deadline, everyUntil } from './timing.ts';
import { watchdog } from './watchdog.ts';

/** One life of a consumer, from joining its group to leaving it or failing. */
export interface Session {
  /** Resolves with the reason when the consumer can go on no more. */
  readonly failed: Promise<Error>;
  /** Finishes the batches at hand and leaves the group. */
  finish(): Promise<void>;
  /** Drops everything; what is at hand finds out through `alive`. */
  abandon(): Promise<void>;
}

interface SessionOptions {
  /** Of this session only: kafkajs shares committed offsets among the consumers of one client. */
  readonly client: Kafka;
  readonly reader: ClusterReader;
  readonly subscription: Subscription;
  /** When the last reader of each topic partition in this process is done. */
  readonly done: Map<string, Promise<void>>;
  /** The partitions held when the session before ended, to be asked for again. */
  readonly held: Set<number>;
  readonly bounds: Bounds;
  readonly log: Log;
}

interface Lane {
  readonly topic: string;
  readonly partition: number;
  readonly source: KafkaSource;
  readonly reader: PartitionReader;
}

/**
 * Starts a consumer. kafkajs only fetches, joins and sends heartbeats; each partition has a reader of
 * its own, so that a slow handler delays neither the heartbeats nor another partition.
 */
export async function startSession(options: SessionOptions): Promise<Session> {
  const { client, reader, subscription, bounds, log, held } = options;
  const lanes = new Map<string, Lane>();
  const ending = new AbortController();
  const failure = Promise.withResolvers<Error>();
  let lastContact = performance.now();
  let fetches = 0;
  const consumer = client.consumer({
    groupId: subscription.group,
    sessionTimeout: bounds.sessionMs,
    heartbeatInterval: bounds.heartbeatMs,
    rebalanceTimeout: bounds.rebalanceMs,
    maxWaitTimeInMs: bounds.fetchWaitMs,
    maxBytesPerPartition: bounds.fetchBytesPerPartition,
    maxBytes: bounds.fetchBytes,
    allowAutoTopicCreation: false,
    partitionAssigners: [stickyAssigner(() => [...held])],
    // A consumer that failed is made anew as a whole: kafkajs restarts only after some failures, and
    // then with what the failure left behind.
    retry: { restartOnFailure: async () => false },
  });
  const isMember = (): boolean => performance.now() - lastContact < bounds.sessionMs;

  function take(): void {
    for (const lane of lanes.values()) lane.reader.take();
    lanes.clear();
  }

  function assign(assignment: Readonly<Record<string, readonly number[]>>): void {
    take();
    held.clear();
    for (const [topic, partitions] of Object.entries(assignment)) {
      // At once, before the first fetch of this generation: nothing flows until the handler has chosen.
      consumer.pause([{ topic, partitions: [...partitions] }]);
      for (const partition of partitions) {
        held.add(partition);
        const name = `${topic}/${partition}`;
        const source = kafkaSource({
          topic,
          partition,
          fetching: fetchingOf(consumer, reader, topic, partition),
          maxBatchRecords: subscription.maxBatchRecords,
          fetchesAhead: bounds.fetchesAhead,
          log,
        });
        const after = options.done.get(name);
        const { handlers } = subscription;
        const read = readPartition({ topic, partition, handlers, source, after, isMember, log });
        lanes.set(name, { topic, partition, source, reader: read });
        options.done.set(name, read.done);
      }
    }
  }

  const { events } = consumer;
  consumer.on(events.GROUP_JOIN, ({ payload }) => {
    lastContact = performance.now();
    if (!ending.signal.aborted) assign(payload.memberAssignment);
  });
  consumer.on(events.HEARTBEAT, () => {
    lastContact = performance.now();
  });
  consumer.on(events.FETCH, () => {
    fetches += 1;
  });
  consumer.on(events.END_BATCH_PROCESS, ({ payload }) => {
    const { topic, partition, batchSize, firstOffset, lastOffset } = payload;
    if (batchSize === 0)
      lanes.get(`${topic}/${partition}`)?.source.offerUnseen(firstOffset, lastOffset);
  });
  consumer.on(events.CRASH, ({ payload }) => failure.resolve(payload.error));

  const askEnds = async (): Promise<void> => {
    if (lanes.size === 0) return;
    const readAt = Date.now();
    const asked = [...lanes.values()];
    const ends = await reader.ends(subscription.topics);
    for (const { topic, partition, source } of asked) {
      const end = ends.get(topic)?.get(partition);
      if (end !== undefined) source.offerEnd(end, readAt);
    }
  };
  const commit = async (): Promise<void> => {
    const offsets = [...lanes.values()].flatMap(({ topic, partition, source }) => {
      const handled = source.handled();
      return handled === undefined ? [] : [{ topic, partition, offset: String(handled) }];
    });
    if (offsets.length > 0) await consumer.commitOffsets(offsets);
  };
  const unimportant = (what: string) => (error: unknown) => {
    log('debug', what, { group: subscription.group, ...errorFields(error) });
  };
  const watch = watchdog(bounds, {
    fetches: () => fetches,
    awaited: () => [...lanes].map(([name, { source }]) => ({ name, offset: source.awaited() })),
    readable: async (name, offset) => {
      const lane = lanes.get(name);
      if (lane === undefined) return false;
      // Records of a transaction that is still open are awaited in vain, and rightly so.
      const { found, next } = await nextReadable(reader, lane, offset);
      // Over batches that compaction has emptied kafkajs never comes by itself.
      if (!found && next > offset) lane.source.step(offset, next);
      return found;
    },
  });

  async function leave(): Promise<void> {
    ending.abort();
    const left = await deadline(consumer.disconnect(), bounds.stopMs);
    if (!left)
      log('warn', 'A consumer did not leave its group in time', { group: subscription.group });
  }

  try {
    await consumer.connect();
    await consumer.subscribe({ topics: [...subscription.topics], fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachBatch: async ({ batch }) => {
        lanes.get(`${batch.topic}/${batch.partition}`)?.source.offer(batch);
      },
    });
  } catch (error) {
    take();
    await leave().catch(unimportant('A consumer that failed did not leave its group'));
    throw error;
  }
  const { signal } = ending;
  everyUntil(signal, bounds.endsEveryMs, askEnds, (error) => {
    log('warn', 'The ends of the partitions could not be asked for', errorFields(error));
  });
  everyUntil(signal, bounds.commitEveryMs, commit, unimportant('Offsets were not written'));
  everyUntil(
    signal,
    WATCH_EVERY_MS,
    async () => {
      const stalled = await watch();
      if (stalled !== undefined) failure.resolve(new Error(stalled));
    },
    unimportant('The consumer could not be watched'),
  );

  return {
    failed: failure.promise,
    async finish() {
      const readers = [...lanes.values()].map((lane) => lane.reader);
      for (const one of readers) one.finish();
      await Promise.all(readers.map(({ done }) => done));
      await deadline(commit().catch(unimportant('Offsets were not written')), bounds.stopMs);
      lanes.clear();
      await leave();
    },
    async abandon() {
      take();
      await leave().catch(unimportant('A consumer that failed did not leave its group'));
    },
  };
}

const WATCH_EVERY_MS = 1_000;
const MOST_STEPS = 1_000;

/** Looks from an offset on for a record, past what holds none. */
async function nextReadable(
  reader: ClusterReader,
  { topic, partition }: Lane,
  offset: bigint,
): Promise<{ readonly found: boolean; readonly next: bigint }> {
  let next = offset;
  for (let steps = 0; steps < MOST_STEPS; steps += 1) {
    const fetched = await reader.fetch(topic, partition, next);
    if (fetched.messages.length > 0) {
      const first = BigInt(fetched.messages[0]?.offset ?? next);
      return next === offset ? { found: true, next } : { found: false, next: first };
    }
    if (fetched.next === next) break;
    next = fetched.next;
  }
  return { found: false, next };
}

function fetchingOf(consumer: Consumer, reader: ClusterReader, topic: string, partition: number) {
  const place = [{ topic, partitions: [partition] }];
  return {
    seek: (offset: bigint) => consumer.seek({ topic, partition, offset: String(offset) }),
    // A consumer that has ended has nothing to pause.
    pause: () => ignoreEnded(() => consumer.pause(place)),
    resume: () => consumer.resume(place),
    offsets: async () => {
      const kept = (await reader.offsets(topic)).get(partition);
      if (kept === undefined) throw new Error(`${topic} has lost partition ${partition}`);
      return kept;
    },
  };
}

function ignoreEnded(call: () => void): void {
  try {
    call();
  } catch (error) {
    if (!(error instanceof Error && error.name === 'KafkaJSNonRetriableError')) throw error;
  }
}
