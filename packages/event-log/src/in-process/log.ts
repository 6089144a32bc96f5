import { checkAlike, checkReaches } from '../checks.ts';
import { EventLogError } from '../errors.ts';
import { type Log, silent } from '../logger.ts';
import { partitionOf } from '../partitioner.ts';
import {
  type EventLog,
  Fenced,
  type LogRecord,
  type OutgoingRecord,
  type Publisher,
  type Running,
} from '../port.ts';
import { type InProcessGroup, inProcessGroup } from './group.ts';
import { type InProcessTopic, type StoredPartition, storePartition } from './partition.ts';
import { changeOf } from './source.ts';

/** What the in-process log is made of. */
export interface InProcessLogOptions {
  readonly topics: Readonly<Record<string, InProcessTopic>>;
  /** Milliseconds since the epoch; stamps records and says when a partition was read to its end. */
  readonly clock?: () => number;
  /**
   * How much a partition keeps. Older records go once every reader has finished them; a writer waits
   * for readers that are further behind than this.
   */
  readonly maxRecordsPerPartition?: number;
  /** How long a writer waits for room before it fails, in milliseconds. */
  readonly waitForRoomMs?: number;
  /** How often a reader at the end is told so, in milliseconds. */
  readonly caughtUpEveryMs?: number;
  readonly log?: Log;
}

/** The in-process log, whose topics are made without asking anybody. */
export interface InProcessLog extends EventLog {
  /** Makes a topic; one that is there stays as it is. */
  createTopic(topic: string, settings: InProcessTopic): void;
}

const READ_AT_MOST = 1_000;

/**
 * An event log in the memory of this process, for the embedded mode and for tests. It keeps nothing
 * across restarts; in all else it behaves as Kafka does behind the same port.
 */
export function createInProcessLog(options: InProcessLogOptions): InProcessLog {
  const clock = options.clock ?? Date.now;
  const most = options.maxRecordsPerPartition ?? 100_000;
  const topics = new Map<string, readonly StoredPartition[]>();
  const groups = new Map<string, InProcessGroup>();
  const running = new Set<Running>();
  const owners = new Map<string, number>();
  let closed = false;

  function createTopic(topic: string, { partitions, compacted = false }: InProcessTopic): void {
    if (topics.has(topic)) return;
    const stored = Array.from({ length: partitions }, (_, partition) =>
      storePartition(`${topic}/${partition}`, compacted, most),
    );
    topics.set(topic, stored);
  }
  for (const [topic, settings] of Object.entries(options.topics)) createTopic(topic, settings);

  function partitionsOf(topic: string): readonly StoredPartition[] {
    if (closed) throw new EventLogError('closed', `${topic} cannot be used.`);
    const stored = topics.get(topic);
    if (stored === undefined) throw new EventLogError('unknown-topic', `There is no ${topic}.`);
    return stored;
  }

  function partitionAt(topic: string, partition: number): StoredPartition {
    const stored = partitionsOf(topic)[partition];
    if (stored === undefined) {
      throw new EventLogError('unknown-topic', `There is no partition ${partition} of ${topic}.`);
    }
    return stored;
  }

  function place(topic: string, record: OutgoingRecord): Placed {
    const count = partitionsOf(topic).length;
    const partition = record.partition ?? partitionOf(record.key ?? '', count);
    return { topic, partition, record, stored: partitionAt(topic, partition) };
  }

  async function waitForRoom(placed: readonly Placed[]): Promise<void> {
    const deadline = performance.now() + (options.waitForRoomMs ?? 30_000);
    const counts = new Map<StoredPartition, number>();
    for (const { stored } of placed) counts.set(stored, (counts.get(stored) ?? 0) + 1);
    for (;;) {
      const full = [...counts].find(([stored, count]) => !stored.hasRoom(count));
      if (full === undefined) return;
      const left = deadline - performance.now();
      if (left <= 0) {
        throw new EventLogError('log-full', `A reader is more than ${most} records behind.`);
      }
      await changeOf(full[0], left);
    }
  }

  function store(placed: readonly Placed[]): void {
    for (const { topic, partition, record, stored } of placed) {
      stored.append({
        topic,
        partition,
        timestamp: record.timestamp ?? clock(),
        key: record.key === null ? null : Buffer.from(record.key),
        value: record.value,
        headers: Object.fromEntries(
          Object.entries(record.headers ?? {}).map(([name, text]) => [name, Buffer.from(text)]),
        ),
      });
    }
  }

  function publisherOf(topic: string, partition: number): Publisher {
    const name = `${topic}/${partition}`;
    const epoch = (owners.get(name) ?? 0) + 1;
    owners.set(name, epoch);
    let open = true;
    function checkOwned(): void {
      if (!open) throw new EventLogError('publisher-closed', `The publisher of ${name} is closed.`);
      if (owners.get(name) !== epoch) throw new Fenced(`${name} has another owner now.`);
    }
    return {
      async publish(records) {
        checkOwned();
        const placed = records.map((record) => place(record.topic, { ...record, partition }));
        await waitForRoom(placed);
        // Another owner may have come while we waited; from here on nothing else can run.
        checkOwned();
        store(placed);
        return partitionAt(topic, partition).end();
      },
      async close() {
        open = false;
      },
    };
  }

  return {
    createTopic,
    async subscribe(subscription) {
      const counts = subscription.topics.map((topic) => partitionsOf(topic).length);
      checkAlike(subscription.topics, counts);
      let group = groups.get(subscription.group);
      if (group === undefined) {
        const { caughtUpEveryMs = 250, log = silent } = options;
        group = inProcessGroup({ partitionsOf, caughtUpEveryMs, clock, log });
        groups.set(subscription.group, group);
      }
      const joined = group.join(subscription);
      const one: Running = {
        failed: joined.failed,
        async stop() {
          running.delete(one);
          await joined.stop();
        },
      };
      running.add(one);
      return one;
    },
    async openPublisher({ topic, partition }) {
      partitionAt(topic, partition);
      return publisherOf(topic, partition);
    },
    async append(topic, records) {
      // In pieces: a file of facts larger than the log goes in as fast as it is read.
      for (let start = 0; start < records.length; start += READ_AT_MOST) {
        const placed = records.slice(start, start + READ_AT_MOST).map((one) => place(topic, one));
        await waitForRoom(placed);
        store(placed);
      }
    },
    async *readToEnd(topic, partition, from) {
      const stored = partitionAt(topic, partition);
      const end = stored.end();
      checkReaches(`${topic}/${partition}`, from, end);
      let position = from;
      while (position < end) {
        const read = stored.read(position, READ_AT_MOST);
        position = read.position;
        const records: LogRecord[] = read.records.filter(({ offset }) => offset < end);
        if (records.length > 0) yield records;
      }
    },
    async offsets(topic) {
      return new Map(
        partitionsOf(topic).map((stored, partition) => [
          partition,
          { first: stored.first(), end: stored.end() },
        ]),
      );
    },
    async ends(topics, partition) {
      return new Map(topics.map((topic) => [topic, partitionAt(topic, partition).end()]));
    },
    async partitions(topic) {
      return partitionsOf(topic).length;
    },
    async close() {
      await Promise.all([...running].map((one) => one.stop()));
      closed = true;
    },
  };
}

interface Placed {
  readonly topic: string;
  readonly partition: number;
  readonly record: OutgoingRecord;
  readonly stored: StoredPartition;
}
