import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Codec } from '@vigil/contracts/codec';
import { topicNames, wantedTopics } from '@vigil/contracts/topics';
import { parsePolicy } from '@vigil/domain/policy/parse';
import type { Policy } from '@vigil/domain/policy/policy';
import type { Instant } from '@vigil/domain/time/instant';
import { shardWatermark } from '@vigil/engine/watermark';
import type { Shard, WorkingSet } from '@vigil/working-set/port';
import { openRedisWorkingSet } from '@vigil/working-set/redis/working-set';
import { Redis } from 'ioredis';
import { Kafka, logLevel, type TopicMessages } from 'kafkajs';
import { openTestCodec } from '../integration/ledger-reader.ts';
import type { ServerAddresses } from '../servers/real-servers.ts';
import { until } from '../servers/until.ts';
import { type Services, type ServicesOptions, startServices } from './services.ts';

/**
 * A deployment of Vigil that is measured: its topics, its working set, its services as processes, on
 * servers that others may use too.
 */
export interface Deployment {
  readonly name: string;
  readonly codec: Codec;
  readonly policy: Policy;
  readonly policyFile: string;
  readonly workingSet: WorkingSet;
  readonly redis: Redis;
  readonly kafka: Kafka;
  readonly shards: readonly Shard[];
  /** Appends to topics and waits until the broker has it all. */
  send(topicMessages: readonly TopicMessages[]): Promise<void>;
  start(options?: ServicesOptions): Promise<Services>;
  /** Waits until every fact is in the working set and all that it means has been published. */
  level(services: Pick<Services, 'failed' | 'check'>, deadlineMs: number): Promise<void>;
  /** Deletes the topics and the working set. */
  close(): Promise<void>;
}

export interface DeploymentOptions {
  readonly partitions?: number;
  /** Who stamps the facts; the broker does if not said, as deployed. */
  readonly stampedBy?: 'broker' | 'producer';
}

const examples = fileURLToPath(new URL('../conformance/policy.json', import.meta.url));
const levelPollMs = 25;

/** Makes the topics of a deployment and opens its working set; no service runs yet. */
export async function openDeployment(
  servers: ServerAddresses,
  name: string,
  { partitions = 4, stampedBy = 'broker' }: DeploymentOptions = {},
): Promise<Deployment> {
  const prefix = `${name}-`;
  const topics = topicNames(prefix);
  const inputs = Object.values(topics.input);
  const clientId = 'cad';
  const kafka = new Kafka({ brokers: servers.kafkaBrokers, clientId, logLevel: logLevel.NOTHING });
  const admin = kafka.admin();
  await admin.connect();
  const wanted = wantedTopics(prefix, partitions, 1);
  await admin.createTopics({
    waitForLeaders: false,
    topics: wanted.map(({ name: topic, partitions: numPartitions, replicationFactor, config }) => ({
      ...{ topic, numPartitions, replicationFactor },
      configEntries: Object.entries({
        ...config,
        ...(inputs.includes(topic) && stampedBy === 'producer'
          ? { 'message.timestamp.type': 'CreateTime' }
          : {}),
      }).map(([key, value]) => ({ name: key, value })),
    })),
  });
  const names = wanted.map((one) => one.name);
  await until(
    async () => {
      const found = await admin.fetchTopicMetadata({ topics: names });
      return found.topics.every((one) => one.partitions.every(({ leader }) => leader >= 0));
    },
    { what: 'the topics to have leaders', deadlineMs: 60_000 },
  );
  const codec = await openTestCodec(servers, prefix);
  const policy = parsePolicy(await readFile(examples, 'utf8'), examples);
  const workingSet = await openRedisWorkingSet({ url: servers.redisUrl, cluster: false });
  const redis = new Redis(servers.redisUrl);
  const producer = kafka.producer();
  await producer.connect();
  const shards = Array.from({ length: partitions }, (_, partition) => ({
    deployment: name,
    partition,
  }));
  const environment = {
    KAFKA_BROKERS: servers.kafkaBrokers.join(','),
    REDIS_URL: servers.redisUrl,
    SCHEMA_REGISTRY_URL: servers.registryUrl,
    VIGIL_DEPLOYMENT: name,
    VIGIL_TOPIC_PREFIX: prefix,
    VIGIL_POLICY: examples,
    VIGIL_LOG_LEVEL: 'warn',
  };

  async function ends(): Promise<Map<string, bigint>> {
    const all = Object.entries(topics.input).map(async ([input, topic]) =>
      (await admin.fetchTopicOffsets(topic)).map(
        ({ partition, high }) => [`${input}/${partition}`, BigInt(high)] as const,
      ),
    );
    return new Map((await Promise.all(all)).flat());
  }

  async function isLevel(shard: Shard, end: ReadonlyMap<string, bigint>): Promise<boolean> {
    const state = await workingSet.shard(shard);
    for (const input of Object.keys(topics.input) as (keyof typeof topics.input)[]) {
      const wantedEnd = end.get(`${input}/${shard.partition}`) ?? 0n;
      if (wantedEnd > (state.offsets.get(input) ?? 0n)) return false;
    }
    const watermark = shardWatermark(state, policy);
    if (state.mode !== 'live' || watermark === undefined) return false;
    const [due, outbox] = await Promise.all([
      workingSet.due(shard, watermark, 1),
      workingSet.outbox(shard, 1),
    ]);
    return due.length === 0 && outbox.length === 0;
  }

  return {
    ...{ name, codec, policy, policyFile: examples, workingSet, redis, kafka, shards },
    async send(topicMessages) {
      await producer.sendBatch({ topicMessages: [...topicMessages] });
    },
    start: (options) => startServices(environment, options),
    async level(services, deadlineMs) {
      const end = await ends();
      const waiting = new Set(shards);
      const what = `${name} to be level`;
      await until(
        async () => {
          for (const shard of waiting) if (await isLevel(shard, end)) waiting.delete(shard);
          return waiting.size === 0 || services.failed();
        },
        { what, deadlineMs, pollMs: levelPollMs },
      );
      services.check();
    },
    async close() {
      await admin.deleteTopics({ topics: names });
      await Promise.all([admin.disconnect(), producer.disconnect(), workingSet.close()]);
      for (const { partition } of shards) await forget(redis, `vigil:{${name}-${partition}}:*`);
      redis.disconnect();
    },
  };
}

async function forget(redis: Redis, pattern: string): Promise<void> {
  for await (const keys of redis.scanStream({ match: pattern, count: 1_000 })) {
    if (keys.length > 0) await redis.unlink(...keys);
  }
}

/** The wall clock. */
export const now = (): Instant => Date.now() as Instant;
