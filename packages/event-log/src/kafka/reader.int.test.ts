import { type LocalKafka, startLocalKafka } from '@vigil/test/servers/kafka';
import { describeWithLocal } from '@vigil/test/servers/servers';
import { until } from '@vigil/test/servers/until';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import type { Stretch } from '../reader.ts';
import { type KafkaLog, openKafkaLog } from './log.ts';
import { openKafkaReader } from './reader.ts';

async function collect(reading: AsyncIterable<Stretch>): Promise<Stretch[]> {
  const stretches: Stretch[] = [];
  for await (const stretch of reading) stretches.push(stretch);
  return stretches;
}

describeWithLocal('kafka', 'a reader of a broker in trouble', () => {
  let kafka: LocalKafka;
  let log: KafkaLog;
  beforeAll(async () => {
    kafka = await startLocalKafka({ settings: { 'log.cleaner.backoff.ms': '200' } });
    log = openKafkaLog({ connection: { brokers: kafka.brokers, clientId: 'cad' } });
  });
  afterAll(async () => {
    await log?.close();
    await kafka?.stop();
  });

  async function topicOf(topic: string, config: Readonly<Record<string, string>> = {}) {
    await log.ensureTopics([{ name: topic, partitions: 1, replicationFactor: 1, config }]);
    return topic;
  }

  /** A reader that gets one batch of a producer at a time. */
  function openReader() {
    const connection = { brokers: kafka.brokers, clientId: 'reader' };
    const reader = openKafkaReader({ connection, bounds: { fetchBytesPerPartition: 1_000 } });
    onTestFinished(() => reader.close());
    return reader;
  }

  async function append(topic: string, keys: readonly string[]): Promise<void> {
    for (const key of keys) await log.append(topic, [{ key, value: Buffer.alloc(1_000, key) }]);
  }

  it('goes on where it was when the broker comes back after a crash', async () => {
    const topic = await topicOf('crash');
    const keys = Array.from({ length: 20 }, (_, index) => `${index}`);
    await append(topic, keys);
    const read: (string | undefined)[] = [];
    let restarted: Promise<void> | undefined;
    const range = { topic, partition: 0, from: 0n, to: 20n };
    for await (const { records } of openReader().read(range)) {
      read.push(...records.map(({ key }) => key?.toString()));
      if (restarted !== undefined) continue;
      await kafka.kill();
      // It starts while the reader finds nobody there.
      restarted = kafka.restart();
    }
    await restarted;
    expect(read).toEqual(keys);
  }, 90_000);

  it('comes to the end of a topic whose beginning was compacted away', async () => {
    const topic = await topicOf('compacted', {
      'cleanup.policy': 'compact',
      'segment.ms': '100',
      'min.cleanable.dirty.ratio': '0.001',
      'max.compaction.lag.ms': '100',
    });
    const reader = openReader();
    const read = async (): Promise<Stretch[]> => {
      const { end = 0n } = (await reader.offsets(topic)).get(0) ?? {};
      return collect(reader.read({ topic, partition: 0, from: 0n, to: end }));
    };
    await append(topic, ['a', 'b', 'a', 'b', 'a', 'b']);
    const stretches = await until(
      async () => {
        // Only what is in a segment that is done with is compacted.
        await append(topic, ['c']);
        const found = await read();
        const [first] = found.flatMap(({ records }) => records);
        return first !== undefined && first.offset > 0n && found;
      },
      { what: 'the beginning to be compacted away', deadlineMs: 45_000, pollMs: 200 },
    );
    const records = stretches.flatMap((stretch) => stretch.records);
    expect(new Set(records.map(({ key }) => key?.toString()))).toEqual(new Set(['a', 'b', 'c']));
    expect(stretches.at(-1)?.position).toBe((await reader.offsets(topic)).get(0)?.end);
    expect(stretches.every(({ gone }) => gone === 0n)).toBe(true);
  }, 60_000);

  it('says that a range is past the end', async () => {
    const topic = await topicOf('short');
    await append(topic, ['a']);
    const reading = openReader().read({ topic, partition: 0, from: 0n, to: 2n });
    await expect(collect(reading)).rejects.toMatchObject({ code: 'offset-beyond-end' });
  });
});
