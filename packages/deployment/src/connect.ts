import { type Codec, openCodec } from '@vigil/contracts/codec';
import { registrySchemas } from '@vigil/contracts/schema-source';
import { topicNames } from '@vigil/contracts/topics';
import type { Policy } from '@vigil/domain/policy/policy';
import type { Instant } from '@vigil/domain/time/instant';
import { type Engine, limits, type Observe } from '@vigil/engine/ports';
import { machineTimer } from '@vigil/engine/timer';
import { type KafkaLog, openKafkaLog } from '@vigil/event-log/kafka/log';
import type { Configuration, Servers } from '@vigil/service-kit/configuration';
import type { Logger } from '@vigil/service-kit/logging';
import type { Tracer } from '@vigil/service-kit/tracing';
import { checkRedis } from '@vigil/working-set/redis/check';
import { openRedisWorkingSet } from '@vigil/working-set/redis/working-set';
import { connectionTo, logThrough } from './kafka.ts';
import { measuredLog, measuredWorkingSet } from './measured.ts';
import { probe } from './probe.ts';
import { traceThrough } from './traced.ts';
import type { VitalSigns } from './vital-signs.ts';

/** An engine on real servers. */
export interface Connected {
  readonly engine: Engine;
  readonly codec: Codec;
  readonly log: KafkaLog;
  close(): Promise<void>;
}

/** Who is told what an engine does. */
export interface Observing {
  readonly observe: Observe;
  readonly signs: VitalSigns;
  /** `undefined`: nothing is traced. */
  readonly tracer: Tracer | undefined;
}

/** Topics that must be there, and alike, before a service starts (architecture, "Where the truth is"). */
export class TopicsUnfit extends Error {
  override readonly name = 'TopicsUnfit';
  readonly code = 'VIGIL_TOPICS_UNFIT';
}

/** A Redis that would lose or refuse what the services keep in it; the message says what to change. */
export class RedisUnfit extends Error {
  override readonly name = 'RedisUnfit';
  readonly code = 'VIGIL_REDIS_UNFIT';
}

/**
 * Connects to Kafka, Redis and the registry, and checks that Redis keeps what it is given and that
 * the topics fit together.
 * @throws RedisUnfit, TopicsUnfit, or the error of whichever server cannot be used.
 */
export async function connect(
  configuration: Configuration,
  servers: Servers,
  policy: Policy,
  logger: Logger,
  { observe, signs, tracer }: Observing,
): Promise<Connected> {
  const { deployment, topicPrefix, registerSchemas } = configuration;
  const topics = topicNames(topicPrefix);
  const log = measuredLog(openLog(configuration, servers, logger), signs.kafka);
  const { redis, registry } = servers;
  await checkStore({ url: redis.url, cluster: redis.cluster }, logger);
  const opened = await openRedisWorkingSet({ url: redis.url, cluster: redis.cluster });
  const workingSet = measuredWorkingSet(opened, signs.redis);
  let endProbe: () => void = () => undefined;
  const close = async (): Promise<void> => {
    endProbe();
    await log.close();
    await workingSet.close();
  };
  try {
    const source = registrySchemas({ ...registry, register: registerSchemas });
    const codec = await openCodec(source, topics, policy);
    const { input, alerts, openBreaches, actions } = topics;
    await checkTopics(log, [...Object.values(input), alerts, openBreaches, actions]);
    const clock = (): Instant => Date.now() as Instant;
    const common = { log, workingSet, codec, policy, clock, deployment, observe };
    const tracing = tracer === undefined ? {} : { tracing: traceThrough(tracer) };
    const engine = { ...common, ...tracing, timer: machineTimer, tickMs: limits.tickMs };
    endProbe = probe(log, alerts);
    return { engine, codec, log, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Opens the log alone, for commands that only deal with topics. */
export function openLog(
  { deployment }: Pick<Configuration, 'deployment'>,
  { kafka }: Pick<Servers, 'kafka'>,
  logger: Logger,
): KafkaLog {
  return openKafkaLog({
    connection: connectionTo(kafka),
    deployment,
    log: logThrough(logger),
  });
}

async function checkStore(
  options: { readonly url: string; readonly cluster: boolean },
  logger: Logger,
): Promise<void> {
  const findings = await checkRedis(options);
  const errors = findings.filter(({ severity }) => severity === 'error');
  if (errors.length > 0) {
    throw new RedisUnfit(errors.map(({ what, remedy }) => `${what}: ${remedy}`).join('; '));
  }
  for (const { code, severity, what } of findings) {
    if (severity === 'warning') logger.warn(what, { reason: code });
  }
}

/** All facts of an incident must meet in one shard: the topics have equally many partitions. */
async function checkTopics(log: KafkaLog, names: readonly string[]): Promise<void> {
  const found = await log.describeTopics(names);
  const missing = names.filter((name) => found.get(name) === undefined);
  if (missing.length > 0) {
    throw new TopicsUnfit(`there is no topic ${missing.join(', ')}: run "vigil topics apply"`);
  }
  const counts = names.map((name) => `${name} has ${found.get(name)?.partitions ?? 0}`);
  if (new Set(names.map((name) => found.get(name)?.partitions)).size > 1) {
    throw new TopicsUnfit(
      `the topics must have the same number of partitions, for the facts of an incident to meet: ${counts.join(', ')}; see "vigil topics check"`,
    );
  }
}
