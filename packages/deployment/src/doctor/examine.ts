import { type Principal, rightsOf } from '@vigil/contracts/rights';
import { topicNames, wantedTopics } from '@vigil/contracts/topics';
import type { Policy } from '@vigil/domain/policy/policy';
import type { Instant } from '@vigil/domain/time/instant';
import type { KafkaLog } from '@vigil/event-log/kafka/log';
import type { Configuration, Servers } from '@vigil/service-kit/configuration';
import type { Logger } from '@vigil/service-kit/logging';
import { checkRedis } from '@vigil/working-set/redis/check';
import { openRedisWorkingSet } from '@vigil/working-set/redis/working-set';
import { openLog } from '../connect.ts';
import { type Finding, failing, messageOf, ok, warning } from './finding.ts';
import { examineRegistry } from './registry.ts';
import { rightsFindings } from './rights.ts';
import { shardFindings } from './shards.ts';
import { topicFindings } from './topics.ts';

/** What is examined, and with what. */
export interface Patient {
  readonly configuration: Configuration;
  readonly servers: Servers;
  readonly policy: Policy;
  readonly logger: Logger;
  /** Whose rights the user must have, if anybody's beside those to look. */
  readonly service: Principal | undefined;
}

/** Looks at everything that Vigil needs, and changes nothing. A part that fails hides no other. */
export async function examine(patient: Patient): Promise<Finding[]> {
  const { configuration, servers, logger } = patient;
  const log = openLog(configuration, servers, logger);
  try {
    const [kafka, registry, redis] = await Promise.all([
      examineKafka(patient, log),
      examineRegistry(patient.servers.registry),
      examineRedis(patient),
    ]);
    const findings = [...kafka.findings, ...registry, ...redis];
    const { partitions } = kafka;
    const reachable = !redis.some(({ severity }) => severity === 'error');
    if (partitions !== undefined && reachable) {
      findings.push(...(await examineShards(patient, partitions)));
    }
    return findings;
  } finally {
    await log.close();
  }
}

async function examineKafka(
  { configuration, service }: Patient,
  log: KafkaLog,
): Promise<{ readonly findings: readonly Finding[]; readonly partitions: number | undefined }> {
  const { topicPrefix, partitions, replicationFactor, deployment } = configuration;
  const plan = wantedTopics(topicPrefix, partitions, replicationFactor);
  const names = topicNames(topicPrefix);
  try {
    const needed = service === undefined ? [] : rightsOf(service, deployment, topicPrefix);
    const lackedByService = await log.missingRights(needed);
    const lacked = await log.missingRights(rightsOf('doctor', deployment, topicPrefix));
    const findings = rightsFindings(service, lackedByService, lacked);
    const unseen = new Set(lacked.map(({ name }) => name));
    const seen = plan.filter(({ name }) => !unseen.has(name));
    const found = await log.describeTopics(seen.map(({ name }) => name));
    const unfit = topicFindings(seen, found, names);
    findings.push(...unfit);
    const there = found.get(names.alerts)?.partitions;
    if (unfit.some(({ severity }) => severity === 'error')) return { findings, partitions: there };
    const groups = {
      'incident-consumer': ['incident-created', 'incident-updated'],
      'attendance-consumer': ['officer-attended'],
    } as const;
    for (const [reader, topics] of Object.entries(groups)) {
      const group = `${deployment}-${reader}`;
      const lags = topics
        .map((topic) => names.input[topic])
        .filter((topic) => !unseen.has(group) && !unseen.has(topic))
        .map((topic) => lagOf(log, group, topic));
      findings.push(...(await Promise.all(lags)));
    }
    if (!unseen.has(names.deadLetters)) findings.push(await deadLettersOf(log, names.deadLetters));
    return { findings, partitions: there };
  } catch (error) {
    const remedy = 'see that the brokers run, KAFKA_BROKERS, and the rights of KAFKA_SASL_USERNAME';
    return {
      findings: [failing('VIGIL_KAFKA', `Kafka: ${messageOf(error)}`, remedy)],
      partitions: undefined,
    };
  }
}

/** Records that nobody has taken in yet; a group notes every few seconds how far it has come. */
const lagWorthASay = 1_000n;

async function lagOf(log: KafkaLog, group: string, topic: string): Promise<Finding> {
  const [noted, ends] = await Promise.all([log.committed(group, topic), log.offsets(topic)]);
  let behind = 0n;
  for (const [partition, { first, end }] of ends) behind += end - (noted.get(partition) ?? first);
  const what = `${group} is ${behind} records behind on ${topic}`;
  if (behind <= lagWorthASay) return ok('VIGIL_LAG', what);
  const remedy = 'see that it runs and is ready; more instances help up to one a partition';
  return warning('VIGIL_LAG', what, remedy);
}

async function deadLettersOf(log: KafkaLog, topic: string): Promise<Finding> {
  let letters = 0n;
  for (const { first, end } of (await log.offsets(topic)).values()) letters += end - first;
  if (letters === 0n) return ok('VIGIL_DEAD_LETTERS', 'no dead letters');
  const what = `${letters} records stand in ${topic}`;
  const remedy =
    '"vigil dead-letters list" says why; mend the source, then "vigil dead-letters retry"';
  return warning('VIGIL_DEAD_LETTERS', what, remedy);
}

async function examineRedis({ servers: { redis } }: Patient): Promise<Finding[]> {
  try {
    const findings = await checkRedis({ url: redis.url, cluster: redis.cluster });
    const noted = findings.map(({ severity, code, what, remedy }): Finding => {
      return { severity: severity === 'info' ? 'warning' : severity, code, what, remedy };
    });
    return noted.length > 0 ? noted : [ok('VIGIL_REDIS', 'Redis keeps what it is given')];
  } catch (error) {
    const remedy = 'see that Redis runs, REDIS_URL, and its login';
    return [failing('VIGIL_REDIS', messageOf(error), remedy)];
  }
}

async function examineShards(
  { configuration: { deployment }, servers: { redis }, policy }: Patient,
  partitions: number,
): Promise<Finding[]> {
  const workingSet = await openRedisWorkingSet({ url: redis.url, cluster: redis.cluster });
  try {
    const shards = await Promise.all(
      Array.from({ length: partitions }, async (_, partition) => {
        const shard = { deployment, partition };
        const [state, sizes] = await Promise.all([
          workingSet.shard(shard),
          workingSet.sizes(shard),
        ]);
        return { partition, state, sizes };
      }),
    );
    return shardFindings(shards, policy, Date.now() as Instant);
  } finally {
    await workingSet.close();
  }
}
