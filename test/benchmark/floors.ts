/** The least that each stage of the live path could take: the same work without anything around it. */
import type { StoredRecord } from '@vigil/contracts/log-record';
import { inputTopics } from '@vigil/domain/facts/fact';
import { until } from '../servers/until.ts';
import type { Deployment } from './deployment.ts';
import type { Encoded } from './messages.ts';

/** What something took in this process and, where it is asked for, in Redis. */
export interface Taken {
  readonly facts: number;
  readonly seconds: number;
  /** User and system. */
  readonly cpuSeconds: number;
}

export const floors = {
  'kafkajs read only': readOnly,
  'Avro decode only': decodeOnly,
  'Redis pipelined writes only': writeOnly,
} as const satisfies Record<
  string,
  (deployment: Deployment, encoded: readonly Encoded[]) => Promise<Taken>
>;

async function timed(facts: number, work: () => Promise<void>): Promise<Taken> {
  const [began, before] = [performance.now(), process.cpuUsage()];
  await work();
  const { user, system } = process.cpuUsage(before);
  const seconds = (performance.now() - began) / 1_000;
  return { facts, seconds, cpuSeconds: (user + system) / 1e6 };
}

/** Everything that stands in the input topics, with a consumer of its own that does nothing with it. */
async function readOnly({ kafka, codec, name }: Deployment): Promise<Taken> {
  const admin = kafka.admin();
  await admin.connect();
  const topics = inputTopics.map((input) => codec.topics.input[input]);
  const offsets = (await Promise.all(topics.map((one) => admin.fetchTopicOffsets(one)))).flat();
  await admin.disconnect();
  const all = offsets.reduce((sum, { low, high }) => sum + Number(high) - Number(low), 0);
  const groupId = `${name}-floor-${performance.now()}`;
  const consumer = kafka.consumer({ groupId, maxWaitTimeInMs: 100 });
  await consumer.connect();
  await consumer.subscribe({ topics, fromBeginning: true });
  let read = 0;
  try {
    const joined = new Promise<void>((resolve) => {
      consumer.on(consumer.events.GROUP_JOIN, () => resolve());
    });
    const running = consumer.run({
      autoCommit: false,
      eachBatch: async ({ batch }) => {
        read += batch.messages.length;
      },
    });
    await Promise.all([running, joined]);
    return await timed(all, async () => {
      const what = `${all} records to be read`;
      await until(() => read >= all, { what, deadlineMs: 600_000, pollMs: 5 });
    });
  } finally {
    await consumer.disconnect();
  }
}

/** Bytes to facts, checked as they are when they are taken in. */
async function decodeOnly({ codec }: Deployment, encoded: readonly Encoded[]): Promise<Taken> {
  const records = encoded.map(({ topic, message }, index): StoredRecord => {
    const { key, value, headers = {} } = message;
    const buffers = Object.entries(headers).map(([name, text]) => [name, Buffer.from(`${text}`)]);
    return {
      ...{ topic: codec.topics.input[topic], partition: 0, offset: BigInt(index) },
      timestamp: Date.now(),
      key: Buffer.from(`${key}`),
      value,
      headers: Object.fromEntries(buffers),
    };
  });
  return timed(records.length, async () => {
    for (const record of records) {
      const decoded = await codec.decode(record);
      if (decoded.kind === 'rejected') throw new Error(decoded.detail);
    }
  });
}

const perPipeline = 500;

/** One record of the usual length and one due instant a fact, in pipelines, to a shard of its own. */
async function writeOnly(
  { redis, workingSet, shards: [shard], name }: Deployment,
  encoded: readonly Encoded[],
): Promise<Taken> {
  if (shard === undefined) throw new Error('a deployment has at least one shard');
  let sample: readonly { readonly id: string; readonly record: string }[] = [];
  for await (const rows of workingSet.scan(shard, 1_000)) {
    sample = rows;
    break;
  }
  const [incidents, due] = [`vigil:{${name}-0}:floor`, `vigil:{${name}-0}:floor-due`];
  const taken = await timed(encoded.length, async () => {
    for (let first = 0; first < encoded.length; first += perPipeline) {
      const pipeline = redis.pipeline();
      for (let i = first; i < Math.min(encoded.length, first + perPipeline); i++) {
        const { id, record } = sample[i % sample.length] ?? { id: '', record: '' };
        pipeline.hset(incidents, `${id}-${i}`, record).zadd(due, i, `${id}-${i}`);
      }
      await pipeline.exec();
    }
  });
  await redis.unlink(incidents, due);
  return taken;
}
