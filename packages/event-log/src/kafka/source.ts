import type { Batch } from 'kafkajs';
import { checkReaches } from '../checks.ts';
import type { Log } from '../logger.ts';
import type { PartitionSource, Reading } from '../partition-reader.ts';
import type { LogRecord } from '../port.ts';
import { fromMessage } from './records.ts';

/** What the source needs of the consumer that fetches for it. */
export interface Fetching {
  seek(offset: bigint): void;
  pause(): void;
  resume(): void;
  /** What the partition keeps now. */
  offsets(): Promise<{ readonly first: bigint; readonly end: bigint }>;
}

interface SourceOptions {
  readonly topic: string;
  readonly partition: number;
  readonly fetching: Fetching;
  readonly maxBatchRecords: number;
  readonly fetchesAhead: number;
  readonly log: Log;
}

/** The source of one partition: fetched ahead by the consumer, taken by the reader. */
export interface KafkaSource extends PartitionSource {
  /** Takes what the consumer fetched; what is not the continuation is fetched again. */
  offer(batch: Batch): void;
  /** Takes the news that a fetch had only records that readers do not see. */
  offerUnseen(firstOffset: string | null, lastOffset: string): void;
  /** Takes the end of the partition as it was after a wall clock. */
  offerEnd(end: bigint, readAt: number): void;
  /** Steps from an awaited offset to a later one between which the log holds nothing to read. */
  step(from: bigint, to: bigint): void;
  /** The offset after the last one handled, once started. */
  handled(): bigint | undefined;
  /** The next offset to fetch, while the consumer should be fetching and the end is further. */
  awaited(): bigint | undefined;
}

type Step =
  | { readonly kind: 'fetched'; readonly batch: Batch; readonly next: bigint; taken: number }
  | { readonly kind: 'unseen'; readonly next: bigint };

