import { type Codec, openCodec } from '@vigil/contracts/codec';
import { type Principal, rightsOf } from '@vigil/contracts/rights';
import { registrySchemas } from '@vigil/contracts/schema-source';
import { topicNames } from '@vigil/contracts/topics';
import type { Policy } from '@vigil/domain/policy/policy';
import type { Instant } from '@vigil/domain/time/instant';
import { type Engine, limits, type Observe } from '@vigil/engine/ports';
import { machineTimer } from '@vigil/engine/timer';
import { EventLogError } from '@vigil/event-log/errors';
import { type KafkaLog, openKafkaLog } from '@vigil/event-log/kafka/log';
import type { Configuration, Servers } from '@vigil/service-kit/configuration';
import type { Logger } from '@vigil/service-kit/logging';
import type { Tracer } from '@vigil/service-kit/tracing';
import { checkRedis } from '@vigil/working-set/redis/check';
import { openRedisWorkingSet } from '@vigil/working-set/redis/working-set';
import { connectionTo, logThrough } from './kafka.ts';
import { measuredLog, measuredWorkingSet } from './measured.ts';
import { probe } from './probe.ts';
import { checkRights } from './rights.ts';
import { traceThrough } from './traced.ts';
import type { VitalSigns } from './vital-signs.ts';

/** An engine on real servers. */
export interface Connected {
  readonly engine: Engine;
  readonly codec: Codec;
  readonly log: KafkaLog;
  close(): Promise<void>;
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

/** Who connects, and how it is watched over. */
export interface Connecting {
  /** The services whose rights the user must have. */
  readonly services: readonly Principal[];
  readonly observe: Observe;
  readonly signs: VitalSigns;
  /** `undefined`: nothing is traced. */
  readonly tracer: Tracer | undefined;
}

/**
 * Connects to Kafka, Redis and the registry, and checks that Redis keeps what it is given, that the
 * user may do on the brokers what the services do, and that the topics fit together.
 * @throws RedisUnfit, RightsMissing, TopicsUnfit, or the error of whichever server cannot be used.
 */
export async function connect(
  configuration: Configuration,
  servers: Servers,
  policy: Policy,
  logger: Logger,
  { services, observe, signs, tracer }: Connecting,
): Promise<Connected> {
  const { deployment, topicPrefix, registerSchemas } = configuration;
  const topics = topicNames(topicPrefix);
  const log = measuredLog(openLog(configuration, servers, logger), signs.kafka);
  const { redis, registry } = servers;
  await checkStore(redis, logger);
  const opened = await openRedisWorkingSet(redis);
  const workingSet = measuredWorkingSet(opened, signs.redis);
  const ends: (() => void)[] = [];
  const close = async (): Promise<void> => {
    for (const end of ends) end();
    await log.close();
    await workingSet.close();
  };
  try {
    const source = registrySchemas({ ...registry, register: registerSchemas });
    const codec = await openCodec(source, topics, policy);
    const { input, alerts, openBreaches, actions } = topics;
    const rights = services.flatMap((service) => rightsOf(service, deployment, topicPrefix));
    await checkRights(log, rights);
    await checkTopics(log, [...Object.values(input), alerts, openBreaches, actions]);
    const clock = (): Instant => Date.now() as Instant;
    const common = { log, workingSet, codec, policy, clock, deployment, observe };
    const tracing = tracer === undefined ? {} : { tracing: traceThrough(tracer) };
    const engine = { ...common, ...tracing, timer: machineTimer, tickMs: limits.tickMs };
    ends.push(probe(log, alerts), signs.rights.begin(log, rights), signs.findings.begin(servers));
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
  const found = new Map<string, number>();
  const missing: string[] = [];
  for (const name of names) {
    try {
      found.set(name, await log.partitions(name));
    } catch (error) {
      if (!(error instanceof EventLogError && error.code === 'unknown-topic')) throw error;
      missing.push(name);
    }
  }
  if (missing.length > 0) {
    throw new TopicsUnfit(`there is no topic ${missing.join(', ')}: run "vigil topics apply"`);
  }
  if (new Set(found.values()).size > 1) {
    const counts = [...found].map(([name, partitions]) => `${name} has ${partitions}`);
    throw new TopicsUnfit(
      `the topics must have the same number of partitions, for the facts of an incident to meet: ${counts.join(', ')}; see "vigil topics check"`,
    );
  }
}
