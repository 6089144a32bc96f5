import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Codec } from '@vigil/contracts/codec';
import { formatCloudEvent } from '@vigil/domain/facts/cloud-event';
import { type Fact, topicOf } from '@vigil/domain/facts/fact';
import { formatInstant, type Instant, plus } from '@vigil/domain/time/instant';
import { generateFacts } from '@vigil/generator/generate';
import { Redis } from 'ioredis';
import { Kafka, logLevel, type Producer } from 'kafkajs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWithServers, testDeployment } from '../servers/servers.ts';
import { until } from '../servers/until.ts';
import { type LedgerReader, openTestCodec, readLedger } from './ledger-reader.ts';
import { deciding, type Service, started, startService, vigil } from './vigil-process.ts';

const day = 24 * 3_600_000;
const policy = fileURLToPath(new URL('../conformance/policy.json', import.meta.url));

/** The line with a force that no fact names: another grade could be the one that it had on fewer facts. */
function elsewhere(line: string): string {
  return line.replace(/"forceId":"[^"]+"/, '"forceId":"nowhere"');
}

describeWithServers('three services, two processes of each, on real servers', (servers) => {
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
  const now = Date.now() as Instant;
  const facts = [
    ...generateFacts({ incidents: 300, seed: 7, from: plus(now, -3 * day), days: 2 }),
  ].map(({ fact }) => fact);
  let folder: string;
  let codec: Codec;
  let ledger: LedgerReader;
  let producer: Producer;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'vigil-mission-'));
    expect(await vigil(['topics', 'apply'], environment)).toMatchObject({ status: 0 });
    expect(await vigil(['topics', 'check'], environment)).toMatchObject({ status: 0 });
    codec = await openTestCodec(servers, `${deployment}-`);
    ledger = await readLedger(servers, codec, `${deployment}-control-room`);
    const kafka = new Kafka({
      brokers: servers.kafkaBrokers,
      clientId: 'cad',
      logLevel: logLevel.NOTHING,
    });
    producer = kafka.producer();
    await producer.connect();
    services.push(...[...deciding, ...deciding].map((name) => startService(name, environment)));
    await Promise.all(services.map(started));
  });
  afterAll(async () => {
    await Promise.all(services.map((service) => service.stop()));
    await producer.disconnect();
    await ledger.stop();
    await rm(folder, { recursive: true, force: true });
  });

  async function produce(some: readonly Fact[]): Promise<void> {
    for (let i = 0; i < some.length; i += 400) {
      const batch = some.slice(i, i + 400);
      const byTopic = Map.groupBy(batch, (fact) => codec.topics.input[topicOf[fact.type]]);
      const topicMessages = [...byTopic].map(([topic, ones]) => ({
        topic,
        messages: ones.map((fact) => codec.encodeFact(fact)),
      }));
      await producer.sendBatch({ topicMessages });
    }
  }

  /** The ids of the alerts that `vigil replay` says should exist at an instant. */
  async function replayed(name: string, some: readonly Fact[], end: Instant): Promise<string[]> {
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
  }

  function saidUpTo(end: Instant): string[] {
    return [...ledger.standing().values()]
      .filter(({ at }) => at <= end)
      .map(({ alertId }) => alertId as string)
      .sort();
  }

  async function untilSaid(expected: readonly string[], end: Instant): Promise<void> {
    await until(() => JSON.stringify(saidUpTo(end)) === JSON.stringify(expected), {
      what: `the ${expected.length} alerts that the replay says`,
      deadlineMs: 90_000,
      pollMs: 250,
    });
  }

  function expectNothingSaidTwice(): void {
    const said = ledger.records.map((one) => `${one.kind} ${one.alertId} ${one.revision}`);
    expect(new Set(said).size).toBe(said.length);
  }

  // Proof of every third attendance comes only after everything else has been said.
  const late = facts.filter((fact, i) => fact.type === 'officer-attended' && i % 3 === 0);
  const prompt = facts.filter((fact) => !late.includes(fact));
  const end = plus(now, -10_000);

  it('raise exactly what a replay of the same facts says, duplicated and out of order', {
    timeout: 180_000,
  }, async () => {
    const identities = new Set(facts.map(({ source, id }) => `${source} ${id}`));
    expect(identities.size).toBeLessThan(facts.length);
    const expected = await replayed('prompt', prompt, end);
    expect(expected.length).toBeGreaterThan(100);
    await produce(prompt);
    await untilSaid(expected, end);
    expectNothingSaidTwice();
  });

  it('take back what late facts prove wrong, until the ledger is again that of the replay', {
    timeout: 180_000,
  }, async () => {
    const before = saidUpTo(end);
    const expected = await replayed('whole', facts, end);
    expect(expected).not.toEqual(before);
    await produce(late);
    await untilSaid(expected, end);
    expect(ledger.records.some(({ kind }) => kind === 'retraction')).toBe(true);
    expectNothingSaidTwice();
  });

  it('say nothing twice and miss nothing when Redis forgets everything and services are killed', {
    timeout: 240_000,
  }, async () => {
    const redis = new Redis(servers.redisUrl);
    const keys = await redis.keys(`vigil:{${deployment}-*`);
    expect(keys.length).toBeGreaterThan(4);
    await redis.del(...keys);
    await redis.quit();
    for (const [index, service] of services.entries()) {
      if (index < deciding.length) service.process.kill('SIGKILL');
    }
    services.splice(0, deciding.length, ...deciding.map((name) => startService(name, environment)));
    await Promise.all(services.map(started));

    const more = [
      ...generateFacts({ incidents: 60, seed: 8, from: plus(now, -6 * day), days: 2 }),
    ].map(({ fact }) => fact);
    const expected = await replayed('more', [...facts, ...more], end);
    await produce(more);
    await untilSaid(expected, end);
    expectNothingSaidTwice();
  });

  it('said what an audit of the topics says they should have, in an unbroken chain', {
    timeout: 120_000,
  }, async () => {
    const against = ['--policy', policy, '--until', formatInstant(end)];
    const audit = await vigil(
      [...['audit', '--from-kafka', '--against', 'kafka', '--verify-chain'], ...against].concat([
        '--out',
        join(folder, 'audit'),
      ]),
      environment,
    );
    expect(audit.stdout).toContain('What was said is what should have been said.');
    expect(audit.status).toBe(0);
    const completeness = await readFile(join(folder, 'audit/completeness.json'), 'utf8');
    expect(JSON.parse(completeness).ranges).toHaveLength(12);
  });

  it('are found out when one alert is deleted, one altered and one invented', {
    timeout: 120_000,
  }, async () => {
    const exported = join(folder, 'ledger.ndjson');
    expect(await vigil(['ledger', 'export', '--out', exported], environment)).toMatchObject({
      status: 0,
    });
    const lines = (await readFile(exported, 'utf8')).trim().split('\n');
    const standing = ledger.standing();
    const alerts = lines.flatMap((line, place) => {
      const { record } = JSON.parse(line);
      const stands = standing.get(record.alertId)?.revision === record.revision;
      return record.kind === 'alert' && stands && record.at <= end ? [place] : [];
    });
    const [gone = 0, altered = 0, copied = 0] = alerts;
    const tampered = lines.flatMap((line, place) => {
      if (place === gone) return [];
      if (place === altered) return [elsewhere(line)];
      if (place !== copied) return [line];
      const invented = JSON.parse(line);
      invented.record.alertId = '00000000-0000-5000-8000-000000000000';
      invented.record.target = 'invented';
      return [line, JSON.stringify(invented)];
    });
    const file = join(folder, 'tampered.ndjson');
    await writeFile(file, tampered.join('\n'));
    const audit = await vigil(
      [
        ...['audit', '--from-kafka', '--against', file, '--verify-chain', '--policy', policy],
        ...['--until', formatInstant(end), '--out', join(folder, 'tampered')],
      ],
      environment,
    );
    expect(audit.status).toBe(1);
    const found = (await readFile(join(folder, 'tampered/audit.ndjson'), 'utf8'))
      .trim()
      .split('\n');
    const idAt = (place: number): string => JSON.parse(lines[place] ?? '').record.alertId;
    const kinds = found.map((line) => JSON.parse(line)).map(({ kind, alertId }) => [kind, alertId]);
    expect(kinds.sort()).toEqual([
      ['altered', idAt(altered)],
      ['missing', idAt(gone)],
      ['spurious', '00000000-0000-5000-8000-000000000000'],
    ]);
    for (const finding of ['removed', 'altered', 'inserted']) {
      expect(audit.stdout).toContain(finding);
    }
  });

  it('put aside what they cannot read, with the reason, and go on', async () => {
    const topic = codec.topics.input['officer-attended'];
    await producer.send({ topic, messages: [{ key: 'INC-X', value: 'not a fact' }] });
    const admin = new Kafka({
      brokers: servers.kafkaBrokers,
      clientId: 'test',
      logLevel: logLevel.NOTHING,
    }).admin();
    await admin.connect();
    await until(
      async () => {
        const offsets = await admin.fetchTopicOffsets(codec.topics.deadLetters);
        return offsets.some(({ high }) => Number(high) > 0);
      },
      { what: 'the dead letter', deadlineMs: 30_000, pollMs: 250 },
    );
    await admin.disconnect();
  });

  it('stop cleanly when asked to', async () => {
    for (const service of services) expect(await service.stop()).toBe(0);
  });
});