/** Makes the source of a partition that is paused; `start` makes it flow. */
export function kafkaSource(options: SourceOptions): KafkaSource {
  const { topic, partition, fetching, maxBatchRecords, fetchesAhead, log } = options;
  const name = `${topic}/${partition}`;
  let queue: Step[] = [];
  /** Where the next fetch continues; undefined while halted. */
  let expected: bigint | undefined;
  let position = 0n;
  let handled: bigint | undefined;
  let paused = true;
  let end = 0n;
  /** Ends that wait for the position to reach them: the oldest is kept, so lag does not starve it. */
  let ends: { readonly end: bigint; readonly readAt: number }[] = [];
  /** A fetch that did not continue where it should, to tell a stale one from a gap in the log. */
  let strayed: string | undefined;
  let wake: (() => void) | undefined;
  /** Why the reader must start again. */
  let failure: Error | undefined;

  function push(step: Step): void {
    queue.push(step);
    expected = step.next;
    strayed = undefined;
    if (queue.length >= fetchesAhead && !paused) {
      paused = true;
      fetching.pause();
    }
    wake?.();
  }

  /** Drops a fetch and asks for the right one; says whether it had to. */
  function stray(what: string, should: bigint): void {
    strayed = what;
    log('debug', 'A fetch was not the continuation and is dropped', { topic, partition });
    fetching.seek(should);
  }

  function dueEnd(): Reading | undefined {
    let due: { readonly end: bigint; readonly readAt: number } | undefined;
    while (ends[0] !== undefined && ends[0].end <= position) due = ends.shift();
    return due && { kind: 'caught-up', position, readAt: due.readAt };
  }

  function take(): Reading | undefined {
    for (let step = queue[0]; step !== undefined; step = queue[0]) {
      if (step.kind === 'fetched') {
        const { messages } = step.batch;
        if (step.taken < messages.length) {
          const from = step.taken;
          step.taken = Math.min(from + maxBatchRecords, messages.length);
          const records: LogRecord[] = [];
          for (const message of messages.slice(from, step.taken)) {
            records.push(fromMessage(topic, partition, message));
          }
          const last = records.at(-1);
          const whole = step.taken === messages.length;
          position = whole || last === undefined ? step.next : last.offset + 1n;
          if (whole) shift();
          return { kind: 'records', records, position, end };
        }
      }
      position = step.next;
      shift();
    }
    return undefined;
  }

  function shift(): void {
    queue.shift();
    if (paused && queue.length < fetchesAhead) {
      paused = false;
      fetching.resume();
    }
  }

  return {
    async start(from) {
      const kept = await fetching.offsets();
      checkReaches(name, from ?? kept.first, kept.end);
      if (from !== undefined && from < kept.first) {
        log('error', 'Records were deleted before they were read; reading goes on after them', {
          topic,
          partition,
          wanted: String(from),
          first: String(kept.first),
        });
      }
      position = from === undefined || from < kept.first ? kept.first : from;
      handled = position;
      end = kept.end;
      [queue, ends, expected, strayed, paused] = [[], [], position, undefined, false];
      failure = undefined;
      fetching.seek(position);
      fetching.resume();
    },

    async next(signal): Promise<Reading | undefined> {
      handled = position;
      while (!signal.aborted) {
        if (failure !== undefined) throw failure;
        const reading = dueEnd() ?? take();
        if (reading !== undefined) return reading;
        handled = position;
        // The position may have moved past records that nobody sees, and so reached an end.
        if (ends[0] !== undefined && ends[0].end <= position) continue;
        await new Promise<void>((resolve) => {
          const awake = (): void => {
            wake = undefined;
            signal.removeEventListener('abort', awake);
            resolve();
          };
          wake = awake;
          signal.addEventListener('abort', awake, { once: true });
        });
      }
      return undefined;
    },

    halt() {
      if (expected === undefined) return;
      [queue, ends, expected] = [[], [], undefined];
      paused = true;
      fetching.pause();
    },

    offer(batch) {
      if (expected === undefined) return;
      const from = BigInt(fetchedFrom(batch));
      if (from !== expected) {
        // Once is a fetch from before a seek; twice means that the consumer went elsewhere by itself,
        // as it does when retention has overtaken it: then there is a gap, and `start` says so.
        if (strayed === `${from}`) {
          failure = new Error(`The consumer of ${name} went to ${from} instead of ${expected}.`);
          wake?.();
        } else stray(`${from}`, expected);
        return;
      }
      end = BigInt(batch.highWatermark);
      push({ kind: 'fetched', batch, next: BigInt(batch.lastOffset()) + 1n, taken: 0 });
    },

    offerUnseen(firstOffset, lastOffset) {
      if (expected === undefined) return;
      const [first, next] = [BigInt(firstOffset ?? lastOffset), BigInt(lastOffset) + 1n];
      // The event does not say from where was fetched. Seen again right after a seek, it is the log's gap.
      if (first === expected || (first > expected && strayed === `${first}-${next}`)) {
        push({ kind: 'unseen', next: firstOffset === null && next <= expected ? expected : next });
      } else stray(`${first}-${next}`, expected);
    },

    step(from, to) {
      if (expected !== from) return;
      push({ kind: 'unseen', next: to });
      fetching.seek(to);
    },

    offerEnd(offset, readAt) {
      if (expected === undefined) return;
      end = offset;
      ends = ends[0] === undefined ? [] : [ends[0]];
      ends.push({ end: offset, readAt });
      wake?.();
    },

    handled: () => handled,
    awaited: () => (expected !== undefined && !paused && end > expected ? expected : undefined),
  };
}

/** From where the batch was fetched: kafkajs keeps it on the batch, its types do not name it. */
function fetchedFrom(batch: Batch & { readonly fetchedOffset?: string }): string {
  const from = batch.fetchedOffset ?? batch.firstOffset();
  if (from === null) throw new Error('kafkajs handed over a batch without records');
  return from;
}
