import type { Batch, KafkaMessage } from 'kafkajs';
import { describe, expect, it } from 'vitest';
import { silent } from '../logger.ts';
import { kafkaSource } from './source.ts';

/** A consumer that fetches when told to: it records what the source asks of it. */
function sourceFrom(first = 0n, end = 1_000n) {
  const asked: string[] = [];
  const source = kafkaSource({
    topic: 'facts',
    partition: 0,
    maxBatchRecords: 10,
    fetchesAhead: 2,
    log: silent,
    fetching: {
      seek: (offset) => asked.push(`seek ${offset}`),
      pause: () => asked.push('pause'),
      resume: () => asked.push('resume'),
      offsets: async () => ({ first, end }),
    },
  });
  return { source, asked };
}

function fetched(from: number, offsets: readonly number[], last = offsets.at(-1) ?? from): Batch {
  const messages = offsets.map(
    (offset): KafkaMessage => ({
      offset: `${offset}`,
      timestamp: '0',
      attributes: 0,
      key: null,
      value: null,
      headers: {},
    }),
  );
  const batch = {
    topic: 'facts',
    partition: 0,
    highWatermark: '1000',
    messages,
    fetchedOffset: `${from}`,
    isEmpty: () => messages.length === 0,
    firstOffset: () => messages[0]?.offset ?? null,
    lastOffset: () => `${last}`,
    offsetLag: () => '0',
    offsetLagLow: () => '0',
  };
  return batch;
}

const signal = new AbortController().signal;

describe('the source of a partition', () => {
  it('drops a batch that was fetched before the seek, and asks for the right one', async () => {
    const { source, asked } = sourceFrom();
    await source.start(5n);
    source.offer(fetched(0, [0, 1, 2]));
    source.offer(fetched(5, [5, 6]));
    expect(asked).toEqual(['seek 5', 'resume', 'seek 5']);
    expect(await source.next(signal)).toMatchObject({ kind: 'records', position: 7n });
  });

  it('takes nothing before it is started and after it is halted', async () => {
    const { source } = sourceFrom();
    source.offer(fetched(0, [0]));
    await source.start(0n);
    source.offer(fetched(0, [0]));
    source.halt();
    source.offer(fetched(1, [1]));
    await source.start(0n);
    source.offer(fetched(0, [0]));
    expect(await source.next(signal)).toMatchObject({ position: 1n });
    expect(source.awaited()).toBe(1n);
  });

  it('hands over small batches of a large fetch, and counts the control record at its end', async () => {
    const { source } = sourceFrom();
    await source.start(0n);
    source.offer(
      fetched(
        0,
        Array.from({ length: 15 }, (_, index) => index),
        15,
      ),
    );
    expect(await source.next(signal)).toMatchObject({ position: 10n });
    expect(await source.next(signal)).toMatchObject({ position: 16n });
  });

  it('pauses when two fetches wait, and goes on when one was taken', async () => {
    const { source, asked } = sourceFrom();
    await source.start(0n);
    source.offer(fetched(0, [0]));
    source.offer(fetched(1, [1]));
    expect(asked).toEqual(['seek 0', 'resume', 'pause']);
    await source.next(signal);
    expect(asked).toEqual(['seek 0', 'resume', 'pause', 'resume']);
  });

  it('moves past records that nobody sees, and is then caught up', async () => {
    const { source } = sourceFrom(0n, 3n);
    await source.start(0n);
    source.offerEnd(3n, 42);
    source.offerUnseen('0', '2');
    expect(await source.next(signal)).toEqual({ kind: 'caught-up', position: 3n, readAt: 42 });
  });

  it('does not take unseen records of a fetch from before the seek for its own', async () => {
    const { source, asked } = sourceFrom();
    await source.start(5n);
    source.offerUnseen('90', '99');
    source.offer(fetched(5, [5]));
    expect(asked.at(-1)).toBe('seek 5');
    expect(await source.next(signal)).toMatchObject({ position: 6n });
  });

  it('crosses a gap that compaction left before unseen records', async () => {
    const { source } = sourceFrom(0n, 100n);
    await source.start(5n);
    source.offerEnd(100n, 42);
    source.offerUnseen('90', '99');
    source.offerUnseen('90', '99');
    expect(await source.next(signal)).toEqual({ kind: 'caught-up', position: 100n, readAt: 42 });
  });

  it('says that an end was reached although the partition grows on and on', async () => {
    const { source } = sourceFrom();
    await source.start(0n);
    source.offerEnd(2n, 1);
    source.offerEnd(50n, 2);
    source.offer(fetched(0, [0, 1]));
    source.offerEnd(90n, 3);
    expect(await source.next(signal)).toMatchObject({ kind: 'records', position: 2n });
    expect(await source.next(signal)).toEqual({ kind: 'caught-up', position: 2n, readAt: 1 });
  });

  it('steps over what compaction has emptied, and only from where it waits', async () => {
    const { source, asked } = sourceFrom();
    await source.start(5n);
    source.step(4n, 90n);
    source.step(5n, 9n);
    source.offer(fetched(9, [9]));
    expect(asked).toContain('seek 9');
    expect(await source.next(signal)).toMatchObject({ kind: 'records', position: 10n });
  });

  it('starts again when the consumer goes elsewhere by itself', async () => {
    const { source } = sourceFrom();
    await source.start(5n);
    source.offer(fetched(300, [300]));
    source.offer(fetched(300, [300]));
    await expect(source.next(signal)).rejects.toThrow('went to 300 instead of 5');
  });

  it('goes on after records that were deleted, and refuses an offset that the log has not', async () => {
    const { source, asked } = sourceFrom(7n, 9n);
    await source.start(3n);
    expect(asked).toContain('seek 7');
    await expect(source.start(10n)).rejects.toMatchObject({ code: 'offset-beyond-end' });
  });
});
