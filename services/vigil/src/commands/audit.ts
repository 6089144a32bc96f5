import { join } from 'node:path';
import type { Finding } from '@vigil/domain/ledger/audit';
import { type Duration, describeDuration, parseDuration } from '@vigil/domain/time/duration';
import { formatInstant } from '@vigil/domain/time/instant';
import { type ReadSaid, readSaidFiles, type UnreadableSaid } from '@vigil/replay/audit/said';
import type { Verdict } from '@vigil/replay/audit/verdict';
import { audit } from '@vigil/replay/replay';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { wholeArgument } from '../arguments.ts';
import { checkFactsOptions, type FactsOptions, factsOptions, openFacts } from '../facts-options.ts';
import { openProgress } from '../progress.ts';
import { reportRejects } from '../rejects-report.ts';

interface Options extends FactsOptions {
  readonly against: readonly string[];
  readonly out: string;
  readonly as: 'recorded' | 'known';
  readonly lateOver?: Duration;
  readonly strict?: true;
  readonly sample: number;
  readonly seed: string;
  readonly verifyChain?: true;
  readonly checkpoint?: string;
  readonly publicKey?: string;
}

/** `vigil audit`: what should have been said, against what was said. */
export function register(program: Command): void {
  factsOptions(
    program
      .command('audit')
      .description(
        'compares what was said with what should have been; exit status 1 when they differ',
      ),
  )
    .requiredOption(
      '--against <file...>',
      'what was said: alerts.ndjson, an export of the ledger, or kafka for the topic',
    )
    .option('--policy <file>', 'the policy in YAML or JSON (default: infra/policy.yaml)')
    .option('--out <folder>', 'where to write the findings and the report', 'audit')
    .addOption(
      new Option(
        '--as <view>',
        'hold it against what should have been said, or what could have been then',
      )
        .choices(['recorded', 'known'])
        .default('recorded'),
    )
    .option(
      '--late-over <duration>',
      'how late an alert may be raised unexplained (default: grace + 1 s)',
      durationArgument,
    )
    .option('--verify-chain', 'also checks the hash chain of what was said')
    .option('--checkpoint <file>', 'with --verify-chain: a checkpoint that the ledger must extend')
    .option('--public-key <file>', 'the public key that it was signed with, in PEM')
    .option(
      '--sample <number>',
      'cases the report lays out for reading',
      wholeArgument(0, 1_000),
      30,
    )
    .option('--seed <text>', 'what the cases are drawn by; the same seed, the same cases', '1')
    .option('--strict', 'exit status 1 when a line is no fact')
    .action(async (options: Options, command: Command) => {
      checkFactsOptions(options, command);
      check(options, command);
      process.exitCode = await run(options);
    });
}

function check(options: Options, command: Command): void {
  const { against, checkpoint, publicKey, verifyChain, facts = [] } = options;
  if (against.includes('kafka') && against.length > 1) {
    command.error('error: --against kafka stands alone: what was said is on the topic or in files');
  }
  if ([...facts, ...against].filter((name) => name === '-').length > 1) {
    command.error('error: standard input cannot be both the facts and what was said');
  }
  if ((checkpoint === undefined) !== (publicKey === undefined)) {
    command.error('error: --checkpoint and --public-key go together');
  }
  if (checkpoint !== undefined && verifyChain === undefined) {
    command.error('error: --checkpoint goes with --verify-chain');
  }
  if (verifyChain === true && (against.length > 1 || against[0] === '-')) {
    command.error('error: --verify-chain reads one export of the ledger, or kafka');
  }
}

function durationArgument(text: string): Duration {
  const duration = parseDuration(text);
  if (duration !== undefined) return duration;
  throw new InvalidArgumentError('It must be an ISO 8601 duration, such as PT30S.');
}

