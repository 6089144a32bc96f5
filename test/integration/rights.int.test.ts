import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Codec } from '@vigil/contracts/codec';
import { type Principal, principals, type Right, rightsOf } from '@vigil/contracts/rights';
import { openLog } from '@vigil/deployment/connect';
import { checkRights, lacking, watchRights } from '@vigil/deployment/rights';
import { type Instant, plus } from '@vigil/domain/time/instant';
import type { KafkaLog } from '@vigil/event-log/kafka/log';
import { loadConfiguration } from '@vigil/service-kit/configuration';
import { createLogger } from '@vigil/service-kit/logging';
import { type Admin, Kafka, logLevel } from 'kafkajs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { created } from '../embedded/facts.ts';
import { type LocalKafka, startLocalKafka } from '../servers/kafka.ts';
import { freePorts } from '../servers/ports.ts';
import { type LocalRedis, startLocalRedis } from '../servers/redis.ts';
import { type LocalRegistry, startLocalRegistry } from '../servers/registry.ts';
import { describeWithLocal } from '../servers/servers.ts';
import { until } from '../servers/until.ts';
import { entriesOf, singly } from './acl-entries.ts';
import { type LedgerReader, openTestCodec, readLedger } from './ledger-reader.ts';
import { type Service, started, startService, vigil } from './vigil-process.ts';

const everybody = [...principals, 'doctor'] as const;
const passwordOf = (user: string): string => `${user}-in-a-test-only`;
const secret = `whsec_${Buffer.from('a secret that is long enough').toString('base64')}`;

