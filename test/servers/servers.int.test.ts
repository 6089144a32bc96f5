import { COMPATIBILITY, SchemaRegistry, SchemaType } from '@kafkajs/confluent-schema-registry';
import { Cluster, Redis } from 'ioredis';
import { Kafka, logLevel } from 'kafkajs';
import { expect, it } from 'vitest';
import { startRedisCluster } from './redis-cluster.ts';
import { describeWithLocal, describeWithServers, testDeployment } from './servers.ts';
import { until } from './until.ts';

describeWithServers('the servers that tests run against', (servers) => {
  it('shows a read-committed consumer what was committed and nothing of what was aborted', async () => {
    const deployment = testDeployment('servers');
    const topic = `${deployment}.facts`;
    const kafka = new Kafka({
      brokers: servers.kafkaBrokers,
      logLevel: logLevel.NOTHING,
      retry: { initialRetryTime: 5 },
    });
    const admin = kafka.admin();
    const producer = kafka.producer({
      transactionalId: `${deployment}-0`,
      idempotent: true,
      maxInFlightRequests: 1,
    });
    const consumer = kafka.consumer({ groupId: deployment, readUncommitted: false });
    try {
      await Promise.all([admin.connect(), producer.connect(), consumer.connect()]);
      await admin.createTopics({ topics: [{ topic, numPartitions: 1 }], waitForLeaders: true });

      const aborted = await producer.transaction();
      await aborted.send({ topic, messages: [{ value: 'aborted' }] });
      await aborted.abort();
      const committed = await producer.transaction();
      await committed.send({ topic, messages: [{ value: 'first' }, { value: 'last' }] });
      await committed.commit();

      const seen: string[] = [];
      await consumer.subscribe({ topic, fromBeginning: true });
      await consumer.run({
        eachMessage: async ({ message }) => {
          seen.push(String(message.value));
        },
      });
      await until(() => seen.includes('last'), {
        what: 'the last committed message',
        deadlineMs: 20_000,
      });
      expect(seen).toEqual(['first', 'last']);
    } finally {
      await Promise.all([consumer.disconnect(), producer.disconnect()]);
      await admin.deleteTopics({ topics: [topic] }).catch(() => undefined);
      await admin.disconnect();
    }
  });

  it('makes no topic that nobody created', async () => {
    const kafka = new Kafka({
      brokers: servers.kafkaBrokers,
      logLevel: logLevel.NOTHING,
      retry: { retries: 0 },
    });
    const producer = kafka.producer({ allowAutoTopicCreation: true });
    const topic = `${testDeployment('servers')}.unheard-of`;
    try {
      await producer.connect();
      await expect(producer.send({ topic, messages: [{ value: 'lost?' }] })).rejects.toThrow();
    } finally {
      await producer.disconnect();
    }
  });

  it('has a Redis that answers', async () => {
    const redis = new Redis(servers.redisUrl);
    try {
      expect(await redis.ping()).toBe('PONG');
    } finally {
      redis.disconnect();
    }
  });

  it('keeps a record under the subject of its full name and gives it back by its id', async () => {
    const namespace = testDeployment('vigil').replaceAll('-', '_');
    const schema = avro(namespace, [{ name: 'reference', type: 'string' }]);
    const writer = new SchemaRegistry({ host: servers.registryUrl });
    const { id } = await writer.register(schema, {
      compatibility: COMPATIBILITY.BACKWARD_TRANSITIVE,
      separator: '.',
    });
    const bytes = await writer.encode(id, { reference: 'R1' });

    const reader = new SchemaRegistry({ host: servers.registryUrl });
    expect(await reader.decode(bytes)).toEqual({ reference: 'R1' });
    expect(await reader.getLatestSchemaId(`${namespace}.Seen`)).toBe(id);
  });

  it('refuses a change that cannot read what an older version wrote, not only the last', async () => {
    const namespace = testDeployment('vigil').replaceAll('-', '_');
    const registry = new SchemaRegistry({ host: servers.registryUrl });
    const register = (fields: readonly unknown[]) =>
      registry.register(avro(namespace, fields), {
        compatibility: COMPATIBILITY.BACKWARD_TRANSITIVE,
        separator: '.',
      });
    const reference = { name: 'reference', type: 'string' };
    await register([reference, { name: 'grade', type: 'string' }]);
    await register([reference]);
    // Against the last version alone this is a new field with a default; the first wrote it as text.
    await expect(
      register([reference, { name: 'grade', type: 'int', default: 0 }]),
    ).rejects.toMatchObject({ status: 409 });
  });
});

describeWithLocal('redis', 'a Redis Cluster of a test’s own', () => {
  it('has three nodes and serves keys of every node', async () => {
    const cluster = await startRedisCluster();
    const client = new Cluster(cluster.startupNodes);
    try {
      const keys = Array.from({ length: 30 }, (_, index) => `{shard-${index}}:n`);
      await Promise.all(keys.map((key) => client.set(key, key)));
      expect(await Promise.all(keys.map((key) => client.get(key)))).toEqual(keys);
      const sizes = await Promise.all(client.nodes('master').map((node) => node.dbsize()));
      expect(sizes).toHaveLength(3);
      expect(sizes.every((size) => size > 0)).toBe(true);
    } finally {
      client.disconnect();
      await cluster.stop();
    }
  });
});

function avro(namespace: string, fields: readonly unknown[]) {
  return {
    type: SchemaType.AVRO as const,
    schema: JSON.stringify({ type: 'record', name: 'Seen', namespace, fields }),
  };
}
