import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Codec } from '@vigil/contracts/codec';
import type { AlertId } from '@vigil/domain/ledger/alert';
import { Kafka, logLevel, type Producer } from 'kafkajs';
import { type LedgerReader, openTestCodec, readLedger } from '../integration/ledger-reader.ts';
import { deciding, vigil } from '../integration/vigil-process.ts';
import { type LocalKafka, startLocalKafka } from '../servers/kafka.ts';
import { freePorts } from '../servers/ports.ts';
import { type LocalRedis, startLocalRedis } from '../servers/redis.ts';
import { type LocalRegistry, startLocalRegistry } from '../servers/registry.ts';
import { type FaultProxy, startFaultProxy } from './fault-proxy.ts';
import { type Supervised, supervise } from './supervisor.ts';

/**
 * Everything that can be made to fail: servers of its own, a proxy before each, two instances of each
 * service as processes of their own. Who produces and who subscribes goes past the proxies: what is
 * measured is Vigil.
 */
export interface Rig {
  readonly kafka: LocalKafka;
  readonly redis: LocalRedis;
  readonly registry: LocalRegistry;
  readonly proxies: { readonly [Name in 'kafka' | 'redis' | 'registry']: FaultProxy };
  readonly services: readonly Supervised[];
  readonly codec: Codec;
  readonly producer: Producer;
  readonly ledger: LedgerReader;
  /** When the subscriber had each alert, by its id, in milliseconds since the epoch. */
  readonly received: ReadonlyMap<AlertId, number>;
  readonly policy: string;
  readonly environment: Readonly<Record<string, string>>;
  /** A small disk that holds what Redis writes, where this machine lets one be made. */
  readonly redisDisk: string | undefined;
  /** For what a round writes. */
  readonly folder: string;
  close(): Promise<void>;
}

/** What the rig is made with. */
export interface RigOptions {
  /** A policy file; the one of the worked examples if not said. */
  readonly policy?: string;
  /** More variables for the services. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Whether what Redis writes goes to a small disk, which can be filled; it does if not said. */
  readonly fillable?: boolean;
}

const run = promisify(execFile);
const HOST = '127.0.0.1';
const login = { username: 'vigil', password: 'in-a-test-only' } as const;
const examples = fileURLToPath(new URL('../conformance/policy.json', import.meta.url));

/**
 * Starts servers and services, and waits until all is well.
 *
 * @throws when this machine lacks a program that the servers need, or a service does not start.
 */
export async function openRig(options: RigOptions = {}): Promise<Rig> {
  const closing: (() => Promise<unknown>)[] = [];
  const close = async (): Promise<void> => {
    for (const step of closing.splice(0).reverse()) await step();
  };
  try {
    return { ...(await build(options, closing)), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function build(
  { policy = examples, environment: more = {}, fillable = true }: RigOptions,
  closing: (() => Promise<unknown>)[],
): Promise<Omit<Rig, 'close'>> {
  const folder = await mkdtemp(join(tmpdir(), 'vigil-faults-'));
  closing.push(() => rm(folder, { recursive: true, force: true }));

  const before = async (port: number): Promise<FaultProxy> => {
    const proxy = await startFaultProxy({ host: HOST, port });
    closing.push(() => proxy.close());
    return proxy;
  };
  const kafkaProxy = Promise.withResolvers<FaultProxy>();
  const kafka = await startLocalKafka({
    users: { [login.username]: login.password },
    settings: { 'super.users': `User:ANONYMOUS;User:${login.username}` },
    async loginThrough(address) {
      const proxy = await before(Number(address.split(':')[1]));
      kafkaProxy.resolve(proxy);
      return `${HOST}:${proxy.port}`;
    },
  });
  closing.push(() => kafka.stop());
  const registry = await startLocalRegistry();
  closing.push(() => registry.stop());
  const redisDisk = fillable ? await smallDisk(closing) : undefined;
  const redis = await startLocalRedis({
    appendOnly: true,
    settings: [
      ['appendfsync', 'everysec'],
      ...(redisDisk === undefined ? [] : [['dir', redisDisk] as const]),
    ],
  });
  closing.push(() => redis.stop());
  const proxies = {
    kafka: await kafkaProxy.promise,
    redis: await before(redis.port),
    registry: await before(Number(new URL(registry.url).port)),
  };

  const environment = {
    KAFKA_BROKERS: kafka.loginAddress,
    KAFKA_SASL_MECHANISM: 'scram-sha-512',
    KAFKA_SASL_USERNAME: login.username,
    KAFKA_SASL_PASSWORD: login.password,
    REDIS_URL: `redis://${HOST}:${proxies.redis.port}`,
    SCHEMA_REGISTRY_URL: registry.url.replace(/:\d+\//, `:${proxies.registry.port}/`),
    VIGIL_PARTITIONS: '4',
    VIGIL_REPLICATION_FACTOR: '1',
    VIGIL_POLICY: policy,
    ...more,
  };
  const applied = await vigil(['topics', 'apply'], environment);
  if (applied.status !== 0) throw new Error(applied.stderr);

  const servers = {
    kafkaBrokers: kafka.brokers,
    redisUrl: redis.url,
    registryUrl: registry.url,
    how: 'local',
  } as const;
  const codec = await openTestCodec(servers, '');
  const producer = new Kafka({
    brokers: kafka.brokers,
    clientId: 'cad',
    logLevel: logLevel.NOTHING,
  }).producer();
  await producer.connect();
  closing.push(() => producer.disconnect());
  const received = new Map<AlertId, number>();
  const ledger = await readLedger(servers, codec, 'control-room', ({ kind, alertId }) => {
    if (kind === 'alert' && !received.has(alertId)) received.set(alertId, Date.now());
  });
  closing.push(() => ledger.stop());
  const names = deciding.flatMap((name) => [name, name]);
  const ports = await freePorts(names.length);
  const services = names.map((name, index) => supervise(name, environment, ports[index] ?? 0));
  closing.push(() => Promise.all(services.map((service) => service.stop())));
  await Promise.all(services.map((service) => service.ready()));
  return {
    ...{ kafka, redis, registry, proxies, services, codec, producer, ledger, received },
    ...{ policy, environment, redisDisk, folder },
  };
}

/** A disk of 64 MiB in memory; `undefined` where this user may not make one. */
async function smallDisk(closing: (() => Promise<unknown>)[]): Promise<string | undefined> {
  const disk = await mkdtemp(join(tmpdir(), 'vigil-disk-'));
  closing.push(() => rm(disk, { recursive: true, force: true }));
  try {
    await run('mount', ['-t', 'tmpfs', '-o', 'size=64m', 'tmpfs', disk]);
  } catch {
    return undefined;
  }
  closing.push(() => run('umount', ['--lazy', disk]));
  return disk;
}
