/** Charts of what becomes of incidents as time goes by. */

import * as Plot from '@observablehq/plot';
import type { Review } from '@vigil/domain/report/downgrade';
import type { Curve } from '@vigil/domain/report/survival';
import { colours, draw, shareAxis } from './chart.ts';
import type { Markup } from './markup.ts';
import { length } from './words.ts';

/** What a colour or a dash of a chart stands for. */
export interface Key {
  readonly words: string;
  readonly colour: string;
  /** Of a line: an SVG dash pattern, `none` for a whole line. */
  readonly dash?: string;
}

/** What becomes of incidents, from the bottom up. */
export const becameKeys = {
  reached: { words: 'reached', colour: colours.main },
  closed: { words: 'closed without it', colour: colours.second },
  left: { words: 'left the objective without it', colour: '#d9a441' },
  waiting: { words: 'still waiting', colour: '#e4e9ee' },
} as const satisfies Readonly<Record<string, Key>>;

function timeAxis(withinMs: number, curve: Curve): Plot.ScaleOptions {
  const last = curve.at(-1)?.ms ?? withinMs;
  return {
    domain: [0, last],
    ticks: Array.from({ length: Math.floor(last / withinMs) + 1 }, (_, n) => n * withinMs),
    tickFormat: (ms: number) => (ms === 0 ? '0' : length(ms)),
    label: null,
  };
}

/** Four layers that add up to all incidents at every length of waiting. */
export function becameChart(description: string, curve: Curve, withinMs: number): Markup {
  const layers = curve.flatMap(({ ms, reached, closed, left }) => {
    const tops = [reached, reached + closed, reached + closed + left, 1];
    return Object.values(becameKeys).map(({ words }, index) => ({
      ms,
      words,
      from: (tops[index - 1] ?? 0) * 100,
      to: (tops[index] ?? 1) * 100,
    }));
  });
  return draw(description, {
    height: 250,
    marginLeft: 48,
    marginRight: 22,
    marginTop: 22,
    x: timeAxis(withinMs, curve),
    y: shareAxis,
    color: {
      domain: Object.values(becameKeys).map(({ words }) => words),
      range: Object.values(becameKeys).map(({ colour }) => colour),
    },
    marks: [
      Plot.areaY(layers, { x: 'ms', y1: 'from', y2: 'to', fill: 'words', curve: 'step-after' }),
      ...dueLine(withinMs),
    ],
  });
}

/** The share reached as time goes by, a line a group. */
export function reachedChart(
  description: string,
  groups: readonly { readonly key: Key; readonly curve: Curve }[],
  withinMs: number,
): Markup {
  return draw(description, {
    height: 250,
    marginLeft: 48,
    marginRight: 22,
    marginTop: 22,
    x: timeAxis(withinMs, groups[0]?.curve ?? []),
    y: shareAxis,
    marks: [
      Plot.gridY(shareAxis.ticks, { stroke: colours.line, strokeOpacity: 1 }),
      ...dueLine(withinMs),
      ...groups.map(({ key, curve }) =>
        Plot.line(curve, {
          x: 'ms',
          y: ({ reached }: Curve[number]) => reached * 100,
          stroke: key.colour,
          strokeWidth: 2,
          curve: 'step-after',
          ...(key.dash === undefined ? {} : { strokeDasharray: key.dash }),
        }),
      ),
    ],
  });
}

function dueLine(withinMs: number) {
  return [
    Plot.ruleX([withinMs], { stroke: colours.ink, strokeDasharray: '4 3' }),
    Plot.text([withinMs], {
      x: (ms: number) => ms,
      text: () => 'due',
      frameAnchor: 'top',
      dy: -14,
    }),
  ];
}

export const reviewKeys: Readonly<Record<Review, Key>> = {
  never: { words: 'never reviewed', colour: colours.second },
  later: { words: 'reviewed later', colour: '#d9a441' },
  'at-once': { words: 'reviewed at once', colour: colours.main },
};

/** Downgrades by tenth of the time allowed: when they crowd before the end, somebody should ask why. */
export function downgradeChart(
  description: string,
  tenths: readonly Readonly<Record<Review, number>>[],
): Markup {
  const bars = tenths.flatMap((counts, tenth) => {
    let below = 0;
    return (['never', 'later', 'at-once'] as const).map((review) => {
      const from = below;
      below += counts[review];
      return { x1: tenth * 10, x2: tenth * 10 + 10, from, to: below, review };
    });
  });
  return draw(description, {
    height: 220,
    marginLeft: 48,
    marginRight: 22,
    marginBottom: 32,
    x: {
      domain: [0, 100],
      ticks: [0, 20, 40, 60, 80, 100],
      tickFormat: (tick: number) => `${tick} %`,
      label: null,
    },
    y: {
      label: null,
      grid: true,
      tickSize: 0,
      ticks: 4,
      tickFormat: (n: number) => (Number.isInteger(n) ? String(n) : ''),
    },
    color: {
      domain: Object.keys(reviewKeys),
      range: Object.values(reviewKeys).map(({ colour }) => colour),
    },
    marks: [
      Plot.rect(
        bars.filter(({ from, to }) => to > from),
        {
          x1: 'x1',
          x2: 'x2',
          y1: 'from',
          y2: 'to',
          fill: 'review',
          insetLeft: 1.5,
          insetRight: 1.5,
          insetTop: 0.5,
          insetBottom: 0.5,
        },
      ),
      Plot.ruleY([0]),
    ],
  });
}
