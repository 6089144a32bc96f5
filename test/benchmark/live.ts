/**
 * Measures the live path on real servers: a generated history is in the topics before the services
 * start, one process each; then how long until everything it means has been said, and whether that is
 * what a replay of the same facts says.
 *
 *     node test/benchmark/live.ts [incidents]
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatCloudEvent } from '@vigil/domain/facts/cloud-event';
import { type Fact, topicOf } from '@vigil/domain/facts/fact';
import { formatInstant, type Instant, plus } from '@vigil/domain/time/instant';
import { generateFacts } from '@vigil/generator/generate';
import { Kafka, logLevel } from 'kafkajs';
import { openTestCodec, readLedger } from '../integration/ledger-reader.ts';
import { startService, vigil } from '../integration/vigil-process.ts';
import { findRealServers } from '../servers/real-servers.ts';
import { until } from '../servers/until.ts';

const incidents = Number(process.argv[2] ?? 20_000);
const day = 24 * 3_600_000;
const policy = new URL('../conformance/policy.json', import.meta.url).pathname;
const servers = await findRealServers();
const folder = await mkdtemp(join(tmpdir(), 'vigil-live-'));
try {
  const deployment = `live-${process.pid}`;
  const environment = {
    KAFKA_BROKERS: servers.kafkaBrokers.join(','),
    REDIS_URL: servers.redisUrl,
    SCHEMA_REGISTRY_URL: servers.registryUrl,
    VIGIL_DEPLOYMENT: deployment,
    VIGIL_TOPIC_PREFIX: `${deployment}-`,
    VIGIL_PARTITIONS: '4',
    VIGIL_REPLICATION_FACTOR: '1',
    VIGIL_POLICY: policy,
    VIGIL_LOG_LEVEL: 'warn',
    VIGIL_BATCH_RECORDS: '1000',
  };
  const applied = await vigil(['topics', 'apply'], environment);
  if (applied.status !== 0) throw new Error(applied.stderr);
  const codec = await openTestCodec(servers, `${deployment}-`);

  const from = plus(Date.now() as Instant, -11 * day);
  const facts = [...generateFacts({ incidents, seed: 20, from, days: 10 })].map(({ fact }) => fact);
  await produce(facts);
  const end = plus(Date.now() as Instant, -60_000);
  const file = join(folder, 'facts.ndjson');
  await writeFile(
    file,
    facts.map((fact) => `${JSON.stringify(formatCloudEvent(fact))}\n`).join(''),
  );
  const replayBegan = performance.now();
  const out = join(folder, 'out');
  const replayed = await vigil([
    ...['replay', '--facts', file, '--policy', policy],
    ...['--until', formatInstant(end), '--out', out],
  ]);
  const replayMs = performance.now() - replayBegan;
  if (replayed.status !== 0) throw new Error(replayed.stderr);
  const lines = (await readFile(join(out, 'alerts.ndjson'), 'utf8')).trim().split('\n');
  const expected = new Set(lines.map((line) => JSON.parse(line).alertId as string));

  const ledger = await readLedger(servers, codec, `${deployment}-reader`);
  const services = ['incident-consumer', 'attendance-consumer', 'breach-detector'].map((name) =>
    startService(name, environment),
  );
  const began = performance.now();
  let first: number | undefined;
  await until(
    () => {
      if (ledger.records.length > 0) first ??= performance.now() - began;
      const said = [...ledger.standing().values()].filter(({ at }) => at <= end);
      return said.length === expected.size && said.every(({ alertId }) => expected.has(alertId));
    },
    { what: `the ${expected.size} alerts of the replay`, deadlineMs: 600_000, pollMs: 100 },
  );
  const liveMs = performance.now() - began;
  const retractions = ledger.records.filter(({ kind }) => kind === 'retraction').length;
  await Promise.all(services.map((service) => service.stop()));
  await ledger.stop();
  const perSecond = (ms: number) => Math.round(facts.length / (ms / 1_000));
  const report = [
    `${incidents} incidents, ${facts.length} facts, ${expected.size} alerts: the live ledger, net of ${retractions} retractions, equals the replay's`,
    `live, from starting three processes: ${Math.round(liveMs)} ms, ${perSecond(liveMs)} facts/s; first record after ${Math.round(first ?? 0)} ms`,
    `replay, the whole process: ${Math.round(replayMs)} ms, ${perSecond(replayMs)} facts/s`,
  ];
  process.stdout.write(`${report.join('\n')}\n`);

  async function produce(some: readonly Fact[]): Promise<void> {
    const producer = new Kafka({
      brokers: servers.kafkaBrokers,
      clientId: 'cad',
      logLevel: logLevel.NOTHING,
    }).producer();
    await producer.connect();
    for (let i = 0; i < some.length; i += 2_000) {
      const byTopic = Map.groupBy(
        some.slice(i, i + 2_000),
        (fact) => codec.topics.input[topicOf[fact.type]],
      );
      const topicMessages = [...byTopic].map(([topic, ones]) => ({
        topic,
        messages: ones.map((fact) => codec.encodeFact(fact)),
      }));
      await producer.sendBatch({ topicMessages });
    }
    await producer.disconnect();
  }
} finally {
  await rm(folder, { recursive: true, force: true });
  await servers.stop();
}
