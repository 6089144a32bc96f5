import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Codec } from '@vigil/contracts/codec';
import { openLog } from '@vigil/deployment/connect';
import { type Instant, plus } from '@vigil/domain/time/instant';
import { loadConfiguration } from '@vigil/service-kit/configuration';
import { createLogger } from '@vigil/service-kit/logging';
import { openRedisWorkingSet } from '@vigil/working-set/redis/working-set';
import { Redis } from 'ioredis';
import { Kafka, logLevel } from 'kafkajs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { created } from '../embedded/facts.ts';
import { type Certificates, makeCertificates, redisTls } from '../servers/certificates.ts';
import { type Guarded, guard } from '../servers/guarded.ts';
import { type LocalKafka, startLocalKafka } from '../servers/kafka.ts';
import { freePorts } from '../servers/ports.ts';
import { type LocalRedis, startLocalRedis } from '../servers/redis.ts';
import { type LocalRegistry, startLocalRegistry } from '../servers/registry.ts';
import { describeWithLocal } from '../servers/servers.ts';
import { until } from '../servers/until.ts';
import { type LedgerReader, openTestCodec, readLedger } from './ledger-reader.ts';
import { deciding, type Service, started, startService, vigil } from './vigil-process.ts';

const user = { username: 'vigil', password: 'in-a-test-only' } as const;

