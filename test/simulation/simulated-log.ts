import { EventLogError } from '@vigil/event-log/errors';
import {
  type EventLog,
  Fenced,
  type LogRecord,
  type Publisher,
  PublishUnknown,
  type Running,
  type Subscription,
} from '@vigil/event-log/port';
import type { Brokers } from './brokers.ts';
import { bounds } from './faults.ts';
import type { Producer } from './log-server.ts';
import type { Machine } from './machine.ts';
import { type PartitionReading, readPartition } from './partition-reading.ts';

/** The event log as Kafka keeps it, over a network that may fail. */
export function simulatedLog(machine: Machine, brokers: Brokers): EventLog {
  const { server, network, groups } = brokers;
  const unavailable = (why: string): Error => new EventLogError('append-failed', `${why}.`);
  const ask = <T>(what: string, effect: () => T): Promise<T> =>
    network.call({ from: machine, to: 'log', what, effect, lost: unavailable });

  async function* readToEnd(topic: string, partition: number, from: bigint) {
    const end = await ask(`asks for the end of ${topic}`, () => server.end(topic, partition));
    if (from > end) throw new EventLogError('offset-beyond-end', `${topic}/${partition}.`);
    let position = from;
    let movedAt = machine.timer.elapsed();
    while (position < end) {
      const read = await ask(`reads the tail of ${topic}`, () =>
        server.fetch(topic, partition, position, 20),
      );
      if (read.position > position) movedAt = machine.timer.elapsed();
      else if (machine.timer.elapsed() - movedAt > bounds.transaction + bounds.answer) {
        throw new EventLogError('read-stalled', `${topic}/${partition}.`);
      } else await machine.timer.pause(100);
      position = read.position;
      const records: LogRecord[] = read.records.filter(({ offset }) => offset < end);
      if (records.length > 0) yield records;
    }
  }

  return {
    subscribe: (subscription) => Promise.resolve(subscribe(subscription)),
    async openPublisher({ topic, partition }) {
      const id = `${topic}-${partition}`;
      const epoch = await ask('opens a publisher', () => server.openProducer(id));
      return publisher(machine, brokers, { id, topic, partition, epoch });
    },
    append: (topic, records) =>
      network.call({
        from: machine,
        to: 'log',
        what: `appends to ${topic}`,
        effect: () => void server.append(topic, records),
        lost: unavailable,
        repeatable: true,
      }),
    readToEnd,
    offsets: (topic) =>
      ask(`asks for the offsets of ${topic}`, () => {
        const count = server.partitions(topic);
        const all = Array.from({ length: count }, (_, partition) => partition);
        return new Map(all.map((p) => [p, { first: 0n, end: server.end(topic, p) }]));
      }),
    ends: (topics, partition) =>
      ask('asks where the input topics end', () => {
        return new Map(topics.map((topic) => [topic, server.end(topic, partition)]));
      }),
    partitions: (topic) => ask('asks for the partitions', () => server.partitions(topic)),
    close: async () => {},
  };

  /** Joins, and from then on asks again and again what its share is. */
  function subscribe(subscription: Subscription): Running {
    const readings = new Map<string, PartitionReading>();
    const done = new Map<string, Promise<void>>();
    const stopped = new AbortController();
    let member: string | undefined;

    const take = (share: readonly number[]): void => {
      for (const [name, reading] of readings) {
        if (share.includes(reading.partition)) continue;
        reading.take();
        readings.delete(name);
      }
      for (const topic of subscription.topics) {
        for (const partition of share) {
          const name = `${topic}/${partition}`;
          if (readings.has(name)) continue;
          const after = done.get(name);
          const reading = readPartition({
            on: machine,
            brokers,
            subscription,
            topic,
            partition,
            after,
          });
          readings.set(name, reading);
          done.set(name, reading.done);
        }
      }
    };
    const partitions = server.partitions(subscription.topics[0] ?? '');
    const work = async (): Promise<void> => {
      while (!stopped.signal.aborted) {
        try {
          const known = member;
          const share = await ask(`says that ${subscription.group} lives`, () => {
            if (known !== undefined) return groups.heartbeat(subscription.group, known);
            member = groups.join(subscription.group, partitions);
            return groups.heartbeat(subscription.group, member);
          });
          if (share === undefined) member = undefined;
          take(share ?? []);
          if (share === undefined) continue;
        } catch {
          // A member that cannot say so goes on working: it may still be one.
        }
        await machine.timer.pause(bounds.heartbeat, stopped.signal);
      }
    };
    void work();
    return {
      failed: new Promise<never>(() => {}),
      async stop() {
        stopped.abort();
        for (const reading of readings.values()) reading.finish();
        await Promise.all([...readings.values()].map((reading) => reading.done));
        if (member !== undefined) groups.leave(subscription.group, member);
      },
    };
  }
}

/** A publisher that failed once is done, as the one over Kafka is. */
function publisher(
  machine: Machine,
  { server, network, onFenced }: Brokers,
  producer: Producer,
): Publisher {
  let usable = true;
  const ask = <T>(what: string, effect: () => T): Promise<T> =>
    network.call({
      from: machine,
      to: 'log',
      what,
      effect,
      lost: (why) => new PublishUnknown(why),
    });
  return {
    async publish(records) {
      if (!usable) throw new EventLogError('publisher-closed', `${producer.id}.`);
      try {
        const end = await ask('produces', () => server.produce(producer, records));
        await ask('commits the transaction', () => server.commit(producer));
        return end;
      } catch (error) {
        usable = false;
        if (error instanceof Fenced) onFenced();
        if (error instanceof Fenced || error instanceof PublishUnknown) throw error;
        throw new PublishUnknown('the transaction was given up', { cause: error });
      }
    },
    async close() {
      usable = false;
    },
  };
}
