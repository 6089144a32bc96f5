import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatCloudEvent } from '@vigil/domain/facts/cloud-event';
import { type Fact, topicOf } from '@vigil/domain/facts/fact';
import { formatInstant, type Instant, plus } from '@vigil/domain/time/instant';
import { generateFacts } from '@vigil/generator/generate';
import { Kafka, logLevel } from 'kafkajs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWithServers, testDeployment } from '../servers/servers.ts';
import { until } from '../servers/until.ts';
import { openTestCodec, readLedger } from './ledger-reader.ts';
import { type Service, started, startService, vigil } from './vigil-process.ts';

const day = 24 * 3_600_000;
const policy = new URL('../conformance/policy.json', import.meta.url).pathname;

describeWithServers('the services as separate processes on real servers', (servers) => {
  const deployment = testDeployment('mission');
  const environment = {
    KAFKA_BROKERS: servers.kafkaBrokers.join(','),
    REDIS_URL: servers.redisUrl,
    SCHEMA_REGISTRY_URL: servers.registryUrl,
    VIGIL_DEPLOYMENT: deployment,
    VIGIL_TOPIC_PREFIX: `${deployment}-`,
    VIGIL_PARTITIONS: '4',
    VIGIL_REPLICATION_FACTOR: '1',
    VIGIL_POLICY: policy,
  };
  const services: Service[] = [];
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'vigil-mission-'));
    const applied = await vigil(['topics', 'apply'], environment);
    expect(applied).toMatchObject({ status: 0 });
    expect(await vigil(['topics', 'check'], environment)).toMatchObject({ status: 0 });
  });
  afterAll(async () => {
    await Promise.all(services.map((service) => service.stop()));
    await rm(folder, { recursive: true, force: true });
  });

  it('raise exactly what a replay of the same facts says, whatever came late, twice or out of order', {
    timeout: 240_000,
  }, async () => {
    const codec = await openTestCodec(servers, `${deployment}-`);
    const ledger = await readLedger(servers, codec, `${deployment}-control-room`);
    const names = ['incident-consumer', 'attendance-consumer', 'breach-detector'] as const;
    services.push(...[...names, ...names].map((name) => startService(name, environment)));
    await Promise.all(services.map(started));

    const from = plus(Date.now() as Instant, -3 * day);
    const facts = [...generateFacts({ incidents: 300, seed: 7, from, days: 2 })].map(
      ({ fact }) => fact,
    );
    expect(new Set(facts.map((fact) => `${fact.source} ${fact.id}`)).size).toBeLessThan(
      facts.length,
    );
    const producer = new Kafka({
      brokers: servers.kafkaBrokers,
      clientId: 'cad',
      logLevel: logLevel.NOTHING,
    }).producer();
    await producer.connect();
    const produce = async (some: readonly Fact[]): Promise<void> => {
      const byTopic = Map.groupBy(some, (fact) => codec.topics.input[topicOf[fact.type]]);
      const topicMessages = [...byTopic].map(([topic, ones]) => ({
        topic,
        messages: ones.map((fact) => codec.encodeFact(fact)),
      }));
      await producer.sendBatch({ topicMessages });
    };
    // Proof of every third attendance comes only after everything else has been said.
    const late = facts.filter((fact, i) => fact.type === 'officer-attended' && i % 3 === 0);
    const prompt = facts.filter((fact) => !late.includes(fact));
    for (let i = 0; i < prompt.length; i += 400) await produce(prompt.slice(i, i + 400));

    const replayed = async (name: string, some: readonly Fact[], end: Instant) => {
      const file = join(folder, `${name}.ndjson`);
      await writeFile(
        file,
        some.map((fact) => `${JSON.stringify(formatCloudEvent(fact))}\n`).join(''),
      );
      const out = join(folder, name);
      const result = await vigil([
        ...['replay', '--facts', file, '--policy', policy],
        ...['--until', formatInstant(end), '--out', out],
      ]);
      expect(result).toMatchObject({ status: 0 });
      const lines = (await readFile(join(out, 'alerts.ndjson'), 'utf8')).trim().split('\n');
      return lines.map((line) => JSON.parse(line).alertId as string).sort();
    };
    const saidUpTo = (end: Instant) =>
      [...ledger.standing().values()]
        .filter(({ at }) => at <= end)
        .map(({ alertId }) => alertId as string)
        .sort();

    const end = plus(Date.now() as Instant, -10_000);
    const expected = await replayed('prompt', prompt, end);
    expect(expected.length).toBeGreaterThan(100);
    await until(() => JSON.stringify(saidUpTo(end)) === JSON.stringify(expected), {
      what: `the ${expected.length} alerts that the replay of the prompt facts says`,
      deadlineMs: 90_000,
      pollMs: 250,
    });

    await produce(late);
    const whole = await replayed('whole', facts, end);
    expect(whole).not.toEqual(expected);
    await until(() => JSON.stringify(saidUpTo(end)) === JSON.stringify(whole), {
      what: `the ${whole.length} alerts that the replay of all facts says`,
      deadlineMs: 90_000,
      pollMs: 250,
    });

    expect(ledger.records.some(({ kind }) => kind === 'retraction')).toBe(true);
    const said = ledger.records.map((one) => `${one.kind} ${one.alertId} ${one.revision}`);
    expect(new Set(said).size).toBe(said.length);
    await producer.disconnect();
    await ledger.stop();
    for (const service of services) expect(await service.stop()).toBe(0);
  });
});
