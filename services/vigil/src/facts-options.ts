/** The options that say which facts a command reads, and under which policy. */
import type { Policy } from '@vigil/domain/policy/policy';
import type { Instant } from '@vigil/domain/time/instant';
import type { RangeStatement } from '@vigil/replay/completeness';
import type { OpenSource } from '@vigil/replay/replay';
import { type LogConfiguration, loadLogConfiguration } from '@vigil/service-kit/configuration';
import type { Command } from 'commander';
import { instantArgument } from './arguments.ts';
import { readPolicyFile } from './policy-file.ts';
import type { reportRejects } from './rejects-report.ts';

export interface FactsOptions {
  readonly facts?: readonly string[];
  readonly fromKafka?: true;
  readonly policy?: string;
  readonly since?: Instant;
  readonly until?: Instant;
}

/** Adds the options to a command. */
export function factsOptions(command: Command): Command {
  return command
    .option(
      '--facts <file...>',
      '.ndjson, .ndjson.gz, .ndjson.zst or .parquet; patterns; - is standard input',
    )
    .option('--from-kafka', 'read the topics instead of files, up to --until or their ends')
    .option(
      '--since <instant>',
      'with --from-kafka: only what was recorded from here',
      instantArgument,
    )
    .option('--until <instant>', 'replay up to here (default: the last fact)', instantArgument);
}

/** Ends the command when the options do not go together. */
export function checkFactsOptions(options: FactsOptions, command: Command): void {
  const { facts, fromKafka, since, until, policy } = options;
  if (facts === undefined && fromKafka === undefined) {
    command.error('error: name the facts with --facts, or read the topics with --from-kafka');
  }
  if (facts !== undefined && fromKafka === true) {
    command.error(
      'error: --facts and --from-kafka: the facts are either in files or on the topics',
    );
  }
  if (since !== undefined && fromKafka === undefined) {
    command.error('error: --since goes with --from-kafka: files are read from their beginning');
  }
  if (since !== undefined && until !== undefined && since > until) {
    command.error('error: --since is after --until');
  }
  if (policy === '-' && facts?.includes('-') === true) {
    command.error('error: standard input cannot be both the facts and the policy');
  }
}

/** The facts that the options mean. */
export interface FactsMeant extends AsyncDisposable {
  readonly policy: Policy;
  readonly facts: readonly string[] | OpenSource;
  /** The log's configuration; none where files are read. */
  readonly log: LogConfiguration | undefined;
  /** What was read of the topics; none where files are read. */
  readonly ranges?: () => readonly RangeStatement[];
  /** What the log did not keep, in words. */
  missing(): readonly string[];
}

/** How topics are read. */
export interface Reading {
  /** Takes the instant at which the log received a fact as the one at which it was recorded. */
  readonly stampedByLog: boolean;
  /** Reads only what was recorded up to `--until`; otherwise what was recorded late is read as well. */
  readonly recordedByThen: boolean;
}

/**
 * Opens what the options mean.
 *
 * @throws ConfigurationError, PolicyError or the error of a server.
 */
export async function openFacts(
  options: FactsOptions,
  onReject: ReturnType<typeof reportRejects>['reject'],
  onProgress: (done: number, all: number) => void,
  { stampedByLog, recordedByThen }: Reading,
): Promise<FactsMeant> {
  const log = options.fromKafka === true ? loadLogConfiguration(process.env) : undefined;
  const policy = await readPolicyFile(options.policy ?? log?.policy);
  if (log === undefined) {
    const nothing = { missing: () => [], [Symbol.asyncDispose]: async () => {} };
    return { policy, facts: options.facts ?? [], log, ...nothing };
  }
  const { since, until } = options;
  // Loaded here, so that files are replayed without a Kafka client.
  const { openTopicFacts } = await import('./topic-facts.ts');
  const topics = await openTopicFacts(log, {
    ...{ policy, onReject, onProgress, stampedByLog },
    ...(since === undefined ? {} : { since }),
    ...(until === undefined || !recordedByThen ? {} : { until }),
  });
  const { open, ranges, missing } = topics;
  return {
    policy,
    facts: open,
    log,
    ranges,
    missing,
    [Symbol.asyncDispose]: () => topics[Symbol.asyncDispose](),
  };
}
