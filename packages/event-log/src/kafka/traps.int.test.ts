import { startLocalKafka } from '@vigil/test/servers/kafka';
import { describeWithServers, testDeployment } from '@vigil/test/servers/servers';
import kafkajs from 'kafkajs';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { Log } from '../logger.ts';
import { type Batch, Fenced, PublishUnknown } from '../port.ts';
import { clusterReader } from './cluster-reader.ts';
import { bounds, brief, connect } from './connection.ts';
import { type KafkaLog, openKafkaLog } from './log.ts';
import { subscribe } from './subscription.ts';

const PATIENCE = { timeout: 55_000, interval: 50 };

function records(count: number, from = 0): { key: string; value: Buffer; partition: number }[] {
  return Array.from({ length: count }, (_, index) => ({
    key: 'k',
    value: Buffer.from(`${from + index}`),
    partition: 0,
  }));
}

function numbers(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${index}`);
}

/** Keeps its position as a working set does, and what it has applied. */
function worker(during: (batch: Batch) => Promise<void> = async () => {}) {
  const [values, caughtUp] = [[] as string[], [] as bigint[]];
  let position: bigint | undefined;
  let assignments = 0;
  return {
    values,
    caughtUp,
    assignments: () => assignments,
    handlers: {
      async assigned() {
        assignments += 1;
        return position;
      },
      revoked() {},
      async batch(batch: Batch) {
        await during(batch);
        values.push(...batch.records.map(({ value }) => value?.toString() ?? ''));
        position = batch.position;
      },
      async caughtUp(_topic: string, _partition: number, at: bigint) {
        caughtUp.push(at);
      },
    },
  };
}

describeWithServers('kafkajs in trouble', ({ kafkaBrokers }) => {
  const connection = { brokers: kafkaBrokers, clientId: 'event-log-traps' };
  const name = testDeployment('traps');
  let log: KafkaLog;
  beforeAll(() => {
    log = openKafkaLog({ connection, bounds: { commitEveryMs: 200 } });
  });
  afterAll(() => log.close());

  async function topicOf(about: string): Promise<string> {
    const topic = `${name}-${about}`;
    await log.ensureTopics([{ name: topic, partitions: 1, replicationFactor: 1, config: {} }]);
    return topic;
  }

  it('is not caught up while a transaction is open, and never hands over what was aborted', async () => {
    const topic = await topicOf('open');
    const producer = new kafkajs.Kafka({ ...connection, brokers: [...kafkaBrokers] }).producer({
      transactionalId: `${name}-foreign`,
      idempotent: true,
      maxInFlightRequests: 1,
      createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
    });
    await producer.connect();
    onTestFinished(() => producer.disconnect());
    const transaction = await producer.transaction();
    await transaction.send({ topic, messages: [{ key: 'k', value: 'never', partition: 0 }] });
    await log.append(topic, records(2));

    const [one, probe] = [worker(), worker()];
    const probed = await topicOf('probe');
    const running = await log.subscribe({
      group: `${name}-open`,
      topics: [topic],
      handlers: one.handlers,
      maxBatchRecords: 10,
    });
    const probing = await log.subscribe({
      group: `${name}-probe`,
      topics: [probed],
      handlers: probe.handlers,
      maxBatchRecords: 10,
    });
    // Another reader has been caught up several times: this one has had the same time for it.
    await vi.waitFor(() => expect(probe.caughtUp.length).toBeGreaterThan(5), PATIENCE);
    expect(one.assignments()).toBe(1);
    expect(one.caughtUp).toEqual([]);
    expect(one.values).toEqual([]);

    await transaction.abort();
    await vi.waitFor(() => expect(one.caughtUp.length).toBeGreaterThan(1), PATIENCE);
    expect(one.values).toEqual(['0', '1']);
    expect(one.caughtUp.at(-1)).toBe((await log.offsets(topic)).get(0)?.end);
    await running.stop();
    await probing.stop();
    const read: string[] = [];
    for await (const some of log.readToEnd(topic, 0, 0n)) {
      read.push(...some.map(({ value }) => value?.toString() ?? ''));
    }
    expect(read).toEqual(['0', '1']);
  });

  it('writes the offsets of the group for those who watch its lag', async () => {
    const topic = await topicOf('lag');
    await log.append(topic, records(7));
    const one = worker();
    const group = `${name}-lag`;
    const subscription = { group, topics: [topic], handlers: one.handlers, maxBatchRecords: 3 };
    const running = await log.subscribe(subscription);
    const admin = new kafkajs.Kafka({ ...connection, brokers: [...kafkaBrokers] }).admin();
    await admin.connect();
    onTestFinished(() => admin.disconnect());
    await vi.waitFor(async () => {
      const [written] = await admin.fetchOffsets({ groupId: group, topics: [topic] });
      expect(written?.partitions[0]?.offset).toBe('7');
    }, PATIENCE);
    await running.stop();
  });

  it('gives up what it had at hand after its process stood still for longer than its session, and loses nothing', async () => {
    const topic = await topicOf('frozen');
    await log.append(topic, records(20));
    let frozen: unknown;
    const one = worker(async (batch) => {
      if (frozen !== undefined) return;
      const until = performance.now() + 4_000;
      while (performance.now() < until);
      frozen = await batch.alive().then(
        () => 'still a member',
        (error: unknown) => error,
      );
      throw frozen;
    });
    const tight = openKafkaLog({
      connection,
      bounds: { sessionMs: 2_000, heartbeatMs: 300, rebalanceMs: 4_000 },
    });
    onTestFinished(() => tight.close());
    const running = await tight.subscribe({
      group: `${name}-frozen`,
      topics: [topic],
      handlers: one.handlers,
      maxBatchRecords: 10,
    });
    await vi.waitFor(() => expect(one.values).toEqual(numbers(20)), PATIENCE);
    expect(frozen).toMatchObject({ code: 'partition-taken' });
    await running.stop();
  });

  it('keeps its membership during a batch that takes longer than its session', async () => {
    const topic = await topicOf('long');
    await log.append(topic, records(2));
    const gate = Promise.withResolvers<void>();
    const one = worker(() => gate.promise);
    const tight = openKafkaLog({
      connection,
      bounds: { sessionMs: 2_000, heartbeatMs: 300, rebalanceMs: 4_000 },
    });
    onTestFinished(() => tight.close());
    const running = await tight.subscribe({
      group: `${name}-long`,
      topics: [topic],
      handlers: one.handlers,
      maxBatchRecords: 10,
    });
    setTimeout(gate.resolve, 5_000);
    await vi.waitFor(() => expect(one.values).toEqual(['0', '1']), PATIENCE);
    expect(one.assignments()).toBe(1);
    await running.stop();
  });

  it('says what a topic is, makes what is missing, and leaves partitions alone', async () => {
    const topic = `${name}-planned`;
    const plan = {
      name: topic,
      partitions: 2,
      replicationFactor: 1,
      config: { 'cleanup.policy': 'compact', 'retention.ms': '-1' },
    };
    expect((await log.describeTopics([topic])).get(topic)).toBeUndefined();
    expect(await log.ensureTopics([plan])).toEqual([{ name: topic, did: 'created', differs: [] }]);
    expect(await log.ensureTopics([plan])).toEqual([{ name: topic, did: 'nothing', differs: [] }]);
    expect((await log.describeTopics([topic])).get(topic)).toMatchObject({
      partitions: 2,
      replicationFactor: 1,
      config: { 'cleanup.policy': 'compact', 'retention.ms': '-1' },
    });
    const other = { ...plan, partitions: 3, config: { 'retention.ms': '1000' } };
    expect(await log.ensureTopics([other])).toEqual([
      { name: topic, did: 'configured', differs: ['partitions is 2, planned 3'] },
    ]);
    expect((await log.describeTopics([topic])).get(topic)?.config).toMatchObject({
      'cleanup.policy': 'compact',
      'retention.ms': '1000',
    });
  });
});

describe('a broker that goes away', () => {
  describeWithServers('for a while', ({ how }) => {
    it.skipIf(how !== 'local')(
      'is waited for by readers, whose consumers are replaced when kafkajs gives up, and by publishers',
      async () => {
        const kafka = await startLocalKafka();
        onTestFinished(() => kafka.stop());
        const connection = { brokers: kafka.brokers, clientId: 'event-log-restart' };
        const said: string[] = [];
        const note: Log = (level, message) => {
          if (level !== 'debug') said.push(message);
        };
        const log = openKafkaLog({ connection });
        onTestFinished(() => log.close());
        await log.ensureTopics([
          { name: 'facts', partitions: 1, replicationFactor: 1, config: {} },
          { name: 'alerts', partitions: 1, replicationFactor: 1, config: {} },
        ]);
        await log.append('facts', records(50));
        const publisher = await log.openPublisher({ topic: 'alerts', partition: 0 });
        await publisher.publish([{ topic: 'alerts', key: 'k', value: Buffer.from('before') }]);
        const [usual, impatient] = [worker(), worker()];
        const running = await log.subscribe({
          group: 'usual',
          topics: ['facts'],
          handlers: usual.handlers,
          maxBatchRecords: 10,
        });
        // A client that gives up within a second, so that what follows a crash is seen in a test's time.
        const hasty = await subscribe({
          newClient: () => connect(connection, { ...brief, retries: 1 }, note),
          reader: clusterReader(connect(connection, brief, note), bounds),
          subscription: {
            group: 'hasty',
            topics: ['facts'],
            handlers: impatient.handlers,
            maxBatchRecords: 10,
          },
          bounds,
          log: note,
        });
        await vi.waitFor(() => {
          expect(usual.values).toHaveLength(50);
          expect(impatient.values).toHaveLength(50);
        }, PATIENCE);
        await kafka.kill();
        await vi.waitFor(
          () => expect(said).toContain('A consumer failed; another takes its place'),
          PATIENCE,
        );
        const publishing = publisher
          .publish([{ topic: 'alerts', key: 'k', value: Buffer.from('during') }])
          .then(
            () => 'published',
            (error: unknown) => error,
          );
        await kafka.restart();
        await log.append('facts', records(50, 50));
        const outcome = await publishing;
        expect(outcome === 'published' || outcome instanceof PublishUnknown).toBe(true);
        const next = await log.openPublisher({ topic: 'alerts', partition: 0 });
        await next.publish([{ topic: 'alerts', key: 'k', value: Buffer.from('after') }]);
        const alerts: string[] = [];
        for await (const some of log.readToEnd('alerts', 0, 0n)) {
          alerts.push(...some.map(({ value }) => value?.toString() ?? ''));
        }
        expect(alerts.filter((alert) => alert !== 'during')).toEqual(['before', 'after']);
        await expect(
          publisher.publish([{ topic: 'alerts', key: 'k', value: Buffer.from('fenced') }]),
        ).rejects.toSatisfy(
          (error) => error instanceof Fenced || Object(error).code === 'publisher-closed',
        );

        await vi.waitFor(() => {
          expect(usual.values).toEqual(numbers(100));
          expect(impatient.values).toEqual(numbers(100));
        }, PATIENCE);
        const before = [usual.caughtUp.length, impatient.caughtUp.length];
        await vi.waitFor(() => {
          expect(usual.caughtUp.length).toBeGreaterThan(before[0] ?? 0);
          expect(impatient.caughtUp.length).toBeGreaterThan(before[1] ?? 0);
        }, PATIENCE);
        await running.stop();
        await hasty.stop();
      },
      150_000,
    );
  });
});
