import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { all, facts, groupName, placesOf, read } from './conformance-reader.ts';
import type { InProcessTopic } from './in-process/partition.ts';
import { type EventLog, Fenced } from './port.ts';

/** An adapter as the suite needs it. */
export interface LogUnderTest {
  createTopic(topic: string, settings: InProcessTopic): Promise<void>;
  /** Another client of the same log, as another process would open it. */
  open(): Promise<EventLog>;
  stop(): Promise<void>;
}

const PATIENCE = { timeout: 45_000, interval: 20 };

/**
 * What every adapter of the event log promises; run over the in-process log and over a real Kafka,
 * for what passes on the one must mean the same on the other.
 */
export function describeEventLog(name: string, start: () => Promise<LogUnderTest>): void {
  describe(`event log: ${name}`, () => {
    let under: LogUnderTest;
    let log: EventLog;
    let second: EventLog;

    beforeAll(async () => {
      under = await start();
      [log, second] = [await under.open(), await under.open()];
    });
    afterAll(async () => {
      await log?.close();
      await second?.close();
      await under?.stop();
    });

    async function topicOf(partitions: number): Promise<string> {
      const topic = `facts-${randomBytes(4).toString('hex')}`;
      await under.createTopic(topic, { partitions });
      return topic;
    }

    it('keeps the order of a partition and the key, value, headers and timestamp of a record', async () => {
      const topic = await topicOf(2);
      const sent = Array.from({ length: 50 }, (_, index) => ({
        key: 'incident',
        value: Buffer.from(`${index}`),
        headers: { ce_type: 'fact' },
        timestamp: 1_700_000_000_000 + index,
      }));
      await log.append(topic, sent);
      const reader = await read(log, [topic]);
      await vi.waitFor(() => expect(reader.records).toHaveLength(50), PATIENCE);
      await reader.stop();
      expect(reader.values()).toEqual(sent.map(({ value }) => value.toString()));
      const [first] = reader.records;
      expect(first?.key?.toString()).toBe('incident');
      expect(first?.headers['ce_type']?.toString()).toBe('fact');
      expect(first?.timestamp).toBe(1_700_000_000_000);
      expect(new Set(reader.records.map(({ partition }) => partition)).size).toBe(1);
    });

    it('hands over no more records at once than asked for', async () => {
      const topic = await topicOf(1);
      await log.append(topic, facts(25));
      const reader = await read(log, [topic], { maxBatchRecords: 10 });
      await vi.waitFor(() => expect(reader.records).toHaveLength(25), PATIENCE);
      await reader.stop();
      expect(Math.max(...reader.batches.map((batch) => batch.records.length))).toBe(10);
      for (const batch of reader.batches) {
        expect(batch.position).toBe((batch.records.at(-1)?.offset ?? -1n) + 1n);
      }
    });

    it('starts at the offset the handler chooses', async () => {
      const topic = await topicOf(1);
      await log.append(topic, facts(20));
      const reader = await read(log, [topic], { positions: new Map([[`${topic}/0`, 13n]]) });
      await vi.waitFor(() => expect(reader.records).toHaveLength(7), PATIENCE);
      await reader.stop();
      expect(reader.records[0]?.offset).toBe(13n);
    });

    it('hands over nothing before the handler has chosen', async () => {
      const topic = await topicOf(1);
      await log.append(topic, facts(5));
      const chosen = Promise.withResolvers<bigint | undefined>();
      const reader = await read(log, [topic], { assigned: () => chosen.promise });
      await vi.waitFor(() => expect(reader.assignments).toHaveLength(1), PATIENCE);
      // Others get their records meanwhile: what is late here is held back, not slow.
      const other = await read(second, [topic]);
      await vi.waitFor(() => expect(other.records).toHaveLength(5), PATIENCE);
      expect(reader.records).toHaveLength(0);
      chosen.resolve(undefined);
      await vi.waitFor(() => expect(reader.records).toHaveLength(5), PATIENCE);
      await reader.stop();
      await other.stop();
    });

    it('keeps the same partition of all topics of a group with one member, shares them, and gives all to who stays', async () => {
      const topics = [await topicOf(4), await topicOf(4)];
      const [group, positions] = [groupName(), new Map<string, bigint>()];
      const one = await read(log, topics, { group, positions });
      const two = await read(second, topics, { group, positions });
      await vi.waitFor(() => {
        expect(one.owned().size).toBe(4);
        expect(two.owned().size).toBe(4);
      }, PATIENCE);
      for (const reader of [one, two]) {
        const [left, right] = topics.map((topic) =>
          [...reader.owned()]
            .filter((place) => place.startsWith(topic))
            .map((place) => place.split('/')[1])
            .sort(),
        );
        expect(left).toEqual(right);
      }
      for (const topic of topics) await log.append(topic, facts(40));
      await vi.waitFor(() => expect(one.records.length + two.records.length).toBe(80), PATIENCE);
      const before = one.assignments.length;
      await two.stop();
      expect(two.owned().size).toBe(0);
      await vi.waitFor(() => expect(one.owned().size).toBe(8), PATIENCE);
      expect(one.assignments.length).toBeGreaterThanOrEqual(before + 4);
      for (const topic of topics) await log.append(topic, facts(40));
      await vi.waitFor(() => expect(one.records.length + two.records.length).toBe(160), PATIENCE);
      await one.stop();
      expect(placesOf([...one.records, ...two.records]).size).toBe(160);
    });

    it('asks where to start again when a batch is refused, and skips nothing', async () => {
      const topic = await topicOf(1);
      await log.append(topic, facts(30));
      let refusals = 0;
      const reader = await read(log, [topic], {
        maxBatchRecords: 10,
        refuse: (batch) => {
          const refused = batch.records[0]?.offset === 10n && refusals < 2;
          if (refused) refusals += 1;
          return refused;
        },
      });
      await vi.waitFor(() => expect(reader.records).toHaveLength(30), PATIENCE);
      await reader.stop();
      expect(refusals).toBe(2);
      expect(reader.assignments).toHaveLength(3);
      expect(reader.records.map(({ offset }) => offset)).toEqual(
        Array.from({ length: 30 }, (_, index) => BigInt(index)),
      );
    });

    it('says that it is caught up again and again while nothing comes, with the wall clock of the reading', async () => {
      const topic = await topicOf(1);
      await log.append(topic, facts(3));
      const begun = Date.now();
      const reader = await read(log, [topic]);
      await vi.waitFor(() => expect(reader.caughtUp.length).toBeGreaterThanOrEqual(4), PATIENCE);
      await reader.stop();
      const saidAt = reader.caughtUp.map(({ readAt }) => readAt);
      expect(reader.caughtUp.map(({ position }) => position)).toEqual(saidAt.map(() => 3n));
      expect(saidAt).toEqual(saidAt.toSorted((a, b) => a - b));
      expect(saidAt[0]).toBeGreaterThanOrEqual(begun);
      expect((saidAt[3] ?? 0) - (saidAt[0] ?? 0)).toBeLessThanOrEqual(3 * 500 + 1_000);
    });

    it('does not say that it is caught up before the records that were there are handled', async () => {
      const topic = await topicOf(1);
      await log.append(topic, facts(50));
      const handled: number[] = [];
      const reader = await read(log, [topic], {
        maxBatchRecords: 10,
        onCaughtUp: () => handled.push(reader.records.length),
      });
      await vi.waitFor(() => expect(handled.length).toBeGreaterThan(1), PATIENCE);
      await reader.stop();
      expect(handled.every((count) => count === 50)).toBe(true);
    });

    it('says that an empty partition is caught up at its beginning', async () => {
      const topic = await topicOf(1);
      const reader = await read(log, [topic]);
      await vi.waitFor(() => expect(reader.caughtUp.length).toBeGreaterThan(1), PATIENCE);
      await reader.stop();
      expect(reader.caughtUp[0]?.position).toBe(0n);
    });

    it('publishes to several topics all together, and says where the owned one ends', async () => {
      const [alerts, breaches] = [await topicOf(3), await topicOf(3)];
      const publisher = await log.openPublisher({ topic: alerts, partition: 1 });
      const end = await publisher.publish([
        { topic: alerts, key: 'a', value: Buffer.from('alert 1') },
        { topic: breaches, key: 'a', value: Buffer.from('breach') },
        { topic: alerts, key: 'b', value: Buffer.from('alert 2') },
      ]);
      expect(end).toBe(2n);
      expect(await all(second, alerts, 1)).toEqual(['alert 1', 'alert 2']);
      expect(await all(second, breaches, 1)).toEqual(['breach']);
      await publisher.close();
    });

    it('publishes in order when asked again before the first answer', async () => {
      const topic = await topicOf(1);
      const publisher = await log.openPublisher({ topic, partition: 0 });
      const texts = Array.from({ length: 12 }, (_, index) => `alert ${index}`);
      await Promise.all(
        texts.map((text) => publisher.publish([{ topic, key: 'k', value: Buffer.from(text) }])),
      );
      expect(await all(second, topic, 0)).toEqual(texts);
      await publisher.close();
    });

    it('fences the publisher that was replaced, and publishes nothing of what it tries', async () => {
      const topic = await topicOf(1);
      const earlier = await log.openPublisher({ topic, partition: 0 });
      await earlier.publish([{ topic, key: 'k', value: Buffer.from('before') }]);
      const later = await second.openPublisher({ topic, partition: 0 });
      await expect(
        earlier.publish([{ topic, key: 'k', value: Buffer.from('too late') }]),
      ).rejects.toBeInstanceOf(Fenced);
      await later.publish([{ topic, key: 'k', value: Buffer.from('after') }]);
      expect(await all(log, topic, 0)).toEqual(['before', 'after']);
      await earlier.close();
      await later.close();
    });

    it('is caught up behind the marks that transactions leave', async () => {
      const topic = await topicOf(1);
      const publisher = await log.openPublisher({ topic, partition: 0 });
      const reader = await read(second, [topic]);
      for (let round = 0; round < 3; round += 1) {
        await publisher.publish([{ topic, key: 'k', value: Buffer.from(`alert ${round}`) }]);
        await vi.waitFor(async () => {
          const end = (await log.offsets(topic)).get(0)?.end;
          expect(reader.records).toHaveLength(round + 1);
          expect(reader.caughtUp.at(-1)?.position).toBe(end);
        }, PATIENCE);
      }
      await reader.stop();
      await publisher.close();
    });

    it('reads to the end of an empty partition, of a full one, and from its middle', async () => {
      const topic = await topicOf(1);
      expect(await all(log, topic, 0)).toEqual([]);
      await log.append(topic, facts(1_500));
      expect(await all(log, topic, 0)).toHaveLength(1_500);
      expect(await all(log, topic, 0, 1_498n)).toEqual(['fact 1498', 'fact 1499']);
      expect(await all(log, topic, 0, 1_500n)).toEqual([]);
      await expect(all(log, topic, 0, 1_501n)).rejects.toMatchObject({ code: 'offset-beyond-end' });
    });

    it('knows the partitions of a topic and their offsets, and says so of a topic that is not there', async () => {
      const topic = await topicOf(2);
      await log.append(topic, [{ key: 'k', value: null, partition: 1 }]);
      expect(await log.partitions(topic)).toBe(2);
      expect(await second.offsets(topic)).toEqual(
        new Map([
          [0, { first: 0n, end: 0n }],
          [1, { first: 0n, end: 1n }],
        ]),
      );
      const other = await topicOf(2);
      expect(await second.ends([topic, other], 1)).toEqual(
        new Map([
          [topic, 1n],
          [other, 0n],
        ]),
      );
      await expect(log.partitions('no-such-topic')).rejects.toMatchObject({
        code: 'unknown-topic',
      });
    });

    it('refuses to read topics together that do not share their partitions', async () => {
      const topics = [await topicOf(1), await topicOf(2)];
      await expect(read(log, topics)).rejects.toMatchObject({ code: 'partitions-differ' });
    });

    it('finishes the batch at hand before it stops, and calls nothing after', async () => {
      const topic = await topicOf(1);
      await log.append(topic, facts(30));
      const [begun, release] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
      const reader = await read(log, [topic], {
        maxBatchRecords: 10,
        during: async (batch) => {
          begun.resolve();
          await release.promise;
          await batch.alive();
        },
      });
      await begun.promise;
      const stopped = reader.stop();
      release.resolve();
      await stopped;
      expect(reader.records).toHaveLength(10);
      const calls = reader.calls();
      const other = await read(second, [topic]);
      await vi.waitFor(() => expect(other.caughtUp.length).toBeGreaterThan(1), PATIENCE);
      await other.stop();
      expect(reader.calls()).toBe(calls);
    });

    it('tells a long batch that its partition has gone to another member', async () => {
      const topic = await topicOf(2);
      const [group, positions] = [groupName(), new Map<string, bigint>()];
      await log.append(topic, [
        { key: 'k', value: Buffer.from('zero'), partition: 0 },
        { key: 'k', value: Buffer.from('one'), partition: 1 },
      ]);
      const told: unknown[] = [];
      const one = await read(log, [topic], {
        group,
        positions,
        during: async (batch) => {
          await vi.waitFor(async () => {
            if (told.length === 0) await batch.alive().catch((error) => told.push(error));
            expect(told).not.toHaveLength(0);
          }, PATIENCE);
          // The other partition may stay: its batch ends well.
          await batch.alive();
        },
      });
      await vi.waitFor(() => expect(one.batches.length).toBeGreaterThan(0), PATIENCE);
      const two = await read(second, [topic], { group, positions });
      await vi.waitFor(() => {
        const values = [...one.values(), ...two.values()].sort();
        expect(values).toEqual(['one', 'zero']);
      }, PATIENCE);
      expect(told[0]).toMatchObject({ code: 'partition-taken' });
      await one.stop();
      await two.stop();
    });
  });
}
