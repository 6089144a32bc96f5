import { join } from 'node:path';
import { replay } from '@vigil/replay/replay';
import type { Summary } from '@vigil/replay/summary';
import { type Command, Option } from 'commander';
import { wholeArgument } from '../arguments.ts';
import { checkFactsOptions, type FactsOptions, factsOptions, openFacts } from '../facts-options.ts';
import { openProgress } from '../progress.ts';
import { reportRejects } from '../rejects-report.ts';
import { percent } from '../table.ts';

interface Options extends FactsOptions {
  readonly out: string;
  readonly as: 'recorded' | 'known';
  readonly strict?: true;
  readonly report: boolean;
  readonly sample: number;
  readonly seed: string;
}

/** `vigil replay`: what should have been said. */
export function register(program: Command): void {
  factsOptions(
    program
      .command('replay')
      .description('decides over recorded facts and writes what should have been said'),
  )
    .option('--policy <file>', 'the policy in YAML or JSON (default: infra/policy.yaml)')
    .requiredOption('--out <folder>', 'where to write alerts, outcomes, rejects and the summary')
    .option('--no-report', 'leave out report.html and what belongs to it')
    .option(
      '--sample <number>',
      'cases the report lays out for reading',
      wholeArgument(0, 1_000),
      30,
    )
    .option('--seed <text>', 'what the cases are drawn by; the same seed, the same cases', '1')
    .option('--strict', 'exit status 1 when a line is no fact')
    .addOption(
      new Option('--as <view>', 'what should have been said, or what could have been')
        .choices(['recorded', 'known'])
        .default('recorded'),
    )
    .action(async (options: Options, command: Command) => {
      checkFactsOptions(options, command);
      process.exitCode = await run(options);
    });
}

async function run(options: Options): Promise<number> {
  const { out, until, as } = options;
  const { reject: onReject, end: endRejects } = reportRejects();
  const progress = await openProgress();
  const onRead = (done: number, all: number): void => progress.show('reading', done, all);
  await using meant = await openFacts(options, onReject, onRead, {
    stampedByLog: as === 'known',
    recordedByThen: true,
  });
  const { policy, facts, ranges } = meant;
  try {
    const summary = await replay({
      ...{ facts, policy, out, as, onReject, onRead },
      ...(until === undefined ? {} : { until }),
      ...(ranges === undefined ? {} : { ranges }),
      ...(options.report ? { draw: { cases: options.sample, seed: options.seed } } : {}),
      onAssessed: (done, all) => progress.show('assessing', done, all),
    });
    progress.stop();
    endRejects(join(out, 'rejects.ndjson'));
    for (const missing of meant.missing()) process.stderr.write(`${missing}\n`);
    if (summary.facts.read === 0) process.stderr.write('there is not one fact in what was read\n');
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
