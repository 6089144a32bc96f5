import { EventLogError } from '@vigil/event-log/errors';
import type { Subscription } from '@vigil/event-log/port';
import type { Brokers } from './brokers.ts';
import type { Machine } from './machine.ts';

/** The reading of one partition by one member of a group. */
export interface PartitionReading {
  readonly partition: number;
  /** The partition belongs to somebody else. */
  take(): void;
  /** No more after the call at hand. */
  finish(): void;
  readonly done: Promise<void>;
}

interface ReadingOptions {
  readonly on: Machine;
  readonly brokers: Brokers;
  readonly subscription: Subscription;
  readonly topic: string;
  readonly partition: number;
  readonly after: Promise<void> | undefined;
}

const backOffMs = { first: 100, most: 10_000 } as const;

/** Keeps the order that `@vigil/event-log/partition-reader` keeps, in simulated time. */
export function readPartition(options: ReadingOptions): PartitionReading {
  const closing = new AbortController();
  let taken = false;
  return {
    partition: options.partition,
    take() {
      taken = true;
      closing.abort();
    },
    finish: () => closing.abort(),
    done: read(options, closing.signal, () => taken),
  };
}

async function read(
  { on, brokers, subscription, topic, partition, after }: ReadingOptions,
  closing: AbortSignal,
  isTaken: () => boolean,
): Promise<void> {
  const { handlers, maxBatchRecords } = subscription;
  const { server, network } = brokers;
  await after;
  const alive = async (): Promise<void> => {
    await on.timer.pause(0);
    if (isTaken()) throw new EventLogError('partition-taken', `${topic}/${partition}.`);
  };
  let backOff: number = backOffMs.first;
  while (!closing.aborted) {
    try {
      let position = (await handlers.assigned(topic, partition)) ?? 0n;
      while (!closing.aborted) {
        const readAt = on.clock();
        const fetched = await network.call({
          from: on,
          to: 'log',
          what: `fetches ${topic}`,
          effect: () =>
            brokers.isStalled(topic, partition)
              ? undefined
              : server.fetch(topic, partition, position, maxBatchRecords),
          lost: (why) => new EventLogError('append-failed', `${why}.`),
        });
        if (closing.aborted) break;
        if (fetched === undefined) {
          await on.timer.pause(brokers.readEveryMs, closing);
          continue;
        }
        const { records, end } = fetched;
        position = fetched.position;
        if (records.length > 0) {
          await handlers.batch({ topic, partition, records, position, end, alive });
        } else if (position >= end) {
          await handlers.caughtUp(topic, partition, position, readAt);
        }
        if (records.length === 0) await on.timer.pause(brokers.readEveryMs, closing);
        backOff = backOffMs.first;
      }
    } catch (error) {
      if (closing.aborted) break;
      brokers.onFailure(error instanceof Error ? error : new Error(String(error)));
      await on.timer.pause(backOff, closing);
      backOff = Math.min(backOff * 2, backOffMs.most);
    }
  }
  handlers.revoked(topic, partition);
}
