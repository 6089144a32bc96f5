/**
 * The procedures of the runbook, carried out on a real Kafka, Redis and registry with the program of the
 * image, by the commands that an operator types. Prints them and what they printed. Not a part of the tests:
 *
 *     node test/operations/procedures.ts
 */
import { copyFile, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Fact, topicOf } from '@vigil/domain/facts/fact';
import { type Instant, plus } from '@vigil/domain/time/instant';
import { generateFacts } from '@vigil/generator/generate';
import { Redis } from 'ioredis';
import { Kafka, logLevel } from 'kafkajs';
import { openTestCodec } from '../integration/ledger-reader.ts';
import { deciding, type Service } from '../integration/vigil-process.ts';
import { startLocalKafka } from '../servers/kafka.ts';
import { freePorts } from '../servers/ports.ts';
import { startLocalRedis } from '../servers/redis.ts';
import { startLocalRegistry } from '../servers/registry.ts';
import { type Environment, hireOperator } from './operator.ts';

const hour = 3_600_000;
const begun = Date.now() as Instant;
/** The facts of a day that is over, and so are the two after it: nothing falls due while this runs. */
const history = [
  ...generateFacts({ incidents: 600, seed: 7, from: plus(begun, -74 * hour), days: 1 }),
].map(({ fact }) => fact);
const part = (of: number): Fact[] =>
  history.slice((of * history.length) / 4, ((of + 1) * history.length) / 4);

const [kafka, redis, registry, operator, ports] = await Promise.all([
  startLocalKafka(),
  startLocalRedis({ appendOnly: true }),
  startLocalRegistry(),
  hireOperator(),
  freePorts(2),
]);
const { folder } = operator;
const admin = new Redis(redis.url);
const running = new Map<string, Service>();
const client = new Kafka({ brokers: kafka.brokers, clientId: 'cad', logLevel: logLevel.NOTHING });
const producer = client.producer();

/** What the dispatch systems do, meanwhile. */
async function send(facts: readonly Fact[], prefix: string): Promise<void> {
  const codec = await openTestCodec(
    { kafkaBrokers: kafka.brokers, redisUrl: redis.url, registryUrl: registry.url, how: 'local' },
    prefix,
  );
  const byTopic = Map.groupBy(facts, ({ type }) => codec.topics.input[topicOf[type]]);
  const topicMessages = [...byTopic].map(([topic, ones]) => ({
    topic,
    messages: ones.map((fact) => codec.encodeFact(fact)),
  }));
  await producer.sendBatch({ topicMessages });
  operator.note(`the sources send ${facts.length} facts to ${prefix}…`);
}

async function startAll(environment: Environment, mark = ''): Promise<void> {
  for (const name of deciding) running.set(name + mark, await operator.start(name, environment));
}

async function stop(name: string, mark = ''): Promise<void> {
  const service = running.get(name + mark);
  if (service === undefined) throw new Error(`${name} does not run`);
  await operator.stop(name, service);
  running.delete(name + mark);
}

const environmentOf = (deployment: string, partitions: number): Environment => ({
  KAFKA_BROKERS: kafka.address,
  REDIS_URL: redis.url,
  SCHEMA_REGISTRY_URL: registry.url,
  VIGIL_DEPLOYMENT: deployment,
  VIGIL_TOPIC_PREFIX: `${deployment}.`,
  VIGIL_PARTITIONS: String(partitions),
  VIGIL_REPLICATION_FACTOR: '1',
  VIGIL_POLICY: join(folder, 'policy.yaml'),
});
const first = environmentOf('first', 4);
const second = environmentOf('second', 6);
const shards = (line: string): boolean => line.includes('VIGIL_SHARDS') || !line.startsWith('ok');
const verdict = (line: string): boolean =>
  /^(should stand|What was said|They differ|\d+ \w+: )/.test(line);
const exported = async (name: string, environment: Environment): Promise<void> => {
  await operator.vigil(['ledger', 'export', '--out', join(folder, name)], environment);
};
const audit = ['audit', '--from-kafka', '--against', 'kafka', '--out', join(folder, 'audit')];

