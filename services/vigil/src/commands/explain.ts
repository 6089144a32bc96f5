import { explain, type Story } from '@vigil/domain/assessment/explain';
import type { Fact, IncidentId } from '@vigil/domain/facts/fact';
import type { Policy } from '@vigil/domain/policy/policy';
import { formatInstant, type Instant, later } from '@vigil/domain/time/instant';
import { readFacts } from '@vigil/event-log/files/read-facts';
import type { Command } from 'commander';
import { instantArgument } from '../arguments.ts';
import { readPolicyFile } from '../policy-file.ts';
import { reportRejects } from '../rejects-report.ts';

interface Options {
  readonly facts?: readonly string[];
  readonly policy?: string;
  readonly until?: Instant;
  readonly live?: true;
}

/** `vigil explain INCIDENT`: the story of one incident. */
export function register(program: Command): void {
  program
    .command('explain')
    .description('tells what happened to one incident, what its clocks made of it, and each alert')
    .argument('<incident>', 'the incident id')
    .option(
      '--facts <file...>',
      '.ndjson, .ndjson.gz, .ndjson.zst or .parquet; patterns; - is standard input',
    )
    .option('--policy <file>', 'the policy in YAML or JSON (default: infra/policy.yaml)')
    .option(
      '--until <instant>',
      'tell up to here (default: the last fact, or with --live now)',
      instantArgument,
    )
    .option('--live', 'what the running services hold of it, instead of files')
    .action(async (incident: string, options: Options, command: Command) => {
      const { facts: files } = options;
      if (options.live === true) {
        if (files !== undefined) command.error('error: name the facts with --facts, or use --live');
        process.exitCode = await runLive(incident, options);
        return;
      }
      if (files === undefined) {
        return command.error('error: name the facts with --facts, or use --live');
      }
      if (options.policy === '-' && files.includes('-')) {
        command.error('error: standard input cannot be both the facts and the policy');
      }
      process.exitCode = await run(incident, files, options);
    });
}

/** @returns 0, or 1 when no fact is about the incident. */
async function run(incident: string, files: readonly string[], options: Options): Promise<0 | 1> {
  const policy = await readPolicyFile(options.policy);
  const { facts, last } = await factsOf(incident, files);
  const until = options.until ?? last;
  if (until === undefined || facts.length === 0) {
    process.stdout.write(`No fact is about incident ${incident}.\n`);
    return 1;
  }
  tell(incident, facts, policy, until);
  return 0;
}

/** @returns 0, 1 when the services hold nothing of the incident, or 2 when none are configured. */
async function runLive(incident: string, options: Options): Promise<0 | 1 | 2> {
  // Only here, so that files are explained without a Kafka client.
  const [{ loadConfiguration }, { liveFacts }] = await Promise.all([
    import('@vigil/service-kit/configuration'),
    import('@vigil/deployment/live-incident'),
  ]);
  const configuration = loadConfiguration(process.env);
  if (configuration.servers === undefined) {
    process.stderr.write('set KAFKA_BROKERS, REDIS_URL and SCHEMA_REGISTRY_URL\n');
    return 2;
  }
  const policy = await readPolicyFile(options.policy ?? configuration.policy);
  const facts = await liveFacts(incident as IncidentId, configuration, configuration.servers);
  if (facts === 'retired' || facts.length === 0) {
    const why = facts === 'retired' ? 'let it go: it was over long ago' : 'hold no fact of it';
    process.stdout.write(`Incident ${incident}: the services ${why}; see "replay --from-kafka".\n`);
    return 1;
  }
  tell(incident, facts, policy, options.until ?? (Date.now() as Instant));
  return 0;
}

function tell(incident: string, facts: readonly Fact[], policy: Policy, until: Instant): void {
  const head = `Incident ${incident}, until ${formatInstant(until)}, policy ${policy.policyVersion}`;
  process.stdout.write(`${head}\n\n${textOf(explain(facts, policy, until))}`);
}

/** The facts of one incident, and the last instant of all facts: time passed for this incident too. */
async function factsOf(
  incident: string,
  files: readonly string[],
): Promise<{ readonly facts: readonly Fact[]; readonly last: Instant | undefined }> {
  const rejects = reportRejects();
  const facts: Fact[] = [];
  let last: Instant | undefined;
  for await (const line of readFacts(files)) {
    if (line.kind === 'rejected') {
      rejects.reject(line);
      continue;
    }
    const { at } = line.kind === 'fact' ? line.fact : line.heartbeat;
    last = last === undefined ? at : later(last, at);
    if (line.kind === 'fact' && line.fact.incidentId === incident) facts.push(line.fact);
  }
  rejects.end();
  return { facts, last };
}

function textOf({ lines, standing, notes }: Story): string {
  const paragraphs = lines.map(({ kind, localTime, sinceCall, sentence, details }) =>
    [
      `${localTime} (${sinceCall})`,
      `  ${kind === 'alert' ? '! ' : ''}${sentence}`,
      ...details.map((detail) => `    ${detail}`),
    ].join('\n'),
  );
  const ending = [standing.join('\n'), notes.join('\n')].filter((text) => text !== '');
  return `${[...paragraphs, ...ending].join('\n\n')}\n`;
}
