import { expect, it } from 'vitest';
import { committed, type FetchedPartition } from './cluster-reader.ts';

type Written = { offset: number; producer?: string; mark?: 'commit' | 'abort' };

function fetchOf(
  written: readonly Written[],
  aborted: readonly (readonly [string, number])[] = [],
  lastStableOffset = 100,
): FetchedPartition {
  return {
    lastStableOffset: `${lastStableOffset}`,
    abortedTransactions: aborted.map(([producerId, firstOffset]) => ({
      producerId,
      firstOffset: `${firstOffset}`,
    })),
    messages: written.map(({ offset, producer, mark }) => ({
      offset: `${offset}`,
      timestamp: '0',
      attributes: 0,
      key: mark === undefined ? null : Buffer.from([0, 0, 0, mark === 'abort' ? 0 : 1]),
      value: null,
      headers: {},
      isControlRecord: mark !== undefined,
      batchContext: {
        producerId: producer ?? '-1',
        inTransaction: producer !== undefined,
        timestampType: 0,
      },
    })),
  };
}

function offsets(answer: FetchedPartition, from: bigint): string[] {
  return committed(answer, from).messages.map(({ offset }) => offset);
}

it('leaves out aborted records of two transactions that began before the fetch', () => {
  const answer = fetchOf(
    [
      { offset: 10, producer: 'b' },
      { offset: 11, producer: 'a' },
      { offset: 12 },
      { offset: 13, producer: 'b', mark: 'abort' },
      { offset: 14, producer: 'b' },
      { offset: 15, producer: 'a', mark: 'abort' },
    ],
    [
      ['a', 3],
      ['b', 5],
    ],
  );
  expect(offsets(answer, 10n)).toEqual(['12', '14']);
  expect(committed(answer, 10n).next).toBe(16n);
});

it('leaves out what stands before the offset in the same batch', () => {
  expect(offsets(fetchOf([{ offset: 4 }, { offset: 5 }]), 5n)).toEqual(['5']);
});

it('steps over a batch that compaction has emptied', () => {
  expect(committed(fetchOf([]), 7n)).toEqual({ messages: [], next: 8n });
  expect(committed(fetchOf([{ offset: 6 }]), 7n)).toEqual({ messages: [], next: 8n });
});

it('waits where an open transaction begins', () => {
  expect(committed(fetchOf([], [], 7), 7n)).toEqual({ messages: [], next: 7n });
});
