import type { Command } from 'commander';
import { wholeArgument } from '../arguments.ts';
import type { ReplayBench, Series } from '../bench/replay-bench.ts';
import { openProgress } from '../progress.ts';
import { aligned } from '../table.ts';

/** `vigil bench`: what Vigil takes, beside what others take, in one run. */
export function register(program: Command): void {
  const bench = program
    .command('bench')
    .description('measures, with a comparison from the same run');
  bench
    .command('replay')
    .description('a replay beside a DuckDB query that only counts late priority incidents')
    .requiredOption('--facts <file>', 'plain NDJSON, for example from vigil generate')
    .option('--rounds <number>', 'runs of each, interleaved', wholeArgument(1, 100), 5)
    .option('--json', 'everything measured, as JSON')
    .action(async (options: Options) => {
      const { benchReplay } = await import('../bench/replay-bench.ts');
      const progress = await openProgress();
      try {
        const result = await benchReplay(options.facts, options.rounds, (done, all) =>
          progress.show('running', done, all),
        );
        progress.stop();
        const text = options.json === true ? JSON.stringify(result, null, 2) : tableOf(result);
        process.stdout.write(`${text}\n`);
      } finally {
        progress.stop();
      }
    });
}

interface Options {
  readonly facts: string;
  readonly rounds: number;
  readonly json?: true;
}

function tableOf({ machine, versions, facts, incidents, rounds, series }: ReplayBench): string {
  const base = series[0];
  const rows = series.map((one) => {
    const seconds = median(one.taken.map((taken) => taken.seconds));
    const peak = Math.max(...one.taken.map(({ peakMegabytes = 0 }) => peakMegabytes));
    return [
      `${one.name} ${one.file}`,
      `${one.megabytes}`,
      seconds.toFixed(2),
      `${spread(one)}`,
      base === undefined ? '' : ratio(one, base),
      Math.round(facts / seconds).toLocaleString('en'),
      peak === 0 ? '' : `${peak}`,
    ];
  });
  const header = ['', 'MB', 'median s', 'min–max', '× query NDJSON', 'facts/s', 'peak MiB'];
  return [
    `${facts.toLocaleString('en')} facts of ${incidents.toLocaleString('en')} incidents, ${rounds} rounds, interleaved`,
    machine,
    versions,
    '',
    ...aligned([header, ...rows]),
  ].join('\n');
}

function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? Number.NaN;
}

/** The ratio round by round, so that what slowed a whole round does not count. */
function ratio(one: Series, base: Series): string {
  const ratios = one.taken.map(
    ({ seconds }, i) => seconds / (base.taken[i]?.seconds ?? Number.NaN),
  );
  return median(ratios).toFixed(2);
}

function spread({ taken }: Series): string {
  const seconds = taken.map((one) => one.seconds);
  return `${Math.min(...seconds).toFixed(2)}–${Math.max(...seconds).toFixed(2)}`;
}
