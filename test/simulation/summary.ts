import { count, type Tally } from './faults.ts';
import { deathAt } from './network.ts';
import type { Outcome } from './simulate.ts';

interface Delay {
  readonly delayMs: number;
  readonly boundMs: number;
  readonly seed: number;
}

/** What many runs come to. */
export interface Summary {
  add(outcome: Outcome): void;
  broken(): readonly Outcome[];
  /** Kinds of what was said, and of faults. */
  kinds(): readonly string[];
  /** As a table in Markdown. */
  table(seconds: number): string;
}

export function summarise(): Summary {
  const broken: Outcome[] = [];
  const faults = new Map<string, { times: number; seeds: number }>();
  const none: Delay = { delayMs: 0, boundMs: 0, seed: 0 };
  let [worst, undisturbed, nearest] = [none, none, none];
  const said: Tally = new Map();
  const deaths = new Set<string>();
  let [seeds, steps, hours, facts] = [0, 0, 0, 0];
  const share = ({ delayMs, boundMs }: Omit<Delay, 'seed'>): number =>
    boundMs === 0 ? 0 : delayMs / boundMs;

  return {
    add(outcome) {
      const { seed, lateness } = outcome;
      seeds += 1;
      steps += outcome.steps;
      hours += outcome.virtualMs / 3_600_000;
      facts += outcome.facts;
      for (const [what, times] of outcome.said) count(said, what, times);
      if (outcome.broken !== undefined) broken.push(outcome);
      for (const [fault, times] of outcome.tally) {
        if (fault.startsWith(deathAt)) {
          deaths.add(fault);
          continue;
        }
        const known = faults.get(fault) ?? { times: 0, seeds: 0 };
        faults.set(fault, { times: known.times + times, seeds: known.seeds + 1 });
      }
      if (lateness.worst.delayMs > worst.delayMs) worst = { ...lateness.worst, seed };
      if (lateness.undisturbed.delayMs > undisturbed.delayMs) {
        undisturbed = { ...lateness.undisturbed, seed };
      }
      if (share(lateness.nearest) > share(nearest)) nearest = { ...lateness.nearest, seed };
    },
    broken: () => broken,
    kinds: () => [...said.keys(), ...faults.keys()],
    table(seconds) {
      const delay = ({ delayMs, boundMs, seed }: Delay): string =>
        `${inSeconds(delayMs)} of ${inSeconds(boundMs)} allowed (seed ${seed})`;
      const rows: readonly (readonly [string, string])[] = [
        ['seeds', whole(seeds)],
        ['seeds that broke a promise', whole(broken.length)],
        ['virtual time', `${whole(Math.round(hours))} h`],
        ['steps', whole(steps)],
        ['facts sent', whole(facts)],
        ['worst detection delay, nothing disturbed', delay(undisturbed)],
        ['worst detection delay of all', delay(worst)],
        ['nearest to its bound', delay(nearest)],
        ['time taken', `${whole(Math.round(seconds))} s`],
        ...[...said].sort(byName).map(([what, times]) => [`said: ${what}`, whole(times)] as const),
        ['different calls before or after which a machine died', whole(deaths.size)],
        ...[...faults]
          .sort(byName)
          .map(
            ([fault, { times, seeds: among }]) =>
              [`fault: ${fault}`, `${whole(times)} in ${whole(among)} seeds`] as const,
          ),
      ];
      return ['| | |', '| --- | --- |', ...rows.map(([a, b]) => `| ${a} | ${b} |`)].join('\n');
    },
  };
}

const byName = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number =>
  a < b ? -1 : 1;
const whole = (count: number): string => count.toLocaleString('en-GB');
const inSeconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`;