describeWithLocal('kafka', 'services that reach every server by TLS, with a log-in', () => {
  let certificates: Certificates;
  let kafka: LocalKafka;
  let redis: LocalRedis;
  let registry: LocalRegistry;
  let gate: Guarded;
  let passwords: string;
  let environment: Record<string, string>;
  let codec: Codec;
  let ledger: LedgerReader;
  const running: Service[] = [];

  beforeAll(async () => {
    certificates = await makeCertificates();
    const { authority, client, serverStore } = certificates;
    const [redisPort = 0] = await freePorts(1);
    [kafka, redis, registry] = await Promise.all([
      startLocalKafka({
        users: { [user.username]: user.password },
        settings: {
          'super.users': `User:ANONYMOUS;User:${user.username}`,
          'listener.security.protocol.map': 'CLIENTS:PLAINTEXT,LOGIN:SASL_SSL,CONTROLLER:PLAINTEXT',
          'listener.name.login.ssl.keystore.type': 'PEM',
          'listener.name.login.ssl.keystore.location': serverStore,
          'listener.name.login.ssl.truststore.type': 'PEM',
          'listener.name.login.ssl.truststore.location': authority,
          'listener.name.login.ssl.client.auth': 'required',
        },
      }),
      startLocalRedis({ appendOnly: true, settings: redisTls(certificates, redisPort) }),
      startLocalRegistry(),
    ]);
    gate = await guard(registry.url, certificates, user);
    passwords = await mkdtemp(join(tmpdir(), 'vigil-passwords-'));
    const admin = new Redis(redis.url);
    const rights = ['~vigil:*', '+@all', '-@admin', '-@dangerous', '+info'];
    await admin.call('ACL', 'SETUSER', user.username, 'on', `>${user.password}`, ...rights);
    await admin.quit();
    environment = {
      KAFKA_BROKERS: kafka.loginAddress,
      KAFKA_SSL: 'true',
      KAFKA_SSL_CA_FILE: authority,
      KAFKA_SSL_CERT_FILE: client.certificate,
      KAFKA_SSL_KEY_FILE: client.key,
      KAFKA_SASL_MECHANISM: 'scram-sha-512',
      KAFKA_SASL_USERNAME: user.username,
      KAFKA_SASL_PASSWORD: user.password,
      REDIS_URL: `rediss://${user.username}:${user.password}@127.0.0.1:${redisPort}`,
      SCHEMA_REGISTRY_URL: gate.url,
      SCHEMA_REGISTRY_USERNAME: user.username,
      SCHEMA_REGISTRY_PASSWORD: user.password,
      // For Redis and the registry, beside the authorities that Node knows.
      NODE_EXTRA_CA_CERTS: authority,
      VIGIL_DEPLOYMENT: 'encrypted',
      VIGIL_PARTITIONS: '2',
      VIGIL_REPLICATION_FACTOR: '1',
    };
  }, 180_000);
  afterAll(async () => {
    await Promise.all(running.map((service) => service.stop()));
    await ledger?.stop();
    await gate.close();
    await Promise.all([kafka.stop(), redis.stop(), registry.stop()]);
    await rm(passwords, { recursive: true, force: true });
  });

  it('make their topics, raise a breach, and are found well', { timeout: 150_000 }, async () => {
    expect(await vigil(['topics', 'apply'], environment)).toMatchObject({ status: 0 });
    const servers = {
      kafkaBrokers: kafka.brokers,
      redisUrl: redis.url,
      registryUrl: registry.url,
      how: 'local',
    } as const;
    codec = await openTestCodec(servers, '');
    ledger = await readLedger(servers, codec, 'control-room');
    running.push(...deciding.map((name) => startService(name, environment)));
    await Promise.all(running.map(started));
    const producer = new Kafka({ brokers: kafka.brokers, logLevel: logLevel.NOTHING }).producer();
    await producer.connect();
    const fact = codec.encodeFact(created('INC-1', plus(Date.now() as Instant, -2 * 3_600_000)));
    await producer.send({ topic: codec.topics.input['incident-created'], messages: [fact] });
    await producer.disconnect();
    await until(() => ledger.records.some(({ phase }) => phase === 'breach'), {
      what: 'the breach',
      deadlineMs: 60_000,
      pollMs: 100,
    });
    expect(await vigil(['doctor'], environment)).toMatchObject({ status: 0 });
  });

  it.each([
    [
      'an authority that they do not know',
      { KAFKA_SSL_CA_FILE: '', NODE_EXTRA_CA_CERTS: '' },
      'VIGIL_KAFKA',
    ],
    ['a wrong password of Kafka', { KAFKA_SASL_PASSWORD: 'wrong' }, 'VIGIL_KAFKA'],
    [
      'no certificate of their own',
      { KAFKA_SSL_CERT_FILE: '', KAFKA_SSL_KEY_FILE: '' },
      'VIGIL_KAFKA',
    ],
    ['an authority of Redis and the registry unknown', { NODE_EXTRA_CA_CERTS: '' }, 'VIGIL_REDIS'],
    ['a wrong password of the registry', { SCHEMA_REGISTRY_PASSWORD: 'wrong' }, 'VIGIL_REGISTRY'],
  ])('do not connect with %s, and say to what', { timeout: 60_000 }, async (_, wrong, code) => {
    const { status, stdout } = await vigil(['doctor', '--json'], { ...environment, ...wrong });
    const findings = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(findings).toContainEqual(expect.objectContaining({ severity: 'error', code }));
    expect(status).toBe(1);
    expect(stdout).not.toContain(user.password);
  });

  it('log in with a new password, where it stands in a file, at the next connection', async () => {
    const file = (name: string): string => join(passwords, name);
    const redisUrl = (password: string): string =>
      redis.url.replace('redis://', `redis://${user.username}:${password}@`);
    await writeFile(file('kafka'), 'wrong');
    await writeFile(file('redis'), redisUrl(user.password));
    const { servers } = loadConfiguration({
      ...{ ...environment, KAFKA_SASL_PASSWORD: '', KAFKA_SASL_PASSWORD_FILE: file('kafka') },
      ...{ REDIS_URL: '', REDIS_URL_FILE: file('redis') },
    });
    if (servers === undefined) throw new Error('there are no servers');
    const logger = createLogger({ service: 'test', level: 'fatal' });
    const log = openLog({ deployment: 'encrypted' }, servers, logger);
    const workingSet = await openRedisWorkingSet(servers.redis);
    const admin = new Redis(redis.url);
    try {
      await expect(log.missingRights([])).rejects.toThrow(/authentication failed/i);
      await writeFile(file('kafka'), `${user.password}\n`);
      expect(await log.missingRights([])).toEqual([]);

      await writeFile(file('redis'), redisUrl('another'));
      await admin.call('ACL', 'SETUSER', user.username, 'resetpass', '>another');
      await admin.call('CLIENT', 'KILL', 'USER', user.username);
      const shard = { deployment: 'encrypted', partition: 0 };
      expect(await workingSet.sizes(shard)).toMatchObject({ outbox: 0 });
    } finally {
      await admin.call('ACL', 'SETUSER', user.username, 'resetpass', `>${user.password}`);
      await Promise.all([admin.quit(), workingSet.close(), log.close()]);
    }
  });
});
