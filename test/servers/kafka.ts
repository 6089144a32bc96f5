import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Kafka, logLevel } from 'kafkajs';
import { kafkaJars } from './jars.ts';
import { findJava } from './java.ts';
import { type LocalServer, startLocalServer, temporaryDirectory } from './local-server.ts';
import { freePorts } from './ports.ts';

/** What a test may choose about its Kafka. */
export interface KafkaOptions {
  /** More broker settings, over the ones chosen here: `{ 'message.max.bytes': '100000' }`. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Properties of the Java that runs it. */
  readonly systemProperties?: Readonly<Record<string, string>>;
  /** Passwords by user, for {@link LocalKafka.loginAddress}. */
  readonly users?: Readonly<Record<string, string>>;
  /**
   * Given where users log in, puts something in between (a proxy that spoils connections) and says where
   * that listens: clients are told to go there.
   */
  readonly loginThrough?: (address: string) => Promise<string>;
}

/** A Kafka of a test's own: one node that is broker and controller. */
export interface LocalKafka extends LocalServer {
  /** `host:port` of its only broker. */
  readonly address: string;
  /** The same as clients want it. */
  readonly brokers: string[];
  /**
   * Where users log in with SCRAM-SHA-512, and may do what an ACL allows and nothing else. Who comes to
   * `address` may do everything.
   */
  readonly loginAddress: string;
}

const run = promisify(execFile);
const HOST = '127.0.0.1';
const NODE_ID = 1;
const LOGIN = 'SCRAM-SHA-512';
/** The first Java that runs the broker. */
export const OLDEST_JAVA = 17;
const START_DEADLINE_MS = 90_000;

/**
 * Starts Apache Kafka (KRaft, one node, transactions on, no topic made by itself) on free ports of its
 * own, in a temporary folder, and waits until it answers.
 *
 * @throws {ServerDidNotStart} with the end of its log; {@link FetchFailed} or {@link JavaNotFound} with
 * the remedy when it cannot be run here.
 */
export async function startLocalKafka(options: KafkaOptions = {}): Promise<LocalKafka> {
  const [java, jars] = await Promise.all([findJava(OLDEST_JAVA), kafkaJars()]);
  const [brokerPort, controllerPort, loginPort] = await freePorts(3);
  const directory = temporaryDirectory('vigil-kafka-');
  const address = `${HOST}:${brokerPort}`;
  const listens = `${HOST}:${loginPort}`;
  const loginAddress = (await options.loginThrough?.(listens)) ?? listens;
  const users = Object.entries(options.users ?? {});
  // Kafka's own form, 22 characters; one that began with a hyphen would be taken for an option.
  const clusterId = `v${randomBytes(16).toString('base64url').slice(1)}`;
  const properties = join(directory, 'server.properties');
  await writeFile(
    properties,
    asProperties({
      'process.roles': 'broker,controller',
      'node.id': String(NODE_ID),
      listeners: `CLIENTS://${address},LOGIN://${listens},CONTROLLER://${HOST}:${controllerPort}`,
      'advertised.listeners': `CLIENTS://${address},LOGIN://${loginAddress}`,
      'listener.security.protocol.map':
        'CLIENTS:PLAINTEXT,LOGIN:SASL_PLAINTEXT,CONTROLLER:PLAINTEXT',
      'sasl.enabled.mechanisms': LOGIN,
      'listener.name.login.scram-sha-512.sasl.jaas.config':
        'org.apache.kafka.common.security.scram.ScramLoginModule required;',
      // What no ACL allows is denied, except to those who do not log in: the tests, and the broker itself.
      'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
      'super.users': 'User:ANONYMOUS',
      'inter.broker.listener.name': 'CLIENTS',
      'controller.listener.names': 'CONTROLLER',
      'controller.quorum.voters': `${NODE_ID}@${HOST}:${controllerPort}`,
      'log.dirs': join(directory, 'data'),
      'auto.create.topics.enable': 'false',
      'group.initial.rebalance.delay.ms': '0',
      'group.min.session.timeout.ms': '1000',
      // A broker that was killed is only let in again when its old session has run out.
      'broker.session.timeout.ms': '3000',
      'broker.heartbeat.interval.ms': '500',
      // One broker has nobody to replicate to, and fifty partitions of bookkeeping only cost time.
      'offsets.topic.replication.factor': '1',
      'offsets.topic.num.partitions': '4',
      'transaction.state.log.replication.factor': '1',
      'transaction.state.log.min.isr': '1',
      'transaction.state.log.num.partitions': '4',
      'share.coordinator.state.topic.replication.factor': '1',
      'share.coordinator.state.topic.min.isr': '1',
      ...options.settings,
    }),
  );
  const classPath = ['-cp', join(jars, '*')];
  await run(java, [
    ...classPath,
    '-XX:TieredStopAtLevel=1',
    'kafka.tools.StorageTool',
    'format',
    '--cluster-id',
    clusterId,
    '--config',
    properties,
    ...users.flatMap(([name, password]) => [
      '--add-scram',
      `${LOGIN}=[name=${name},password=${password}]`,
    ]),
  ]);
  return startLocalServer(
    {
      name: 'Kafka',
      command: java,
      args: [
        '-Xms256m',
        '-Xmx512m',
        '-XX:+UseSerialGC',
        '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn',
        ...Object.entries(options.systemProperties ?? {}).map(
          ([name, value]) => `-D${name}=${value}`,
        ),
        ...classPath,
        'kafka.Kafka',
        properties,
      ],
      directory,
      ready: () => answersAs(clusterId, address),
      startDeadlineMs: START_DEADLINE_MS,
    },
    { address, brokers: [address], loginAddress },
  );
}

/** Asks the cluster's id too: what answers on the port may be another process that took it first. */
async function answersAs(clusterId: string, address: string): Promise<boolean> {
  const admin = new Kafka({
    brokers: [address],
    logLevel: logLevel.NOTHING,
    connectionTimeout: 1_000,
    retry: { retries: 0 },
  }).admin();
  try {
    await admin.connect();
    const cluster = await admin.describeCluster();
    return cluster.clusterId === clusterId && cluster.brokers.length === 1;
  } finally {
    await admin.disconnect();
  }
}

function asProperties(settings: Readonly<Record<string, string>>): string {
  return Object.entries(settings)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}
