import { aligned } from '../table.ts';
import type { ReplayBench, Series } from './replay-bench.ts';

/** The figures of a benchmark as lines of text, aligned. */
export function tableOf({
  machine,
  versions,
  facts,
  incidents,
  rounds,
  series,
}: ReplayBench): string {
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
