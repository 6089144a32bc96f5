import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import type { Sample } from './sampling.ts';

const { document } = parseHTML('<!doctype html><html><body></body></html>');

interface Point {
  readonly minutes: number;
  readonly value: number;
  readonly of: string;
}

/** Curves over the time of a soak, by the name of the picture; dashed lines are faults. */
export function drawSoak(
  samples: readonly Sample[],
  happened: readonly { readonly minutes: number }[],
): Map<string, string> {
  const ofServices = (read: (service: Sample['services'][number]) => number): Point[] =>
    samples.flatMap(({ minutes, services }) =>
      [...Map.groupBy(services, ({ name }) => name)].map(([of, instances]) => ({
        minutes,
        of,
        value: Math.max(...instances.map(read)),
      })),
    );
  const ofAll = (curves: Readonly<Record<string, (sample: Sample) => number>>): Point[] =>
    samples.flatMap((sample) =>
      Object.entries(curves).map(([of, read]) => ({
        minutes: sample.minutes,
        of,
        value: read(sample),
      })),
    );
  const pictures: readonly (readonly [string, string, readonly Point[]])[] = [
    ['memory', 'Memory of a process (RSS), MiB', ofServices(({ megabytes }) => megabytes)],
    ['handles', 'Open handles of a process', ofServices(({ handles }) => handles)],
    [
      'redis-memory',
      'Memory of Redis, MiB',
      ofAll({ Redis: ({ redisMegabytes }) => redisMegabytes }),
    ],
    [
      'working-set',
      'In the working set',
      ofAll({ incidents: ({ incidents }) => incidents, outbox: ({ outbox }) => outbox }),
    ],
  ];
  return new Map(
    pictures.map(([name, label, points]) => [name, draw(label, points, happened)] as const),
  );
}

function draw(
  label: string,
  points: readonly Point[],
  happened: readonly { readonly minutes: number }[],
): string {
  const figure = Plot.plot({
    document,
    width: 760,
    height: 280,
    marginLeft: 56,
    style: { fontSize: '12px', background: '#ffffff', color: '#1b2733' },
    x: { label: 'minutes' },
    y: { label, zero: true, grid: true },
    color: { legend: false, range: ['#1c5d99', '#b04a12', '#1b7a5a'] },
    marks: [
      Plot.ruleX(happened, { x: 'minutes', stroke: '#52606d', strokeDasharray: '3 4' }),
      Plot.line(points, { x: 'minutes', y: 'value', stroke: 'of', strokeWidth: 1.5 }),
      Plot.text(
        points,
        Plot.selectLast({
          x: 'minutes',
          y: 'value',
          z: 'of',
          text: 'of',
          textAnchor: 'end',
          dy: -8,
        }),
      ),
    ],
  });
  figure.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  return figure.outerHTML;
}
