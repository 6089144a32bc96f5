/** A deployment with everything locked: TLS everywhere, a user for each service, and the least rights. */
import { principals, type Right, rightsOf } from '@vigil/contracts/rights';
import { Redis } from 'ioredis';
import { type Admin, Kafka, logLevel } from 'kafkajs';
import { entriesOf } from '../integration/acl-entries.ts';
import {
  type Deciding,
  deciding,
  type Service,
  started,
  startService,
  vigil,
} from '../integration/vigil-process.ts';
import { makeCertificates, redisTls } from '../servers/certificates.ts';
import { type Guarded, guard } from '../servers/guarded.ts';
import { type LocalKafka, startLocalKafka } from '../servers/kafka.ts';
import { freePorts } from '../servers/ports.ts';
import { type LocalRedis, startLocalRedis } from '../servers/redis.ts';
import { startLocalRegistry } from '../servers/registry.ts';

export interface Secured {
  readonly kafka: LocalKafka;
  readonly redis: LocalRedis;
  /** As root, past the lock. */
  readonly redisAdmin: Redis;
  readonly kafkaAdmin: Admin;
  /** Where each service answers Prometheus, as `host:port`. */
  readonly targets: readonly string[];
  environmentOf(user: string): Record<string, string>;
  start(service: Deciding): Promise<void>;
  end(service: Deciding): Promise<void>;
  give(user: string, rights: readonly Right[]): Promise<void>;
  take(user: string, right: Right): Promise<void>;
  closeRegistry(): Promise<void>;
  openRegistry(): Promise<void>;
  stop(): Promise<void>;
}

const deployment = 'rehearsed';
const registryUser = { username: 'vigil', password: 'in-a-rehearsal-only' } as const;
const passwordOf = (user: string): string => `${user}-in-a-rehearsal-only`;

/** Starts the servers, makes topics, schemas, users and rights, and starts the deciding services. */
export async function startSecured(): Promise<Secured> {
  const certificates = await makeCertificates();
  const { authority, serverStore } = certificates;
  const users = [...principals, 'doctor'] as const;
  const [redisPort = 0, ...httpPorts] = await freePorts(1 + deciding.length);
  const [kafka, redis, registry] = await Promise.all([
    startLocalKafka({
      users: Object.fromEntries(users.map((user) => [user, passwordOf(user)])),
      settings: {
        'listener.security.protocol.map': 'CLIENTS:PLAINTEXT,LOGIN:SASL_SSL,CONTROLLER:PLAINTEXT',
        'listener.name.login.ssl.keystore.type': 'PEM',
        'listener.name.login.ssl.keystore.location': serverStore,
      },
    }),
    startLocalRedis({ appendOnly: true, settings: redisTls(certificates, redisPort) }),
    startLocalRegistry(),
  ]);
  let gate: Guarded = await guard(registry.url, certificates, registryUser);
  const gatePort = Number(new URL(gate.url).port);
  const redisAdmin = new Redis(redis.url);
  const may = ['~vigil:*', '+@all', '-@admin', '-@dangerous', '+info'];
  await redisAdmin.call('ACL', 'SETUSER', 'vigil', 'on', `>${passwordOf('redis')}`, ...may);
  const kafkaAdmin = new Kafka({ brokers: kafka.brokers, logLevel: logLevel.NOTHING }).admin();
  await kafkaAdmin.connect();

  const environmentOf = (user: string): Record<string, string> => ({
    KAFKA_BROKERS: kafka.loginAddress,
    KAFKA_SSL: 'true',
    KAFKA_SSL_CA_FILE: authority,
    KAFKA_SASL_MECHANISM: 'scram-sha-512',
    KAFKA_SASL_USERNAME: user,
    KAFKA_SASL_PASSWORD: passwordOf(user),
    REDIS_URL: `rediss://vigil:${passwordOf('redis')}@127.0.0.1:${redisPort}`,
    SCHEMA_REGISTRY_URL: gate.url,
    SCHEMA_REGISTRY_USERNAME: registryUser.username,
    SCHEMA_REGISTRY_PASSWORD: registryUser.password,
    NODE_EXTRA_CA_CERTS: authority,
    VIGIL_DEPLOYMENT: deployment,
    VIGIL_PARTITIONS: '2',
    VIGIL_REPLICATION_FACTOR: '1',
  });
  const asRoot = { KAFKA_SSL: '', KAFKA_SSL_CA_FILE: '', KAFKA_SASL_MECHANISM: '' };
  const applied = await vigil(['topics', 'apply'], {
    ...{ ...environmentOf(''), ...asRoot, KAFKA_BROKERS: kafka.address },
    ...{ KAFKA_SASL_USERNAME: '', KAFKA_SASL_PASSWORD: '' },
  });
  if (applied.status !== 0) throw new Error(applied.stderr);

  const running = new Map<Deciding, Service>();
  const one: Secured = {
    ...{ kafka, redis, redisAdmin, kafkaAdmin, environmentOf },
    targets: httpPorts.map((port) => `127.0.0.1:${port}`),
    async start(service) {
      const port = String(httpPorts[deciding.indexOf(service)]);
      const child = startService(service, { ...environmentOf(service), VIGIL_HTTP_PORT: port });
      running.set(service, child);
      await started(child);
    },
    async end(service) {
      await running.get(service)?.stop();
    },
    async give(user, rights) {
      await kafkaAdmin.createAcls({ acl: rights.flatMap((right) => entriesOf(user, right)) });
    },
    async take(user, right) {
      for (const entry of entriesOf(user, right)) {
        await kafkaAdmin.deleteAcls({ filters: [entry] });
      }
    },
    closeRegistry: () => gate.close(),
    async openRegistry() {
      gate = await guard(registry.url, certificates, registryUser, gatePort);
    },
    async stop() {
      await Promise.all([...running.values()].map((service) => service.stop()));
      await kafkaAdmin.disconnect();
      redisAdmin.disconnect();
      await gate.close();
      await Promise.all([kafka.stop(), redis.stop(), registry.stop()]);
    },
  };
  for (const user of users) await one.give(user, rightsOf(user, deployment, ''));
  await Promise.all(deciding.map((service) => one.start(service)));
  return one;
}
