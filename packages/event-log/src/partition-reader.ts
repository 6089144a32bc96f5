import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises';
import { EventLogError } from './errors.ts';
import { errorFields, type Log } from './logger.ts';
import type { LogRecord, PartitionHandlers } from './port.ts';

/** One step of reading a partition. */
export type Reading =
  | {
      readonly kind: 'records';
      readonly records: readonly LogRecord[];
      readonly position: bigint;
      readonly end: bigint;
    }
  | { readonly kind: 'caught-up'; readonly position: bigint; readonly readAt: number };

/** Where the records of one partition come from; only one call is under way at a time. */
export interface PartitionSource {
  /**
   * Goes to an offset (`undefined`: the first kept).
   *
   * @throws EventLogError `offset-beyond-end` when the log does not reach that far.
   */
  start(from: bigint | undefined): Promise<void>;
  /** The next step; the one before is done with. `undefined` when the signal came. */
  next(signal: AbortSignal): Promise<Reading | undefined>;
  /** Gives nothing until started again; what was fetched ahead is dropped. */
  halt(): void;
}

/** The reading of one partition by one member. */
export interface PartitionReader {
  /** The partition belongs to somebody else: `alive` throws from now on. */
  take(): void;
  /** No more after the call at hand, which may finish in peace. */
  finish(): void;
  /** Resolves when no handler will be called any more. */
  readonly done: Promise<void>;
}

interface ReaderOptions {
  readonly topic: string;
  readonly partition: number;
  readonly handlers: PartitionHandlers;
  readonly source: PartitionSource;
  /** The earlier reader of the same partition in this process: it ends first. */
  readonly after: Promise<void> | undefined;
  /** Whether this member still counts as one, as far as it can know. */
  readonly isMember: () => boolean;
  readonly log: Log;
}

/** How long a partition whose handler failed rests, in milliseconds: doubled each time in a row. */
export const backOffMs = { first: 100, most: 10_000 } as const;

/**
 * Reads one partition for its handlers: asks where to start, hands over in order, one call at a time,
 * and asks anew when a handler rejects. Both adapters read with this loop, so they keep the same order.
 */
export function readPartition(options: ReaderOptions): PartitionReader {
  const closing = new AbortController();
  let taken = false;
  return {
    take() {
      taken = true;
      closing.abort();
    },
    finish() {
      closing.abort();
    },
    done: run(options, closing.signal, () => taken),
  };
}

async function run(
  options: ReaderOptions,
  closing: AbortSignal,
  isTaken: () => boolean,
): Promise<void> {
  const { topic, partition, handlers, source, log } = options;
  await options.after;
  if (closing.aborted) return;
  const alive = async (): Promise<void> => {
    // Lets the event loop turn: heartbeats go out and news of a rebalance comes in.
    await turn();
    if (isTaken() || !options.isMember()) {
      throw new EventLogError('partition-taken', `${topic}/${partition} is no longer read here.`);
    }
  };
  let backOff: number = backOffMs.first;
  while (!closing.aborted) {
    try {
      const from = await handlers.assigned(topic, partition);
      if (closing.aborted) break;
      await source.start(from);
      for (;;) {
        const reading = await source.next(closing);
        if (reading === undefined || closing.aborted) break;
        const { position } = reading;
        if (reading.kind === 'caught-up') {
          await handlers.caughtUp(topic, partition, position, reading.readAt);
        } else {
          const { records, end } = reading;
          await handlers.batch({ topic, partition, records, position, end, alive });
        }
        backOff = backOffMs.first;
      }
    } catch (error) {
      source.halt();
      // Work that fails because the partition went elsewhere is how a rebalance ends, not news.
      if (closing.aborted) {
        log('debug', 'A batch ended with its partition', {
          topic,
          partition,
          ...errorFields(error),
        });
        break;
      }
      const fields = { topic, partition, backOffMs: backOff, ...errorFields(error) };
      log('error', 'A partition could not be read on; it is taken up again', fields);
      await sleep(backOff, undefined, { signal: closing }).catch(() => undefined);
      backOff = Math.min(backOff * 2, backOffMs.most);
    }
  }
  source.halt();
  try {
    handlers.revoked(topic, partition);
  } catch (error) {
    log('error', 'A handler failed to let a partition go', {
      topic,
      partition,
      ...errorFields(error),
    });
  }
}