describeWithLocal('kafka', 'users who may do what is listed for them, and nothing else', () => {
  let kafka: LocalKafka;
  let redis: LocalRedis;
  let registry: LocalRegistry;
  let admin: Admin;
  let codec: Codec;
  let ledger: LedgerReader;
  let folder: string;
  let refusing: Server;
  let roomPort = 0;
  const running: Service[] = [];
  const logs = new Map<Principal, KafkaLog>();

  const environmentOf = (user: string): Record<string, string> => ({
    KAFKA_BROKERS: kafka.loginAddress,
    KAFKA_SASL_MECHANISM: 'scram-sha-512',
    KAFKA_SASL_USERNAME: user,
    KAFKA_SASL_PASSWORD: passwordOf(user),
    REDIS_URL: redis.url,
    SCHEMA_REGISTRY_URL: registry.url,
    VIGIL_DEPLOYMENT: 'least',
    VIGIL_PARTITIONS: '2',
    VIGIL_REPLICATION_FACTOR: '1',
    VIGIL_ROOM_PORT: String(roomPort),
    DELIVERIES_FILE: join(folder, 'deliveries.yaml'),
    DESK_SECRET: secret,
  });
  const rightsFor = (user: Principal): Right[] => rightsOf(user, 'least', '');

  const give = (user: string, rights: readonly Right[]) =>
    admin.createAcls({ acl: rights.flatMap((right) => entriesOf(user, right)) });
  async function take(user: string, right: Right): Promise<void> {
    for (const entry of entriesOf(user, right)) await admin.deleteAcls({ filters: [entry] });
  }
  /** As a service asks when it starts; a broker knows of a change a moment after it was made. */
  const lackedBy = async (user: Principal): Promise<string> => {
    const log = logs.get(user);
    if (log === undefined) throw new Error(`${user} has no log`);
    return lacking(await log.missingRights(rightsFor(user)));
  };
  const untilLacks = (user: Principal, what: string) =>
    until(async () => (await lackedBy(user)) === what, {
      what: `${user} to lack ${what || 'nothing'}`,
      deadlineMs: 10_000,
      pollMs: 20,
    });

  beforeAll(async () => {
    refusing = createServer((_, response) => response.writeHead(400).end());
    await new Promise<void>((resolve) => refusing.listen(0, '127.0.0.1', resolve));
    const address = refusing.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    [roomPort = 0] = await freePorts(1);
    folder = await mkdtemp(join(tmpdir(), 'vigil-rights-'));
    await writeFile(
      join(folder, 'deliveries.yaml'),
      `receivers:
  - { name: operations, kind: alertmanager, url: 'http://127.0.0.1:${port}' }
  - { name: desk, kind: webhook, url: 'http://127.0.0.1:${port}', secrets: [{ env: DESK_SECRET }] }
routes: [{ receiver: operations }, { receiver: desk }]
`,
    );
    const users = Object.fromEntries(everybody.map((user) => [user, passwordOf(user)]));
    const allowedIsLogged = { 'org.slf4j.simpleLogger.log.kafka.authorizer.logger': 'debug' };
    [kafka, redis, registry] = await Promise.all([
      startLocalKafka({ users, systemProperties: allowedIsLogged }),
      startLocalRedis({ appendOnly: true }),
      startLocalRegistry(),
    ]);
    const asAnybody = {
      ...environmentOf(''),
      KAFKA_BROKERS: kafka.address,
      KAFKA_SASL_MECHANISM: '',
      KAFKA_SASL_USERNAME: '',
      KAFKA_SASL_PASSWORD: '',
    };
    expect(await vigil(['topics', 'apply'], asAnybody)).toMatchObject({ status: 0 });
    admin = new Kafka({ brokers: kafka.brokers, logLevel: logLevel.NOTHING }).admin();
    await admin.connect();
    const servers = {
      kafkaBrokers: kafka.brokers,
      redisUrl: redis.url,
      registryUrl: registry.url,
      how: 'local',
    } as const;
    codec = await openTestCodec(servers, '');
    ledger = await readLedger(servers, codec, 'control-room');
    for (const user of everybody) {
      const configuration = loadConfiguration(environmentOf(user));
      if (configuration.servers === undefined) throw new Error('there are no servers');
      const logger = createLogger({ service: user, level: 'fatal' });
      logs.set(user, openLog(configuration, configuration.servers, logger));
    }
  }, 180_000);
  afterAll(async () => {
    await Promise.all(running.map((service) => service.stop()));
    await Promise.all([...logs.values()].map((log) => log.close()));
    await ledger.stop();
    await admin.disconnect();
    await Promise.all([kafka.stop(), redis.stop(), registry.stop()]);
    await new Promise((resolve) => refusing.close(resolve));
    await rm(folder, { recursive: true, force: true });
  });

  it('do not start without, and say what they lack', { timeout: 60_000 }, async () => {
    const { status, stderr } = await vigil(
      ['run', 'breach-detector'],
      environmentOf('breach-detector'),
    );
    expect(status).toBe(1);
    for (const right of rightsFor('breach-detector')) expect(stderr).toContain(lacking([right]));
    const doctor = ['doctor', '--json', '--for', 'delivery'];
    const found = await vigil(doctor, environmentOf('delivery'));
    expect(found.status).toBe(1);
    expect(found.stdout).toContain('"code":"VIGIL_RIGHTS"');
    // What may not be looked at is not said to be missing.
    expect(found.stdout).not.toContain('VIGIL_TOPIC_MISSING');
  });

  it.each(everybody)(
    'fail at the start without any single one, and name it: %s',
    { timeout: 60_000 },
    async (user) => {
      await give(user, rightsFor(user));
      await untilLacks(user, '');
      const log = logs.get(user);
      if (log === undefined) throw new Error(`${user} has no log`);
      for (const right of singly(rightsFor(user))) {
        // Without Describe a topic is not shown, so that nothing on it counts as allowed.
        const all = rightsFor(user).filter(({ name }) => name === right.name);
        const lacks = lacking(right.operations.includes('Describe') ? all : [right]);
        await take(user, right);
        await untilLacks(user, lacks);
        await expect(checkRights(log, rightsFor(user))).rejects.toThrow(lacks);
        await give(user, [right]);
        await untilLacks(user, '');
      }
    },
  );

  it('say that one was taken away while they run, until it is back', async () => {
    const user = 'incident-consumer';
    const log = logs.get(user);
    if (log === undefined) throw new Error(`${user} has no log`);
    const right = rightsFor(user).find(({ name }) => name === codec.topics.deadLetters);
    if (right === undefined) throw new Error('it writes no dead letters');
    const watch = watchRights();
    const end = watch.begin(log, rightsFor(user), 50);
    const times = { deadlineMs: 10_000, pollMs: 20 };
    try {
      await take(user, right);
      const said = () => watch.check()?.includes('Write on topic vigil-dead-letters') === true;
      await until(said, { what: 'it to say so', ...times });
      await give(user, [right]);
      await until(() => watch.check() === undefined, { what: 'it to be content', ...times });
    } finally {
      end();
    }
  });

  it('do all their work with them, and use every one', { timeout: 150_000 }, async () => {
    for (const user of everybody) await give(user, rightsFor(user));
    const producer = new Kafka({ brokers: kafka.brokers, logLevel: logLevel.NOTHING }).producer();
    await producer.connect();
    // What cannot be read is put aside: by each service that reads it, as it may.
    const { alerts, input } = codec.topics;
    for (const topic of [input['incident-updated'], input['officer-attended'], alerts]) {
      await producer.send({ topic, messages: [{ key: 'INC-1', value: 'not to be read' }] });
    }
    running.push(...principals.map((service) => startService(service, environmentOf(service))));
    await Promise.all(running.map(started));
    const fact = codec.encodeFact(created('INC-1', plus(Date.now() as Instant, -2 * 3_600_000)));
    await producer.send({ topic: input['incident-created'], messages: [fact] });
    await producer.disconnect();
    const breach = () =>
      ledger.records.find((record) => record.kind === 'alert' && record.phase === 'breach');
    await until(() => breach() !== undefined, {
      what: 'the breach',
      deadlineMs: 60_000,
      pollMs: 100,
    });
    const path = `/api/alerts/${encodeURIComponent(breach()?.alertId ?? '')}/acknowledgement`;
    await until(
      async () => {
        const answer = await fetch(`http://127.0.0.1:${roomPort}${path}`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ incidentId: 'INC-1' }),
        });
        return answer.ok;
      },
      { what: 'the control room to take an acknowledgement', deadlineMs: 30_000, pollMs: 250 },
    );
    const looked = await vigil(['doctor'], environmentOf('doctor'));
    expect(looked).toMatchObject({ status: 0, stderr: '' });
    expect(looked.stdout).not.toContain('VIGIL_RIGHTS_TO_LOOK');
    const checked = await vigil(['doctor', '--for', 'delivery'], environmentOf('delivery'));
    expect(checked).toMatchObject({ status: 0, stderr: '' });
    expect(checked.stdout).toContain('this user may do all that delivery needs');

    // Of each right the broker's own log says that it was asked for and given.
    const unused = (): string[] => {
      const used = kafka.log();
      return everybody.flatMap((user) =>
        singly(rightsFor(user))
          .filter((right) => !isUsed(used, user, right))
          .map((right) => `${user}: ${lacking([right])}`),
      );
    };
    await until(() => unused().length === 0, {
      what: 'every right to be used',
      deadlineMs: 40_000,
      pollMs: 500,
    }).catch((error: unknown) => {
      expect(unused()).toEqual([]);
      throw error;
    });
    for (const service of running) expect(service.stderr()).not.toMatch(/not authorized/i);
  });
});

const spelled = {
  ...{ topic: 'Topic', group: 'Group', 'transactional-id': 'TransactionalId' },
  ...{ Read: 'READ', Write: 'WRITE', Describe: 'DESCRIBE', DescribeConfigs: 'DESCRIBE_CONFIGS' },
} as const;

/** Whether the broker's log says that the user was allowed this, on that resource or one named after it. */
function isUsed(
  log: string,
  user: string,
  { resource, name, pattern, operations }: Right,
): boolean {
  const [operation] = operations;
  if (operation === undefined) return false;
  const end = pattern === 'literal' ? ' ' : '';
  const allowed = `Principal = User:${user} is Allowed operation = ${spelled[operation]} `;
  const on = ` on resource = ${spelled[resource]}:LITERAL:${name}${end}`;
  return log.split('\n').some((line) => line.includes(allowed) && line.includes(on));
}
