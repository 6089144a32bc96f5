import { median, spread, table } from '../figures.ts';
import { type Mode, modes, type Result } from './run.ts';

/** What is stated of one way to measure. */
const columns: Readonly<Record<Mode, readonly [whole: string, rest: string]>> = {
  'catch-up': ['from starting the processes', 'from reading to level'],
  live: ['from the first fact sent', 'after the last was sent'],
};

/** Facts a second: see "Method" in the README for what time they are divided by. */
export function speed({ mode, facts, wholeMs, restMs }: Result): number {
  return facts / ((mode === 'live' ? wholeMs : restMs) / 1_000);
}

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
  const byContender = [...Map.groupBy(results, ({ contender }) => contender)];
  const speeds = new Map(byContender.map(([name, all]) => [name, median(all.map(speed))]));
  const compared = speeds.get(reference);
  const rows = byContender.map(([name, all]) => [
    name,
    spread(
      all.map(({ wholeMs }) => wholeMs / 1_000),
      2,
    ),
    spread(
      all.map(({ restMs }) => restMs / 1_000),
      2,
    ),
    spread(all.map(speed)),
    compared === undefined ? '' : (compared / (speeds.get(name) ?? Number.NaN)).toFixed(2),
    spread(all.map(({ raised }) => raised)),
    spread(all.map(({ takenBack }) => takenBack)),
  ]);
  const header = [
    ...[mode, `${whole}, s`, `${rest}, s`, 'facts a second'],
    ...[`${reference} is so many times as fast`, 'alerts', 'taken back'],
  ];
  return table(header, rows);
}
