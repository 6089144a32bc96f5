import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Codec } from '@vigil/contracts/codec';
import { type Instant, plus } from '@vigil/domain/time/instant';
import { Kafka, logLevel } from 'kafkajs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { created } from '../embedded/facts.ts';
import {
  type CollectedSpan,
  type LocalCollector,
  startLocalCollector,
} from '../servers/collector.ts';
import { freePorts } from '../servers/ports.ts';
import { type LocalPrometheus, startLocalPrometheus } from '../servers/prometheus.ts';
import { describeWithLocal, realServers, testDeployment } from '../servers/servers.ts';
import { until } from '../servers/until.ts';
import { openTestCodec } from './ledger-reader.ts';
import { type Service, started, startService, vigil } from './vigil-process.ts';

const names = ['incident-consumer', 'attendance-consumer', 'breach-detector', 'delivery'] as const;
const traceId = 'c0ffee'.padEnd(32, '1');
const traceparent = `00-${traceId}-${'ca'.repeat(8)}-01`;

describeWithLocal('prometheus', 'the services, observed from outside', () => {
  const deployment = testDeployment('observed');
  const services: Service[] = [];
  const posted: (string | string[] | undefined)[] = [];
  const receiver = createServer((request, response) => {
    posted.push(request.headers['traceparent']);
    request.resume().on('end', () => response.writeHead(202).end());
  });
  let folder: string;
  let collector: LocalCollector;
  let prometheus: LocalPrometheus;
  let codec: Codec;
  let kafka: Kafka;
  let ports: number[];

  beforeAll(async () => {
    const servers = realServers();
    folder = await mkdtemp(join(tmpdir(), 'vigil-observed-'));
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
    const address = receiver.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    await writeFile(
      join(folder, 'policy.yaml'),
      'targets: [{ name: soon, milestone: attended, grades: [priority], child: involved, within: PT4S }]\n',
    );
    await writeFile(
      join(folder, 'deliveries.yaml'),
      `receivers: [{ name: desk, kind: webhook, url: 'http://127.0.0.1:${port}/', secrets: [{ env: DESK }] }]\nroutes: [{ receiver: desk }]\n`,
    );
    await writeFile(join(folder, 'headers'), 'authorization=Bearer%20token\n');
    collector = await startLocalCollector();
    const environment = {
      KAFKA_BROKERS: servers.kafkaBrokers.join(','),
      REDIS_URL: servers.redisUrl,
      SCHEMA_REGISTRY_URL: servers.registryUrl,
      VIGIL_DEPLOYMENT: deployment,
      VIGIL_TOPIC_PREFIX: `${deployment}-`,
      VIGIL_PARTITIONS: '1',
      VIGIL_REPLICATION_FACTOR: '1',
      VIGIL_POLICY: join(folder, 'policy.yaml'),
      DELIVERIES_FILE: join(folder, 'deliveries.yaml'),
      DESK: `whsec_${Buffer.from('a secret that is long enough').toString('base64')}`,
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_EXPORTER_OTLP_HEADERS_FILE: join(folder, 'headers'),
      OTEL_TRACES_SAMPLER: 'parentbased_always_off',
    };
    expect(await vigil(['topics', 'apply'], environment)).toMatchObject({ status: 0 });
    codec = await openTestCodec(servers, `${deployment}-`);
    kafka = new Kafka({
      brokers: servers.kafkaBrokers,
      clientId: 'cad',
      logLevel: logLevel.NOTHING,
    });
    ports = await freePorts(names.length);
    for (const [i, name] of names.entries()) {
      services.push(startService(name, { ...environment, VIGIL_HTTP_PORT: String(ports[i]) }));
    }
    await Promise.all(services.map(started));
    prometheus = await startLocalPrometheus(ports.map((port) => `127.0.0.1:${port}`));
  });
  afterAll(async () => {
    await Promise.all(services.map((service) => service.stop()));
    await prometheus?.stop();
    await collector?.stop();
    await new Promise((resolve) => receiver.close(resolve));
    await rm(folder, { recursive: true, force: true });
  });

  const spanOf = (name: string): CollectedSpan | undefined =>
    collector.spans.find((span) => span.name === name);

  it('carry one trace from the record of a fact to its alert and to who is told', {
    timeout: 120_000,
  }, async () => {
    const carried: (string | undefined)[] = [];
    const consumer = kafka.consumer({ groupId: `${deployment}-reader`, readUncommitted: false });
    await consumer.connect();
    await consumer.subscribe({ topics: [codec.topics.alerts], fromBeginning: true });
    await consumer.run({
      eachMessage: async ({ message }) => {
        carried.push(message.headers?.['traceparent']?.toString());
        expect(message.headers?.['vigil-chain']).toBeDefined();
      },
    });
    const producer = kafka.producer();
    await producer.connect();
    const record = codec.encodeFact(created('INC-1', Date.now() as Instant));
    const untraced = codec.encodeFact(created('INC-2', plus(Date.now() as Instant, -1)));
    await producer.send({
      topic: codec.topics.input['incident-created'],
      messages: [{ ...record, headers: { ...record.headers, traceparent } }, untraced],
    });
    await producer.disconnect();
    await until(() => carried.length === 2 && posted.length === 2, {
      ...{ what: 'both alerts, told', deadlineMs: 60_000, pollMs: 100 },
    });
    await consumer.disconnect();
    await until(() => spanOf('deliver desk') !== undefined && spanOf('decide') !== undefined, {
      ...{ what: 'the spans', deadlineMs: 30_000, pollMs: 100 },
    });

    const process = spanOf(`process ${codec.topics.input['incident-created']}`);
    const decide = spanOf('decide');
    const publish = spanOf(`publish ${codec.topics.alerts}`);
    const deliver = spanOf('deliver desk');
    expect([process?.service, decide?.service, deliver?.service]).toEqual([
      'incident-consumer',
      'breach-detector',
      'delivery',
    ]);
    expect(process?.parentSpanId).toBe('ca'.repeat(8));
    expect(decide?.parentSpanId).toBe(process?.spanId);
    expect(publish?.parentSpanId).toBe(decide?.spanId);
    expect(deliver?.parentSpanId).toBe(publish?.spanId);
    for (const span of collector.spans) expect(span.traceId).toBe(traceId);
    expect(carried.filter(Boolean)).toEqual([`00-${traceId}-${publish?.spanId}-01`]);
    expect(posted.filter(Boolean)).toEqual([`00-${traceId}-${deliver?.spanId}-01`]);
    expect(decide?.attributes['vigil.incident.id']).toBe('INC-1');
    expect(collector.headers()['authorization']).toBe('Bearer token');
  });

  it('are scraped by Prometheus, where every rule can be evaluated and none fires while all is well', {
    timeout: 120_000,
  }, async () => {
    await until(async () => (await prometheus.query('sum(up)'))[0]?.value === names.length, {
      ...{ what: 'every service to be scraped', deadlineMs: 30_000, pollMs: 500 },
    });
    const alerts = 'sum(vigil_ledger_records_total{kind="alert"})';
    await until(async () => (await prometheus.query(alerts))[0]?.value === 2, {
      ...{ what: 'the alerts to be counted', deadlineMs: 30_000, pollMs: 500 },
    });
    await until(async () => (await prometheus.rules()).every(({ health }) => health === 'ok'), {
      ...{ what: 'every rule to be evaluated', deadlineMs: 30_000, pollMs: 500 },
    });
    expect((await prometheus.rules()).length).toBeGreaterThan(12);
    expect(await prometheus.query('ALERTS{alertstate="firing"}')).toEqual([]);
    const producer = kafka.producer();
    await producer.connect();
    const topic = codec.topics.input['officer-attended'];
    await producer.send({ topic, messages: [{ key: 'INC-1', value: 'not a fact' }] });
    await producer.send({ topic, messages: [{ key: 'INC-1', value: 'not a fact' }] });
    await producer.disconnect();
    await until(
      async () => (await prometheus.query('vigil_dead_letters_total{reason!=""}')).length > 0,
      { what: 'the dead letters to be counted', deadlineMs: 30_000, pollMs: 500 },
    );
  });

  it('serve no metric of Vigil that infra/metrics.md does not list, and no label with an id', async () => {
    const table = await readFile(new URL('../../infra/metrics.md', import.meta.url), 'utf8');
    for (const port of ports) {
      const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
      const served = [...text.matchAll(/^# TYPE (vigil_\w+) (\w+)$/gm)];
      expect(served.length).toBeGreaterThan(10);
      for (const [, name, type] of served) expect(table).toContain(`| \`${name}\` | ${type} |`);
      expect(text).not.toMatch(/INC-[12]/);
    }
  });

  it('end in order though the collector is away', { timeout: 60_000 }, async () => {
    await collector.stop();
    for (const service of services) expect(await service.stop()).toBe(0);
  });
});
