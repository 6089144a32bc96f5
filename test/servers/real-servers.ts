/**
 * Integration tests talk to a real Kafka, a real Redis and a real schema registry, found in this order:
 * addresses in the environment, containers, processes on this machine. The first way that works wins.
 */
import { startLocalKafka } from './kafka.ts';
import { startLocalRedis } from './redis.ts';
import { startLocalRegistry } from './registry.ts';

/** Where the three servers are. */
export interface ServerAddresses {
  /** `host:port` of each broker. */
  readonly kafkaBrokers: string[];
  readonly redisUrl: string;
  /** The root of an API that is compatible with Confluent's. */
  readonly registryUrl: string;
  readonly how: 'environment' | 'docker' | 'local';
}

/** The three servers, running. */
export interface RealServers extends ServerAddresses {
  /** Ends what was started for the tests; servers named by the environment go on. */
  stop(): Promise<void>;
}

/** None of the three ways gave servers; the message says why for each and what to do. */
export class NoRealServers extends Error {
  override readonly name = 'NoRealServers';
}

interface Started {
  readonly address: string;
  stop(): Promise<void>;
}

interface Starters {
  readonly kafka: () => Promise<Started>;
  readonly redis: () => Promise<Started>;
  readonly registry: () => Promise<Started>;
}

const VARIABLES = ['KAFKA_BROKERS', 'REDIS_URL', 'SCHEMA_REGISTRY_URL'] as const;

/**
 * Finds or starts the three servers.
 *
 * @throws {NoRealServers} when no way works; a plain error when the environment names some of the
 * servers and not all, since guessing which half is wanted could write into the wrong one.
 */
export async function findRealServers(
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Promise<RealServers> {
  const named = fromEnvironment(environment);
  if (named) return named;

  const obstacles: string[] = [];
  // Loaded only here: testcontainers is large, and useless to who has named servers.
  const containers = await import('./containers.ts');
  if (await containers.dockerAnswers()) {
    try {
      return await startAll('docker', {
        kafka: containers.startKafkaContainer,
        redis: containers.startRedisContainer,
        registry: containers.startRegistryContainer,
      });
    } catch (error) {
      obstacles.push(`Docker: ${messageOf(error)}`);
    }
  } else {
    obstacles.push('Docker: no container runtime answers.');
  }
  try {
    return await startAll('local', {
      kafka: startLocalKafka,
      redis: async () => {
        const redis = await startLocalRedis();
        return { address: redis.url, stop: redis.stop };
      },
      registry: async () => {
        const registry = await startLocalRegistry();
        return { address: registry.url, stop: registry.stop };
      },
    });
  } catch (error) {
    obstacles.push(`Local processes: ${messageOf(error)}`);
  }
  throw new NoRealServers(
    [
      'There is no Kafka, Redis and schema registry to test against.',
      `Environment: none of ${VARIABLES.join(', ')} is set.`,
      ...obstacles,
    ].join('\n'),
  );
}

function fromEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
): RealServers | undefined {
  const [kafkaBrokers, redisUrl, registryUrl] = VARIABLES.map((name) => environment[name] || '');
  if (!kafkaBrokers && !redisUrl && !registryUrl) return undefined;
  if (!kafkaBrokers || !redisUrl || !registryUrl) {
    const missing = VARIABLES.filter((name) => !environment[name]).join(', ');
    throw new Error(`Set ${VARIABLES.join(', ')} all or none; missing: ${missing}.`);
  }
  return {
    kafkaBrokers: kafkaBrokers.split(',').map((broker) => broker.trim()),
    redisUrl,
    registryUrl: registryUrl.replace(/\/+$/, ''),
    how: 'environment',
    stop: async () => undefined,
  };
}

async function startAll(how: 'docker' | 'local', starters: Starters): Promise<RealServers> {
  const starting = await Promise.allSettled([
    starters.kafka(),
    starters.redis(),
    starters.registry(),
  ]);
  const [kafka, redis, registry] = starting;
  const stop = async () => {
    const started = starting.filter((one) => one.status === 'fulfilled');
    await Promise.all(started.map((one) => one.value.stop()));
  };
  if (
    kafka.status === 'fulfilled' &&
    redis.status === 'fulfilled' &&
    registry.status === 'fulfilled'
  ) {
    return {
      kafkaBrokers: [kafka.value.address],
      redisUrl: redis.value.address,
      registryUrl: registry.value.address,
      how,
      stop,
    };
  }
  await stop();
  const failures = starting.filter((one) => one.status === 'rejected');
  throw new Error(failures.map(({ reason }) => messageOf(reason)).join('\n'));
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
