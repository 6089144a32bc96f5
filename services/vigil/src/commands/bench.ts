import type { Command } from 'commander';
import { wholeArgument } from '../arguments.ts';
import { tableOf } from '../bench/replay-table.ts';
import { openProgress } from '../progress.ts';

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
        const { facts, rounds } = options;
        const onRun = (done: number, all: number) => progress.show('running', done, all);
        const result = await benchReplay({ facts, rounds, onRun });
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
