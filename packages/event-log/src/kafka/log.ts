import type { Admin } from 'kafkajs';
import { EventLogError } from '../errors.ts';
import { type Log, seldom, silent } from '../logger.ts';
import type { EventLog, Publisher, Running } from '../port.ts';
import { appender } from './appender.ts';
import { clusterOf, clusterReader } from './cluster-reader.ts';
import {
  type Bounds,
  brief,
  connect,
  type KafkaConnection,
  patient,
  swift,
  bounds as usual,
} from './connection.ts';
import { openPublisher } from './publisher.ts';
import { readToEnd } from './read-to-end.ts';
import { missingRights, type RightAsked } from './rights.ts';
import { subscribe } from './subscription.ts';
import { describeTopics, ensureTopics, type TopicChange, type TopicPlan } from './topics.ts';

/** How to open the event log on Kafka. */
export interface KafkaLogOptions {
  readonly connection: KafkaConnection;
  /** Begins the transactional ids, so that deployments on one cluster do not fence each other. */
  readonly deployment?: string;
  readonly log?: Log;
  readonly bounds?: Partial<Bounds>;
}

/** The event log on Kafka, which can also make and check its topics. */
export interface KafkaLog extends EventLog {
  /** Topics as the brokers have them; `undefined` for one that is missing. */
  describeTopics(names: readonly string[]): Promise<Map<string, TopicPlan | undefined>>;
  /** Makes topics as planned, as far as that harms nothing; see {@link ensureTopics}. */
  ensureTopics(plan: readonly TopicPlan[]): Promise<TopicChange[]>;
  /**
   * Which rights this log's user lacks, each with only the operations that are lacking. It logs in anew
   * for that, so that a log-in that is no longer good is found out too.
   */
  missingRights<Asked extends RightAsked>(rights: readonly Asked[]): Promise<Asked[]>;
  /** What a group has noted as dealt with, at most some seconds old; a partition may be absent. */
  committed(group: string, topic: string): Promise<Map<number, bigint>>;
}

/** Opens the event log on Kafka. Connections are made as they are needed. */
export function openKafkaLog(options: KafkaLogOptions): KafkaLog {
  const { connection, deployment = 'vigil' } = options;
  const log = seldom(options.log ?? silent);
  const bounds: Bounds = { ...usual, ...options.bounds };
  const reader = clusterReader(connect(connection, brief, log), bounds);
  const facts = appender(connect(connection, patient, log), bounds, log);
  const running = new Set<Running>();
  const publishers = new Set<Publisher>();
  let closed = false;

  function checkOpen(): void {
    if (closed) throw new EventLogError('closed', 'The brokers cannot be used.');
  }

  async function withAdmin<Answer>(work: (admin: Admin) => Promise<Answer>): Promise<Answer> {
    checkOpen();
    const admin = connect(connection, patient, log).admin();
    await admin.connect();
    try {
      return await work(admin);
    } finally {
      await admin.disconnect();
    }
  }

  return {
    async subscribe(subscription) {
      checkOpen();
      const newClient = () => connect(connection, patient, log);
      const inner = await subscribe({ newClient, reader, subscription, bounds, log });
      const one: Running = {
        failed: inner.failed,
        async stop() {
          running.delete(one);
          await inner.stop();
        },
      };
      running.add(one);
      return one;
    },
    async openPublisher({ topic, partition }) {
      checkOpen();
      const endOf = async (): Promise<bigint> => {
        const end = (await reader.offsets(topic)).get(partition)?.end;
        if (end !== undefined) return end;
        throw new EventLogError('unknown-topic', `There is no partition ${partition} of ${topic}.`);
      };
      await endOf();
      const inner = await openPublisher({
        client: connect(connection, swift, log),
        topic,
        partition,
        transactionalId: `${deployment}-${topic}-${partition}`,
        endOf,
        bounds,
        log,
      });
      const one: Publisher = {
        publish: (records) => inner.publish(records),
        async close() {
          publishers.delete(one);
          await inner.close();
        },
      };
      publishers.add(one);
      return one;
    },
    append: (topic, records) => facts.append(topic, records),
    readToEnd: (topic, partition, from) =>
      readToEnd(reader, { topic, partition }, from, bounds.openTransactionMs, log),
    offsets: (topic) => reader.offsets(topic),
    ends: (topics, partition) => reader.endsOf(topics, partition),
    partitions: (topic) => reader.partitions(topic),
    async missingRights(rights) {
      checkOpen();
      const cluster = clusterOf(connect(connection, brief, log));
      try {
        return await missingRights(cluster, rights);
      } finally {
        await cluster.disconnect();
      }
    },
    describeTopics: (names) => withAdmin((admin) => describeTopics(admin, names)),
    committed: (group, topic) =>
      withAdmin(async (admin) => {
        const [found] = await admin.fetchOffsets({ groupId: group, topics: [topic] });
        const known = found?.partitions.filter(({ offset }) => BigInt(offset) >= 0n) ?? [];
        return new Map(known.map(({ partition, offset }) => [partition, BigInt(offset)]));
      }),
    ensureTopics: (plan) => withAdmin((admin) => ensureTopics(admin, plan)),
    async close() {
      closed = true;
      await Promise.all([...running].map((one) => one.stop()));
      await Promise.all([...publishers].map((one) => one.close()));
      await facts.close();
      await reader.close();
    },
  };
}
