import { PolicyError } from '@vigil/domain/policy/policy-error';
import { comparePolicies, type PolicyDifference } from '@vigil/replay/compare-policies';
import type { Figures } from '@vigil/replay/figures';
import { fileSource } from '@vigil/replay/history/file-source';
import type { Command } from 'commander';
import { checkFactsOptions, type FactsOptions, factsOptions, openFacts } from '../facts-options.ts';
import { readPolicyFile } from '../policy-file.ts';
import { openProgress } from '../progress.ts';
import { reportRejects } from '../rejects-report.ts';
import { aligned, percent } from '../table.ts';

/** `vigil policy check FILE`. */
export function register(program: Command): void {
  const policy = program.command('policy').description('what may wait how long');
  policy
    .command('check')
    .description('says whether a policy is valid; exit status 1 and every problem when it is not')
    .argument('<file>', 'YAML or JSON; - reads standard input')
    .action(async (file: string) => {
      process.exitCode = await check(file);
    });
  factsOptions(
    policy
      .command('diff')
      .description('what would have been said differently under another policy')
      .argument('<before>', 'a policy in YAML or JSON')
      .argument('<after>', 'the other one'),
  )
    .option('--json', 'everything, as JSON')
    .action(async (before: string, after: string, options: DiffOptions, command: Command) => {
      checkFactsOptions(options, command);
      await diff(before, after, options);
    });
}

async function check(file: string): Promise<number> {
  try {
    const { policyVersion, targets, objectives } = await readPolicyFile(file);
    const has = `${counted(targets.length, 'target')}, ${counted(objectives.length, 'objective')}`;
    process.stdout.write(`${file}: valid; policy ${policyVersion} with ${has}\n`);
    return 0;
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error;
    process.stdout.write(`${error.message}\n`);
    return 1;
  }
}

interface DiffOptions extends FactsOptions {
  readonly json?: true;
}

/** Both policies are an answer, so the exit status is 0 whether they differ or not. */
async function diff(before: string, after: string, options: DiffOptions): Promise<void> {
  const progress = await openProgress();
  const rejects = reportRejects();
  const onRead = (done: number, all: number): void => progress.show('reading', done, all);
  const other = await readPolicyFile(after);
  await using meant = await openFacts({ ...options, policy: before }, rejects.reject, onRead, {
    stampedByLog: false,
    recordedByThen: true,
  });
  const { facts, policy } = meant;
  try {
    // What is no fact is left out under both; a replay keeps it.
    const source = typeof facts === 'function' ? facts(async () => {}) : fileSource(facts, onRead);
    const difference = await comparePolicies(await source, policy, other, {
      ...(options.until === undefined ? {} : { until: options.until }),
      onDecided: (done, all) => progress.show('assessing', done, all),
    });
    progress.stop();
    rejects.end();
    for (const missing of meant.missing()) process.stderr.write(`${missing}\n`);
    const text = options.json === true ? JSON.stringify(difference, null, 2) : tableOf(difference);
    process.stdout.write(`${text}\n`);
  } finally {
    progress.stop();
  }
}

function tableOf(difference: PolicyDifference): string {
  const { before, after, incidents, rejected, alerts, objectives } = difference;
  const sum = (kind: 'gained' | 'lost' | 'moved') =>
    alerts.reduce((all, one) => all + one[kind], 0);
  const rows = alerts.map(({ forceId, target, phase, gained, lost, moved }) =>
    [`${forceId} ${target} ${phase}`, gained, lost, moved].map(String),
  );
  const share = (figures: Figures | null) =>
    figures?.attainment == null ? 'none' : percent(figures.attainment);
  return [
    `policy ${before} and policy ${after} over ${incidents} incidents`,
    ...(rejected === 0 ? [] : [`lines that are no facts, left out: ${rejected}`]),
    `alerts gained: ${sum('gained')}, lost: ${sum('lost')}, moved: ${sum('moved')}`,
    ...(rows.length === 0 ? [] : ['', ...aligned([['', 'gained', 'lost', 'moved'], ...rows]), '']),
    ...objectives.map((one) => `${one.name}: ${share(one.before)}, then ${share(one.after)}`),
  ].join('\n');
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