try {
  await producer.connect();
  await copyFile(join(folder, 'image/infra/policy.yaml'), join(folder, 'policy.yaml'));

  operator.heading('Deploy');
  const topics = (line: string): boolean =>
    line.includes('incident-created') || line.includes('Alert:');
  await operator.vigil(['topics', 'apply'], first, topics);
  await startAll(first);
  await send(part(0), 'first.');
  await operator.untilWell(['doctor'], first);
  await operator.untilWell(audit, first, verdict);

  operator.heading('Scale out, and stop one');
  const [port = 0] = ports;
  const more = { ...first, VIGIL_HTTP_PORT: String(port) };
  running.set('breach-detector-2', await operator.start('breach-detector', more));
  const watched = `curl -s http://127.0.0.1:${port}/metrics | grep ^vigil_watermark_age | cut -d' ' -f1`;
  await operator.untilWell(['doctor'], first, shards);
  await operator.sh(watched);
  await stop('breach-detector');
  await operator.untilWell(['doctor'], first, shards);
  await operator.sh(watched);
  running.set('breach-detector', await operator.start('breach-detector', first));
  await stop('breach-detector-2');

  operator.heading('Rebuild from nothing');
  await exported('before.ndjson', first);
  await operator.sh(`redis-cli -p ${redis.port} flushall`);
  await operator.untilWell(['doctor'], first, shards);
  await exported('after.ndjson', first);
  await operator.sh('cmp before.ndjson after.ndjson && echo the same');
  await send(part(1), 'first.');
  await operator.untilWell(['doctor'], first, shards);
  await operator.untilWell(audit, first, verdict);

  operator.heading('Restore Redis from a backup');
  const [, data = ''] = (await admin.config('GET', 'dir')) as string[];
  await symlink(data, join(folder, 'redis'));
  await operator.sh('cp -a redis/appendonlydir backup');
  await send(part(2), 'first.');
  await operator.untilWell(audit, first, verdict);
  operator.note('the disk of Redis is lost; the backup is older than the last facts and alerts');
  await redis.kill();
  await operator.sh('rm -r redis/appendonlydir');
  await operator.sh('cp -a backup redis/appendonlydir');
  operator.note('Redis is started again');
  await redis.restart();
  await operator.untilWell(['doctor'], first, shards);
  await operator.untilWell(audit, first, verdict);

  operator.heading('Change the number of partitions');
  operator.note('with the second deployment: its name and prefix, and VIGIL_PARTITIONS=6');
  await operator.vigil(['topics', 'apply'], second, topics);
  const mirror = await operator.mirror('first.', second);
  await startAll(second, '2');
  await send(part(3), 'first.');
  await operator.untilWell(['doctor'], second, shards);
  await operator.untilWell(audit, second, verdict);
  operator.note('what the first said, held against the facts that the second has');
  await exported('first.ndjson', first);
  await operator.untilWell(
    audit.map((word) => (word === 'kafka' ? join(folder, 'first.ndjson') : word)),
    second,
    verdict,
  );
  operator.note('the sources and the subscribers are pointed to second.…');
  await mirror.stop();
  for (const name of deciding) await stop(name);

  operator.heading('Replay, export and check what was said');
  const replayed = ['replay', '--from-kafka', '--no-report', '--out', join(folder, 'replay')];
  await operator.vigil(replayed, second);
  await exported('second.ndjson', second);
  await operator.vigil(['ledger', 'verify', join(folder, 'second.ndjson')], second);

  operator.heading('Change the policy');
  const policy = await readFile(join(folder, 'policy.yaml'), 'utf8');
  await writeFile(join(folder, 'new.yaml'), policy.replace('within: PT15M', 'within: PT10M'));
  await operator.vigil(['policy', 'check', join(folder, 'new.yaml')], second);
  await operator.vigil(
    ['policy', 'diff', join(folder, 'policy.yaml'), join(folder, 'new.yaml'), '--from-kafka'],
    second,
  );
  await operator.sh('cp new.yaml policy.yaml');
  await operator.vigil(['doctor'], second, shards);
  // The detectors first: they put the shards under the new policy.
  for (const name of ['breach-detector', 'incident-consumer', 'attendance-consumer'] as const) {
    await stop(name, '2');
    running.set(`${name}2`, await operator.start(name, second));
  }
  await operator.untilWell(['doctor'], second, shards);
  await operator.untilWell(audit, second, verdict);
} finally {
  await Promise.all([...running.values()].map((service) => service.stop()));
  await producer.disconnect();
  admin.disconnect();
  await Promise.all([kafka.stop(), redis.stop(), registry.stop()]);
  await operator.leave();
}
