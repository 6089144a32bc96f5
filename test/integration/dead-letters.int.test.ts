import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Codec } from '@vigil/contracts/codec';
import type { Fact, FactId, ForceId, IncidentId, SourceId } from '@vigil/domain/facts/fact';
import { type Instant, plus } from '@vigil/domain/time/instant';
import { Kafka, logLevel, type Producer } from 'kafkajs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWithServers, testDeployment } from '../servers/servers.ts';
import { until } from '../servers/until.ts';
import { type LedgerReader, openTestCodec, readLedger } from './ledger-reader.ts';
import { type Service, started, startService, vigil } from './vigil-process.ts';

const policyText = `
maxAhead: PT1S
targets:
  - { name: attendance, milestone: attended, grades: [priority], within: PT1S }
`;

describeWithServers('dead letters', (servers) => {
  const deployment = testDeployment('letters');
  let folder: string;
  let environment: Record<string, string>;
  let codec: Codec;
  let ledger: LedgerReader;
  let producer: Producer;
  const services: Service[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'vigil-letters-'));
    const policy = join(folder, 'policy.yaml');
    await writeFile(policy, policyText);
    environment = {
      KAFKA_BROKERS: servers.kafkaBrokers.join(','),
      REDIS_URL: servers.redisUrl,
      SCHEMA_REGISTRY_URL: servers.registryUrl,
      VIGIL_DEPLOYMENT: deployment,
      VIGIL_TOPIC_PREFIX: `${deployment}-`,
      VIGIL_PARTITIONS: '2',
      VIGIL_REPLICATION_FACTOR: '1',
      VIGIL_POLICY: policy,
    };
    expect(await vigil(['topics', 'apply'], environment)).toMatchObject({ status: 0 });
    codec = await openTestCodec(servers, `${deployment}-`);
    ledger = await readLedger(servers, codec, `${deployment}-control-room`);
    const kafka = new Kafka({
      brokers: servers.kafkaBrokers,
      clientId: 'cad',
      logLevel: logLevel.NOTHING,
    });
    producer = kafka.producer();
    await producer.connect();
    for (const name of ['incident-consumer', 'attendance-consumer', 'breach-detector']) {
      services.push(startService(name, environment));
    }
    await Promise.all(services.map(started));
  });
  afterAll(async () => {
    await Promise.all(services.map((service) => service.stop()));
    await producer?.disconnect();
    await ledger?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  interface Listed {
    readonly id: string;
    readonly reason: string;
    readonly incidentId?: string;
    readonly retriedAt?: string;
  }

  async function listed(...options: readonly string[]): Promise<readonly Listed[]> {
    const { status, stdout } = await vigil(
      ['dead-letters', 'list', '--json', ...options],
      environment,
    );
    expect(status).toBe(0);
    return stdout
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line));
  }

  async function listedOnce(reason: string): Promise<Listed> {
    const [first] = await until(
      async () => {
        const found = await listed('--reason', reason);
        return found.length === 1 && found;
      },
      { what: `a dead letter for ${reason}`, deadlineMs: 30_000, pollMs: 250 },
    );
    if (first === undefined) throw new Error('it was there a moment ago');
    return first;
  }

  it('are listed with the reason, and shown without what they say', async () => {
    const topic = codec.topics.input['officer-attended'];
    await producer.send({
      topic,
      messages: [{ key: 'INC-X', value: 'Jane Doe', headers: { ce_type: 'Jane Doe' } }],
    });
    const letter = await listedOnce('not-a-cloud-event');
    const shown = await vigil(['dead-letters', 'show', letter.id], environment);
    expect(shown).toMatchObject({ status: 0 });
    expect(JSON.parse(shown.stdout)).toMatchObject({
      topic,
      valueBytes: 8,
      headerBytes: { ce_type: 8 },
    });
    expect(shown.stdout).not.toContain('Jane');
    const file = join(folder, 'value');
    await vigil(['dead-letters', 'show', letter.id, '--value', file], environment);
    expect(await readFile(file, 'utf8')).toBe('Jane Doe');
    expect(await vigil(['dead-letters', 'show', 'nowhere-0-0'], environment)).toMatchObject({
      status: 1,
    });
  });

  it('take effect when they are sent again and nothing is against them any more', {
    timeout: 90_000,
  }, async () => {
    const at = plus(Date.now() as Instant, 5_000);
    const ahead: Fact = {
      type: 'incident-created',
      id: 'ahead' as FactId,
      source: 'urn:police:example:cad' as SourceId,
      incidentId: 'INC-AHEAD' as IncidentId,
      forceId: 'example' as ForceId,
      grade: 'priority',
      at,
    };
    const topic = codec.topics.input['incident-created'];
    await producer.send({ topic, messages: [codec.encodeFact(ahead)] });
    const { id, incidentId } = await listedOnce('ahead-of-its-record');
    expect(incidentId).toBe('INC-AHEAD');

    const dry = await vigil(['dead-letters', 'retry', id, '--dry-run'], environment);
    expect(dry.stdout).toContain(id);
    await until(() => Date.now() > at, { what: 'the fact to be past', deadlineMs: 10_000 });
    expect(await vigil(['dead-letters', 'retry', id], environment)).toMatchObject({ status: 0 });
    await until(
      () => ledger.records.some((record) => record.kind === 'alert' && record.at === at + 1_000),
      {
        what: 'the breach of the incident that was sent again',
        deadlineMs: 30_000,
      },
    );
    const told = await vigil(['explain', 'INC-AHEAD', '--live'], environment);
    expect(told).toMatchObject({ status: 0, stdout: expect.stringContaining('attendance') });
    expect(await vigil(['explain', 'INC-NOBODY', '--live'], environment)).toMatchObject({
      status: 1,
    });
    const [letter] = await listed('--incident', 'INC-AHEAD');
    expect(letter?.retriedAt).toBeDefined();
    const twice = await vigil(['dead-letters', 'retry', '--incident', 'INC-AHEAD'], environment);
    expect(twice.stderr).toContain('0 sent again, 1 were before');
  });

  it('are put aside once more when they are as bad as before', async () => {
    const { id } = await listedOnce('not-a-cloud-event');
    expect(await vigil(['dead-letters', 'retry', id], environment)).toMatchObject({ status: 0 });
    await until(async () => (await listed('--reason', 'not-a-cloud-event')).length === 2, {
      what: 'the second dead letter',
      deadlineMs: 30_000,
      pollMs: 250,
    });
    expect(await vigil(['dead-letters', 'retry'], environment)).toMatchObject({ status: 2 });
    expect(await vigil(['dead-letters', 'retry', 'nowhere-0-0'], environment)).toMatchObject({
      status: 1,
    });
  });
});
