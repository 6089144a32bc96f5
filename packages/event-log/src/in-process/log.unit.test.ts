import { expect, it, vi } from 'vitest';
import { describeEventLog } from '../conformance.ts';
import type { PartitionHandlers } from '../port.ts';
import { createInProcessLog } from './log.ts';

describeEventLog('in-process', async () => {
  const log = createInProcessLog({ topics: {}, caughtUpEveryMs: 50 });
  return {
    createTopic: async (topic, settings) => log.createTopic(topic, settings),
    open: async () => log,
    stop: async () => {},
  };
});

const idle: PartitionHandlers = {
  assigned: async () => undefined,
  revoked: () => {},
  batch: async () => {},
  caughtUp: async () => {},
};

function records(count: number, key = (index: number): string => `${index}`) {
  return Array.from({ length: count }, (_, index) => ({
    key: key(index),
    value: Buffer.from(`${index}`),
  }));
}

it('stamps records with the clock it was given', async () => {
  const log = createInProcessLog({ topics: { facts: { partitions: 1 } }, clock: () => 42 });
  await log.append('facts', records(1));
  for await (const [record] of log.readToEnd('facts', 0, 0n)) expect(record?.timestamp).toBe(42);
  expect.assertions(1);
});

it('drops the oldest records that everybody has read, and says from where it keeps them', async () => {
  const log = createInProcessLog({
    topics: { facts: { partitions: 1 } },
    maxRecordsPerPartition: 100,
  });
  await log.append('facts', records(1_000));
  const offsets = (await log.offsets('facts')).get(0);
  expect(offsets?.end).toBe(1_000n);
  expect(Number(offsets?.first)).toBeGreaterThan(800);
});

it('makes a writer wait for a reader that is far behind, and loses nothing', async () => {
  const log = createInProcessLog({
    topics: { facts: { partitions: 1 } },
    maxRecordsPerPartition: 100,
  });
  const gate = Promise.withResolvers<void>();
  const seen: bigint[] = [];
  const running = await log.subscribe({
    group: 'slow',
    topics: ['facts'],
    maxBatchRecords: 10,
    handlers: {
      ...idle,
      async batch(batch) {
        await gate.promise;
        seen.push(...batch.records.map(({ offset }) => offset));
      },
    },
  });
  await log.append('facts', records(100));
  let written = false;
  const writing = log.append('facts', records(100)).then(() => {
    written = true;
  });
  await vi.waitFor(async () => expect((await log.offsets('facts')).get(0)?.end).toBe(100n));
  expect(written).toBe(false);
  gate.resolve();
  await writing;
  await vi.waitFor(() => expect(seen).toHaveLength(200));
  await running.stop();
  expect(seen).toEqual(Array.from({ length: 200 }, (_, index) => BigInt(index)));
});

it('fails a writer, and says why, when no room comes in time', async () => {
  const log = createInProcessLog({
    topics: { facts: { partitions: 1 } },
    maxRecordsPerPartition: 10,
    waitForRoomMs: 20,
  });
  const gate = Promise.withResolvers<void>();
  const running = await log.subscribe({
    group: 'stuck',
    topics: ['facts'],
    maxBatchRecords: 10,
    handlers: { ...idle, batch: () => gate.promise },
  });
  await log.append('facts', records(10));
  await expect(log.append('facts', records(1))).rejects.toMatchObject({ code: 'log-full' });
  gate.resolve();
  await running.stop();
});

it('keeps the newest record of each key of a compacted topic, and its offset', async () => {
  const log = createInProcessLog({
    topics: { open: { partitions: 1, compacted: true } },
    maxRecordsPerPartition: 20,
  });
  await log.append(
    'open',
    records(1_000, (index) => `${index % 7}`),
  );
  await log.append('open', [{ key: '3', value: null }]);
  await log.append(
    'open',
    records(70, (index) => `${index % 2}`),
  );
  const kept = new Map<string, bigint>();
  let count = 0;
  for await (const read of log.readToEnd('open', 0, 0n)) {
    for (const { key, value, offset } of read) {
      count += 1;
      const name = key?.toString() ?? '';
      if (value === null) kept.delete(name);
      else kept.set(name, offset);
    }
  }
  expect([...kept.keys()].sort()).toEqual(['0', '1', '2', '4', '5', '6']);
  expect(kept.get('1')).toBe(1_070n);
  expect(count).toBeLessThan(60);
});

it('refuses more keys than a compacted topic may have', async () => {
  const log = createInProcessLog({
    topics: { open: { partitions: 1, compacted: true } },
    maxRecordsPerPartition: 10,
  });
  const append = async (): Promise<void> => {
    for (let index = 0; index < 100; index += 1) {
      await log.append('open', [{ key: `${index}`, value: Buffer.from('x') }]);
    }
  };
  await expect(append()).rejects.toMatchObject({ code: 'log-full' });
});
