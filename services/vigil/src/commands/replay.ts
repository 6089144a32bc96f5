import { join } from 'node:path';
import type { Instant } from '@vigil/domain/time/instant';
import { replay } from '@vigil/replay/replay';
import type { Summary } from '@vigil/replay/summary';
import { type Command, Option } from 'commander';
import { instantArgument } from '../arguments.ts';
import { readPolicyFile } from '../policy-file.ts';
import { openProgress } from '../progress.ts';
import { reportRejects } from '../rejects-report.ts';

interface Options {
  readonly facts?: readonly string[];
  readonly policy?: string;
  readonly until?: Instant;
  readonly out: string;
  readonly as: 'recorded' | 'known';
  readonly strict?: true;
  readonly fromKafka?: true;
  readonly since?: Instant;
}

/** `vigil replay`: what should have been said. */
export function register(program: Command): void {
  program
    .command('replay')
    .description('decides over recorded facts and writes what should have been said')
    .option(
      '--facts <file...>',
      '.ndjson, .ndjson.gz or .ndjson.zst; patterns; - is standard input',
    )
    .option('--policy <file>', 'the policy in YAML or JSON (default: infra/policy.yaml)')
    .option('--until <instant>', 'replay up to here (default: the last fact)', instantArgument)
    .requiredOption('--out <folder>', 'where to write alerts, outcomes, rejects and the summary')
    .option('--strict', 'exit status 1 when a line is no fact')
    .addOption(
      new Option('--as <view>', 'what should have been said, or what could have been')
        .choices(['recorded', 'known'])
        .default('recorded'),
    )
    .option('--from-kafka', 'read the topics instead of files')
    .option('--since <instant>', 'with --from-kafka: read from here', instantArgument)
    .action(async (options: Options, command: Command) => {
      process.exitCode = await run(usable(options, command), options);
    });
}

/** @returns the files to read. Ends the command when something is asked for that is not there yet. */
function usable(options: Options, command: Command): readonly string[] {
  if (options.fromKafka === true || options.since !== undefined) {
    return command.error('error: replay reads files so far; --from-kafka and --since are to come');
  }
  if (options.as === 'known') {
    return command.error('error: replay knows --as recorded so far; --as known is to come');
  }
  if (options.facts === undefined) return command.error('error: name the facts with --facts');
  if (options.policy === '-' && options.facts.includes('-')) {
    return command.error('error: standard input cannot be both the facts and the policy');
  }
  return options.facts;
}

async function run(facts: readonly string[], options: Options): Promise<number> {
  const { out, until } = options;
  const policy = await readPolicyFile(options.policy);
  const rejects = reportRejects();
  const progress = await openProgress();
  try {
    const summary = await replay({
      facts,
      policy,
      out,
      ...(until === undefined ? {} : { until }),
      onReject: rejects.reject,
      onRead: (done, all) => progress.show('reading', done, all),
      onAssessed: (done, all) => progress.show('assessing', done, all),
    });
    progress.stop();
    rejects.end(join(out, 'rejects.ndjson'));
    process.stdout.write(resultOf(summary, out));
    return options.strict === true && summary.facts.rejected > 0 ? 1 : 0;
  } finally {
    progress.stop();
  }
}

function resultOf(
  { facts, incidents, alerts, objectives, until, ...summary }: Summary,
  out: string,
): string {
  const phases = Object.values(alerts).flatMap((phasesOfOne) => Object.entries(phasesOfOne));
  const said = phases.reduce((sum, [, count]) => sum + count, 0);
  const breaches = phases.reduce((sum, [phase, n]) => sum + (phase === 'breach' ? n : 0), 0);
  const lines = [
    `facts: ${facts.read}, duplicates among them: ${facts.duplicate}, lines rejected: ${facts.rejected}, incidents: ${incidents}`,
    `alerts: ${said}, breaches among them: ${breaches}, until ${until ?? 'nothing'} under policy ${summary.policyVersion}`,
    ...Object.entries(objectives).map(([name, { overall, target }]) => {
      const { attainment, within, missed } = overall;
      const share = attainment === null ? 'none' : percent(attainment);
      return `${name}: ${share} of ${within + missed} in time (target ${percent(target)})`;
    }),
    `written to ${out}`,
  ];
  return `${lines.join('\n')}\n`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
