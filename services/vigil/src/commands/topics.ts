import { recordSchemas } from '@vigil/contracts/records';
import { principals, type Right, rightsOf } from '@vigil/contracts/rights';
import { registrySchemas } from '@vigil/contracts/schema-source';
import { type TopicWanted, topicNames, wantedTopics } from '@vigil/contracts/topics';
import { openLog } from '@vigil/deployment/connect';
import { differencesOf, type TopicPlan } from '@vigil/event-log/kafka/topics';
import {
  type Configuration,
  loadConfiguration,
  type Servers,
} from '@vigil/service-kit/configuration';
import { createLogger } from '@vigil/service-kit/logging';
import { createLifetime } from '@vigil/service-kit/shutdown';
import type { Command } from 'commander';
import { mirrorFacts } from '../mirror-facts.ts';

/** `vigil topics plan|rights|apply|check|mirror`: the topics, rights and schemas of a deployment. */
export function register(program: Command): void {
  const topics = program
    .command('topics')
    .description('the topics, their partitions and settings, and the schemas');
  topics
    .command('plan')
    .description('prints the topics as they should be; asks no server')
    .action(() => {
      const configuration = loadConfiguration(process.env);
      process.stdout.write(`${JSON.stringify(planOf(configuration), null, 2)}\n`);
    });
  topics
    .command('rights')
    .description(
      'prints the least rights of each service and of the doctor, as commands for Kafka; asks no server',
    )
    .option('--principal <prefix>', 'begins the names of their users', 'User:vigil-')
    .action(({ principal }: { readonly principal: string }) => {
      const { deployment, topicPrefix } = loadConfiguration(process.env);
      for (const service of [...principals, 'doctor'] as const) {
        process.stdout.write(`# ${service}\n`);
        for (const right of rightsOf(service, deployment, topicPrefix)) {
          process.stdout.write(`${commandFor(`${principal}${service}`, right)}\n`);
        }
      }
    });
  topics
    .command('apply')
    .description('makes what is missing, sets what differs, registers the schemas')
    .action(() => exitWith(apply));
  topics
    .command('check')
    .description('says what differs; exit status 1 when anything does')
    .action(() => exitWith(check));
  topics
    .command('mirror')
    .description(
      'copies the facts of another deployment here, by key, until it is stopped; the number of partitions may differ',
    )
    .requiredOption('--from <prefix>', 'begins the names of the topics to copy; may be empty')
    .option('--once', 'end when all that stood there has been copied')
    .action((options: MirrorOptions) =>
      exitWith((configuration, servers) => mirror(options, configuration, servers)),
    );
}

interface MirrorOptions {
  readonly from: string;
  readonly once?: true;
}

/** Quoted for a shell: names hold letters, digits, dots, hyphens and underscores, as Kafka has it. */
function commandFor(principal: string, { resource, name, pattern, operations }: Right): string {
  return [
    'kafka-acls.sh --bootstrap-server "$KAFKA_BROKERS" --command-config admin.properties --add',
    `--allow-principal '${principal}'`,
    ...operations.map((operation) => `--operation ${operation}`),
    `--${resource} '${name}' --resource-pattern-type ${pattern}`,
  ].join(' ');
}

type Work = (configuration: Configuration, servers: Servers) => Promise<number>;

async function exitWith(work: Work): Promise<void> {
  const configuration = loadConfiguration(process.env);
  if (configuration.servers === undefined) {
    process.stderr.write('set KAFKA_BROKERS, REDIS_URL and SCHEMA_REGISTRY_URL\n');
    process.exitCode = 2;
    return;
  }
  process.exitCode = await work(configuration, configuration.servers);
}

function planOf(configuration: Configuration): readonly TopicWanted[] {
  const { topicPrefix, partitions, replicationFactor } = configuration;
  return wantedTopics(topicPrefix, partitions, replicationFactor);
}

async function apply(configuration: Configuration, servers: Servers): Promise<number> {
  const log = openLog(configuration, servers, loggerOf(configuration));
  let left = 0;
  try {
    for (const { name, did, differs } of await log.ensureTopics(planOf(configuration))) {
      left += differs.length;
      const still = differs.length === 0 ? '' : ` (still: ${differs.join('; ')})`;
      process.stdout.write(`${name}: ${did}${still}\n`);
    }
  } finally {
    await log.close();
  }
  const source = registrySchemas({ ...servers.registry, register: true });
  for (const schema of recordSchemas.values()) {
    process.stdout.write(`${schema.fullName}: id ${await source.idOf(schema)}\n`);
  }
  return left === 0 ? 0 : 1;
}

async function check(configuration: Configuration, servers: Servers): Promise<number> {
  const log = openLog(configuration, servers, loggerOf(configuration));
  const problems: string[] = [];
  try {
    const plan = planOf(configuration);
    const found = await log.describeTopics(plan.map(({ name }) => name));
    for (const wanted of plan) problems.push(...problemsOf(wanted, found.get(wanted.name)));
  } finally {
    await log.close();
  }
  const source = registrySchemas({ ...servers.registry, register: false });
  for (const schema of recordSchemas.values()) {
    await source.idOf(schema).catch((error: unknown) => {
      problems.push(error instanceof Error ? error.message : String(error));
    });
  }
  for (const problem of problems) process.stdout.write(`${problem}\n`);
  if (problems.length === 0) process.stdout.write('topics and schemas are as planned\n');
  return problems.length === 0 ? 0 : 1;
}

function problemsOf(wanted: TopicWanted, found: TopicPlan | undefined): readonly string[] {
  if (found === undefined) return [`${wanted.name}: missing; "vigil topics apply" makes it`];
  return differencesOf(wanted, found).map(({ text }) => `${wanted.name}: ${text}`);
}

async function mirror(
  { from, once }: MirrorOptions,
  configuration: Configuration,
  servers: Servers,
): Promise<number> {
  const { topicPrefix, deployment, shutdownMs } = configuration;
  if (from === topicPrefix) {
    process.stderr.write('--from is VIGIL_TOPIC_PREFIX: topics are not copied onto themselves\n');
    return 2;
  }
  const logger = loggerOf(configuration);
  const lifetime = createLifetime({ logger, shutdownMs });
  const log = openLog(configuration, servers, logger);
  lifetime.onStop('connections', () => log.close());
  let sum = 0;
  const { promise: atEnd, resolve } = Promise.withResolvers<void>();
  const status = await lifetime.end(
    (async () => {
      const running = await mirrorFacts({
        ...{ log, from: topicNames(from), to: topicNames(topicPrefix) },
        group: `${deployment}-mirror`,
        copied: (records) => {
          sum += records;
        },
        level() {
          process.stdout.write(`level: ${sum} records copied\n`);
          if (once) resolve();
        },
      });
      lifetime.onStop('mirror', () => running.stop());
      await Promise.race([atEnd, running.failed]);
    })(),
  );
  process.stdout.write(`${sum} records copied\n`);
  return status;
}

const loggerOf = ({ logLevel }: Configuration) =>
  createLogger({ service: 'topics', level: logLevel });
