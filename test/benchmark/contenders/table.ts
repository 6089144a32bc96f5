import { type Mode, modes, type Result } from './run.ts';

/** What is stated of one way to measure. */
const columns: Readonly<Record<Mode, readonly [whole: string, rest: string]>> = {
  'catch-up': ['from starting the processes', 'from reading to level'],
  live: ['from the first fact sent', 'after the last was sent'],
};

/** Markdown tables, one a mode: medians, in brackets from the least to the most. */
export function tables(results: readonly Result[], reference: string): string {
  return modes
    .map((mode) => results.filter((result) => result.mode === mode))
    .filter((some) => some.length > 0)
    .map((some) => tableOf(some, reference))
    .join('\n\n');
}

function tableOf(results: readonly Result[], reference: string): string {
  const mode = results[0]?.mode ?? 'live';
  const [whole, rest] = columns[mode];
  const speed = ({ facts, wholeMs, restMs }: Result): number =>
    facts / ((mode === 'live' ? wholeMs : restMs) / 1_000);
  const byContender = [...Map.groupBy(results, ({ contender }) => contender)];
  const speeds = new Map(byContender.map(([name, all]) => [name, median(all.map(speed))]));
  const compared = speeds.get(reference);
  const rows = byContender.map(([name, all]) => [
    name,
    spread(all.map(({ wholeMs }) => wholeMs / 1_000)),
    spread(all.map(({ restMs }) => restMs / 1_000)),
    spread(all.map(speed), 0),
    compared === undefined ? '' : (compared / (speeds.get(name) ?? Number.NaN)).toFixed(2),
    spread(
      all.map(({ raised }) => raised),
      0,
    ),
    spread(
      all.map(({ takenBack }) => takenBack),
      0,
    ),
  ]);
  const header = [
    ...[mode, `${whole}, s`, `${rest}, s`, 'facts a second'],
    ...[`${reference} is so many times as fast`, 'alerts', 'taken back'],
  ];
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const rule = header.map((_, index) => (index === 0 ? '---' : '--:'));
  return [line(header), line(rule), ...rows.map(line)].join('\n');
}

function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.ceil(sorted.length / 2) - 1] ?? Number.NaN;
}

function spread(numbers: readonly number[], digits = 2): string {
  const text = (one: number): string =>
    one.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
  const [least, most] = [Math.min(...numbers), Math.max(...numbers)];
  return least === most ? text(least) : `${text(median(numbers))} (${text(least)}–${text(most)})`;
}
