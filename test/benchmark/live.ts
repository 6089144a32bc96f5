/**
 * Measures the services on real servers, one process each: how long until everything that a generated
 * history means has been said, once from full topics and once as it is produced; and whether what was
 * said is what a replay of the same facts says.
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
import { deciding, startService, vigil } from '../integration/vigil-process.ts';
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

  const now = Date.now() as Instant;
  const end = plus(now, -60_000);
  const kept = history(plus(now, -11 * day), 20);
  await produce(kept);
  const catchUp = await replayed('catch-up', kept, end);

  const ledger = await readLedger(servers, codec, `${deployment}-reader`);
  const standing = () => [...ledger.standing().values()].filter(({ at }) => at <= end);
  const services = deciding.map((name) => startService(name, environment));
  const took = async (expected: ReadonlySet<string>, began: number): Promise<number> => {
    await until(
      () => {
        const said = standing();
        return said.length === expected.size && said.every(({ alertId }) => expected.has(alertId));
      },
      { what: `the ${expected.size} alerts of the replay`, deadlineMs: 600_000, pollMs: 50 },
    );
    return performance.now() - began;
  };
  const catchUpMs = await took(catchUp.alerts, performance.now());

  // The services are level now: what is produced from here on goes through the live path.
  const fresh = history(plus(now, -22 * day), 21);
  const both = await replayed('both', [...kept, ...fresh], end);
  const began = performance.now();
  await produce(fresh);
  const producedMs = performance.now() - began;
  const liveMs = await took(both.alerts, began);
  const retractions = ledger.records.filter(({ kind }) => kind === 'retraction').length;
  await Promise.all(services.map((service) => service.stop()));
  await ledger.stop();

  const rate = (facts: readonly Fact[], ms: number) =>
    `${Math.round(ms)} ms for ${facts.length} facts, ${Math.round(facts.length / (ms / 1_000))} a second`;
  const report = [
    `${both.alerts.size} alerts: the live ledger, net of ${retractions} retractions, equals the replay's`,
    `catch-up, from starting three processes on full topics: ${rate(kept, catchUpMs)}`,
    `live path, from the first fact produced to the last alert read: ${rate(fresh, liveMs)} (producing alone took ${Math.round(producedMs)} ms of it)`,
    `replay, the whole process: ${rate([...kept, ...fresh], both.ms)}`,
  ];
  process.stdout.write(`${report.join('\n')}\n`);

  function history(from: Instant, seed: number): readonly Fact[] {
    return [...generateFacts({ incidents, seed, from, days: 10 })].map(({ fact }) => fact);
  }

  async function replayed(name: string, facts: readonly Fact[], until: Instant) {
    const file = join(folder, `${name}.ndjson`);
    const lines = facts.map((fact) => `${JSON.stringify(formatCloudEvent(fact))}\n`);
    await writeFile(file, lines.join(''));
    const out = join(folder, name);
    const start = performance.now();
    const result = await vigil([
      ...['replay', '--facts', file, '--policy', policy],
      ...['--until', formatInstant(until), '--out', out],
    ]);
    const ms = performance.now() - start;
    if (result.status !== 0) throw new Error(result.stderr);
    const alerts = (await readFile(join(out, 'alerts.ndjson'), 'utf8')).trim().split('\n');
    return { ms, alerts: new Set(alerts.map((line) => JSON.parse(line).alertId as string)) };
  }

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
