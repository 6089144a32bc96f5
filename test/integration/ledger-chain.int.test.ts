import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Codec } from '@vigil/contracts/codec';
import { topicOf } from '@vigil/domain/facts/fact';
import type { AlertId } from '@vigil/domain/ledger/alert';
import { type ChainHead, chainHeader, formatLink, linkOf } from '@vigil/domain/ledger/chain';
import { type Instant, plus } from '@vigil/domain/time/instant';
import { generateFacts } from '@vigil/generator/generate';
import { Redis } from 'ioredis';
import { Kafka, logLevel, type Message, type Producer } from 'kafkajs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWithServers, testDeployment } from '../servers/servers.ts';
import { until } from '../servers/until.ts';
import { type LedgerReader, openTestCodec, readLedger } from './ledger-reader.ts';
import { type Service, started, startService, vigil } from './vigil-process.ts';

const day = 24 * 3_600_000;
const policy = fileURLToPath(new URL('../conformance/policy.json', import.meta.url));

describeWithServers('the ledger of a deployment whose detectors are killed', (servers) => {
  const deployment = testDeployment('chain');
  const environment = {
    KAFKA_BROKERS: servers.kafkaBrokers.join(','),
    REDIS_URL: servers.redisUrl,
    SCHEMA_REGISTRY_URL: servers.registryUrl,
    VIGIL_DEPLOYMENT: deployment,
    VIGIL_TOPIC_PREFIX: `${deployment}-`,
    VIGIL_PARTITIONS: '2',
    VIGIL_REPLICATION_FACTOR: '1',
    VIGIL_POLICY: policy,
  };
  const now = Date.now() as Instant;
  const services: Service[] = [];
  const topic = `${deployment}-attendance-alerts`;
  let folder: string;
  let codec: Codec;
  let ledger: LedgerReader;
  let producer: Producer;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'vigil-chain-'));
    expect(await vigil(['topics', 'apply'], environment)).toMatchObject({ status: 0 });
    codec = await openTestCodec(servers, `${deployment}-`);
    ledger = await readLedger(servers, codec, `${deployment}-control-room`);
    const { kafkaBrokers: brokers } = servers;
    producer = new Kafka({ brokers, clientId: 'cad', logLevel: logLevel.NOTHING }).producer();
    await producer.connect();
    await start('incident-consumer', 'attendance-consumer', 'breach-detector');
  });
  afterAll(async () => {
    await Promise.all(services.map((service) => service.stop()));
    await producer.disconnect();
    await ledger.stop();
    await rm(folder, { recursive: true, force: true });
  });

  async function start(...names: string[]): Promise<void> {
    const begun = names.map((name) => startService(name, environment));
    services.push(...begun);
    await Promise.all(begun.map(started));
  }

  /** Ends the detector, which was started last, wherever it is. */
  async function killDetector(): Promise<void> {
    const detector = services.pop() ?? expect.fail();
    const ended = once(detector.process, 'close');
    detector.process.kill('SIGKILL');
    await ended;
  }

  /** Another history of 400 incidents, all of it past: each fact changes at once what is said. */
  async function produce(seed: number): Promise<void> {
    const history = generateFacts({ incidents: 400, seed, from: plus(now, -seed * day), days: 2 });
    const facts = [...history].map(({ fact }) => fact);
    for (let i = 0; i < facts.length; i += 50) {
      const byTopic = Map.groupBy(
        facts.slice(i, i + 50),
        (fact) => codec.topics.input[topicOf[fact.type]],
      );
      await producer.sendBatch({
        topicMessages: [...byTopic].map(([name, some]) => ({
          topic: name,
          messages: some.map((fact) => codec.encodeFact(fact)),
        })),
      });
    }
  }

  function untilSaid(records: number): Promise<unknown> {
    return until(() => ledger.records.length >= records, {
      what: `${records} records of the ledger`,
      deadlineMs: 60_000,
    });
  }

  /** Exports the ledger. @returns its lines. */
  async function exported(): Promise<string[]> {
    const out = join(folder, 'ledger.ndjson');
    expect(await vigil(['ledger', 'export', '--out', out], environment)).toMatchObject({
      status: 0,
    });
    return (await readFile(out, 'utf8')).trimEnd().split('\n');
  }

  /** Where the chain of a partition ends in an export. */
  function headOf(lines: readonly string[], partition: number): ChainHead {
    const own = lines.map((line) => JSON.parse(line)).filter((one) => one.partition === partition);
    return own.at(-1) ?? expect.fail();
  }

  /** An alert that Vigil did not raise, linked as if it had. */
  function linked(head: ChainHead, partition: number, alertId: string): Message {
    const model = ledger.records.find(({ kind }) => kind === 'alert') ?? expect.fail();
    const { content, ...message } = codec.encodeLedger({ ...model, alertId: alertId as AlertId });
    const link = linkOf(head, { partition, key: message.key, record: content });
    const headers = { ...message.headers, [chainHeader]: formatLink(link) };
    return { ...message, headers, partition };
  }

  async function verified(lines: readonly string[]) {
    const file = join(folder, 'tampered.ndjson');
    await writeFile(file, lines.map((line) => `${line}\n`).join(''));
    const { status, stdout } = await vigil(['ledger', 'verify', file]);
    return { status, findings: stdout.match(/^(altered|removed|inserted|moved): .*$/gm) ?? [] };
  }

  it('is one unbroken chain a partition, whoever took it over and whatever Redis forgot', {
    timeout: 180_000,
  }, async () => {
    for (const [round, forgets] of [false, false, true].entries()) {
      const before = ledger.records.length;
      // Killed in the midst of publishing.
      const produced = produce(7 + round);
      await untilSaid(before + 1);
      await killDetector();
      await produced;
      if (forgets) {
        const redis = new Redis(servers.redisUrl);
        const keys = await redis.keys(`vigil:{${deployment}-*`);
        expect(keys.length).toBeGreaterThan(0);
        await redis.del(...keys);
        await redis.quit();
      }
      await start('breach-detector');
      await untilSaid(before + 100);
    }
    const { status, stdout } = await vigil(['ledger', 'verify'], environment);
    expect(stdout).toMatch(/^\d+ records in 2 chains: whole$/m);
    expect(status).toBe(0);
    const links = (await exported()).map((line) => JSON.parse(line));
    expect(links.length).toBeGreaterThanOrEqual(300);
    for (const partition of [0, 1]) {
      const sequences = links.filter((one) => one.partition === partition);
      expect(sequences.map(({ sequence }) => sequence)).toEqual(sequences.map((_, i) => i + 1));
    }
  });

  it('passes over what a publisher that died left uncommitted', async () => {
    await killDetector();
    const head = headOf(await exported(), 0);
    const forged = linked(head, 0, 'uncommitted');
    const dead = new Kafka({
      brokers: servers.kafkaBrokers,
      clientId: 'dead',
      logLevel: logLevel.NOTHING,
    }).producer({ transactionalId: `${deployment}-${topic}-0`, maxInFlightRequests: 1 });
    await dead.connect();
    const transaction = await dead.transaction();
    await transaction.send({ topic, messages: [forged] });
    const before = ledger.records.length;
    await produce(15);
    await start('breach-detector');
    await untilSaid(before + 100);
    await expect(transaction.commit()).rejects.toThrow();
    await dead.disconnect();
    expect(await vigil(['ledger', 'verify'], environment)).toMatchObject({ status: 0 });
  });

  it('shows in an export which record was deleted, which altered and which invented', async () => {
    // Partitions come as they are read; in each the order is the topic's.
    const partitionOf = (line: string): number => JSON.parse(line).partition;
    const lines = (await exported()).toSorted((a, b) => partitionOf(a) - partitionOf(b));
    expect(await verified(lines)).toEqual({ status: 0, findings: [] });
    const said = lines.map((line) => JSON.parse(line));
    const second = said.findIndex(({ partition }) => partition === 1);
    const altered = (lines[20] ?? '').replace(/"alertId":"./, '"alertId":"-');
    expect(altered).not.toBe(lines[20]);
    const tampered = lines
      .toSpliced(second + 30, 0, lines[3]?.replace('"partition":0', '"partition":1') ?? '')
      .with(20, altered)
      .toSpliced(10, 1);
    const { status, findings } = await verified(tampered);
    expect(status).toBe(1);
    expect(findings).toEqual([
      expect.stringMatching(
        `^removed: partition 0, 1 record after offset ${said[9].offset} .*${said[9].record.alertId} and before offset ${said[11].offset} .*${said[11].record.alertId}: `,
      ),
      expect.stringMatching(`^altered: partition 0, 1 record at offset ${said[20].offset} `),
      expect.stringMatching(
        `^inserted: partition 1, 1 record at offset ${said[3].offset} \\(line ${second + 30}\\)`,
      ),
    ]);
  });

  it('shows on the topic a record that somebody else wrote, with a link as it should be', {
    timeout: 90_000,
  }, async () => {
    const head = headOf(await exported(), 1);
    await producer.send({ topic, messages: [linked(head, 1, 'forged')] });
    const unnoticed = await vigil(['ledger', 'verify'], environment);
    expect(unnoticed.status).toBe(0);

    const before = ledger.records.length;
    await produce(20);
    await untilSaid(before + 100);
    const { status, stdout } = await vigil(['ledger', 'verify'], environment);
    expect(status).toBe(1);
    expect(stdout.match(/^(altered|removed|inserted|moved): .*$/gm)).toEqual([
      expect.stringMatching(/^inserted: partition 1, 1 record at offset \d+, alert forged: /),
    ]);
  });
});
