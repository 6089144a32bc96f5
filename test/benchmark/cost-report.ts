import { deciding } from '../integration/vigil-process.ts';
import { curve, type Point } from './chart.ts';
import type { CostOptions, CostResult, Run, Setting } from './cost-result.ts';
import { median, spread, table } from './figures.ts';
import type { Taken } from './floors.ts';

type Measured = CostResult['settings'][number];

const axes = {
  instances: 'instances of each service',
  partitions: 'partitions',
  open: 'open incidents',
  batch: 'records a batch',
} as const satisfies Record<keyof Setting, string>;
const axisNames = Object.keys(axes) as readonly (keyof Setting)[];

const perSecond = ({ facts, seconds }: Taken): number => facts / seconds;
const perMillion = (seconds: number, { facts }: Taken): number => (seconds * 1e6) / facts;
const count = (one: number): string => Math.round(one).toLocaleString('en');

/** The settings that differ from the first in one thing only, the first among them, by rising value. */
function along(axis: keyof Setting, { settings }: CostResult): readonly Measured[] {
  const base = settings[0]?.setting;
  return settings
    .filter(({ setting }) =>
      axisNames.every((other) => other === axis || setting[other] === base?.[other]),
    )
    .toSorted((a, b) => a.setting[axis] - b.setting[axis]);
}

/** The figures as Markdown; ratios are medians of those of each round. */
export function costReport(options: CostOptions, result: CostResult): string {
  const base = result.settings[0]?.runs ?? [];
  const ratio = (runs: readonly Taken[], figure: (one: Taken) => number): string => {
    const ratios = runs.map((run, round) => {
      const other = base[round];
      return other === undefined ? Number.NaN : figure(run) / figure(other);
    });
    return median(ratios).toFixed(2);
  };
  const settings = axisNames.flatMap((axis) =>
    along(axis, result).map(({ setting, runs }) => [
      `${axes[axis]}: ${count(setting[axis])}`,
      spread(runs.map(perSecond)),
      ratio(runs, perSecond),
      spread(
        runs.map((run) => perMillion(run.cpuSeconds, run)),
        1,
      ),
    ]),
  );
  const whole = (taken: Taken): number => perMillion(taken.cpuSeconds, taken);
  const stage = (name: string, seconds: (run: Run) => number): string[] => [
    name,
    spread(
      base.map((run) => perMillion(seconds(run), run)),
      1,
    ),
    (median(base.map(seconds)) / median(base.map((run) => run.cpuSeconds))).toFixed(2),
    '',
  ];
  const stages = [
    ...[...deciding, 'Redis' as const].map((name) => stage(name, ({ cpu }) => cpu[name])),
    stage('all of them', ({ cpuSeconds }) => cpuSeconds),
    ...Object.entries(result.floors).map(([name, taken]) => [
      `floor: ${name}`,
      spread(taken.map(whole), 1),
      ratio(taken, whole),
      spread(taken.map(perSecond)),
    ]),
  ];
  return [
    result.measuredOn,
    '',
    `${options.rounds} rounds, ${count(base[0]?.facts ?? 0)} facts each, interleaved; medians, with the least and the most.`,
    '',
    table(['', 'facts a second', '× first setting', 'CPU s a million facts'], settings),
    '',
    table(['first setting', 'CPU s a million facts', '× all of them', 'facts a second'], stages),
    '',
    table(
      ['Redis', 'bytes'],
      [
        ...result.bytesPerIncident.map(({ open, bytes }) => [
          `an incident, of ${count(open)} open`,
          count(bytes),
        ]),
        [`a slot of a window, of ${count(result.slots)}`, count(result.bytesPerSlot)],
      ],
    ),
    '',
  ].join('\n');
}

/** A curve for each thing that was changed, by its name. */
export function costCharts(result: CostResult): ReadonlyMap<string, string> {
  const chart = (axis: keyof Setting): string => {
    const points = along(axis, result).flatMap(({ setting, runs }) =>
      runs.map((run): Point => ({ x: setting[axis], y: perSecond(run) })),
    );
    return curve(axes[axis], 'facts a second', points);
  };
  return new Map(axisNames.map((axis) => [axis, chart(axis)]));
}