async function run(options: Options): Promise<number> {
  const { out, until, as } = options;
  const rejects = reportRejects();
  const progress = await openProgress();
  const onRead = (done: number, all: number): void => progress.show('reading', done, all);
  await using meant = await openFacts(options, rejects.reject, onRead, {
    stampedByLog: as === 'known',
    recordedByThen: false,
  });
  const { policy, facts, ranges } = meant;
  await using said = await openSaid(options);
  try {
    const { summary, verdict, findings } = await audit({
      ...{ facts, policy, out, as, onRead, onReject: rejects.reject },
      said: said.records,
      lateOver: options.lateOver ?? policy.grace + 1_000,
      onUnreadable: reportUnreadable(),
      ...(until === undefined ? {} : { until }),
      ...(ranges === undefined ? {} : { ranges }),
      draw: { cases: options.sample, seed: options.seed },
      onAssessed: (done, all) => progress.show('assessing', done, all),
    });
    progress.stop();
    rejects.end(join(out, 'rejects.ndjson'));
    for (const missing of meant.missing()) process.stderr.write(`${missing}\n`);
    const head = `until ${summary.until ?? 'nothing'} under policy ${summary.policyVersion}, as ${as}`;
    process.stdout.write(`${[head, ...resultOf(verdict, findings, out)].join('\n')}\n`);
    const whole = options.verifyChain === true ? await chainIsWhole(options) : true;
    const strict = options.strict === true && summary.facts.rejected > 0;
    return verdict.agrees && whole && !strict ? 0 : 1;
  } finally {
    progress.stop();
  }
}

interface Said extends AsyncDisposable {
  readonly records: AsyncIterable<ReadSaid>;
}

async function openSaid({ against }: Options): Promise<Said> {
  if (against[0] !== 'kafka') {
    return { records: readSaidFiles(against), [Symbol.asyncDispose]: async () => {} };
  }
  // Loaded here, so that files are audited without a Kafka client.
  const { openSaidTopic } = await import('../said-topic.ts');
  return openSaidTopic();
}

const maxReported = 10;

function reportUnreadable(): (record: UnreadableSaid) => void {
  let count = 0;
  return ({ place, problem }) => {
    if (++count <= maxReported) process.stderr.write(`${place}: ${problem}\n`);
  };
}

const kindWords: Readonly<Record<Finding['kind'], string>> = {
  missing: 'missing: should have been said, and does not stand',
  spurious: 'spurious: was said, and should not have been',
  altered: 'altered: says other than it can have said',
  'said-twice': 'said twice',
  stray: 'stray: withdraws or confirms what was not said',
  late: 'late, and does not say why',
};

function resultOf(verdict: Verdict, findings: readonly Finding[], out: string): readonly string[] {
  const { expected, standing, withdrawn, unconfirmed, records } = verdict;
  const late = Object.entries(verdict.late).map(([reason, count]) => `${count} ${reason}`);
  return [
    `should stand: ${expected} alerts; of those said stand: ${standing}; withdrawn: ${withdrawn}; provisional and never confirmed: ${unconfirmed}`,
    `records read: ${records.said}, about feeds and objectives: ${records.other}, unreadable: ${records.unreadable}`,
    ...(late.length === 0 ? [] : [`raised late: ${late.join(', ')}`]),
    ...Object.entries(verdict.findings).map(
      ([kind, count]) => `${count} ${kindWords[kind as Finding['kind']]}`,
    ),
    ...findings.slice(0, maxReported).map(lineOf),
    ...(findings.length > maxReported ? [`… all of them are in ${join(out, 'audit.ndjson')}`] : []),
    verdict.agrees ? 'What was said is what should have been said.' : 'They differ.',
    `written to ${out}`,
  ];
}

function lineOf({ kind, incidentId, target, phase, at, fields, lateMs, place, alertId }: Finding) {
  return [
    `  ${kind}`,
    `${formatInstant(at)} ${incidentId} ${target} ${phase}`,
    ...(fields === undefined ? [] : [`in ${fields.join(', ')}`]),
    ...(lateMs === undefined ? [] : [`by ${describeDuration(lateMs as Duration)}`]),
    ...(place === undefined ? [] : [`at ${place}`]),
    alertId,
  ].join('  ');
}

async function chainIsWhole(options: Options): Promise<boolean> {
  const { verifyAgainst } = await import('../verify-chain.ts');
  const { lines, whole } = await verifyAgainst(options.against[0] ?? 'kafka', options);
  for (const line of lines) process.stdout.write(`${line}\n`);
  return whole;
}
