/**
 * Charts as static SVG, drawn by Observable Plot on a DOM that lives in memory. They are drawn for a
 * column of 400 px, so that their words can be read on a telephone and two stand side by side on paper.
 */
import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import { type Markup, trusted } from './markup.ts';

const { document } = parseHTML('<!doctype html><html><body></body></html>');
const width = 400;

/** Colours that stand out from white and from each other, by lightness too. */
export const colours = {
  ink: '#1b2733',
  soft: '#52606d',
  line: '#d5dce3',
  main: '#1c5d99',
  second: '#b04a12',
  third: '#1b7a5a',
} as const;

/** Colours of incidents with a child, without, and where nobody knows. */
export const childColours = {
  involved: colours.second,
  'not-involved': colours.main,
  unknown: colours.soft,
} as const;

/** A share with its interval, 0 to 1, beside a name. */
export interface ShareBar {
  readonly name: string;
  readonly share: number | null;
  readonly low: number | null;
  readonly high: number | null;
  readonly colour?: string;
}

type Marks = NonNullable<Plot.PlotOptions['marks']>;

/** Draws a chart; `description` is what it is to whoever cannot see it. */
export function draw(description: string, options: Plot.PlotOptions): Markup {
  const svg = Plot.plot({
    document,
    width,
    ariaLabel: description,
    style: { fontSize: '12.5px', color: colours.ink },
    ...options,
  });
  svg.setAttribute('role', 'img');
  // An image has one name; Plot names its parts too, which assistive technology must not hear.
  for (const part of svg.querySelectorAll('[aria-label]')) part.removeAttribute('aria-label');
  return trusted(svg.outerHTML);
}

/** An axis of percentages. */
export const shareAxis = {
  domain: [0, 100],
  ticks: [0, 25, 50, 75, 100],
  tickFormat: (tick: number) => `${tick} %`,
  tickSize: 0,
  label: null,
};

/** Shares as dots on their intervals, one below the other, with the target as a line. */
export function shareChart(
  description: string,
  bars: readonly ShareBar[],
  target: number | undefined,
): Markup {
  const rows = bars.flatMap(({ name, colour = colours.main, share, low, high }) =>
    share === null || low === null || high === null
      ? []
      : [{ name, colour, share: share * 100, low: low * 100, high: high * 100 }],
  );
  const longest = Math.max(0, ...rows.map(({ name }) => [...name].length));
  const marginLeft = Math.min(200, 16 + longest * 7.4);
  const marks: Marks = [
    Plot.gridX(shareAxis.ticks, { stroke: colours.line, strokeOpacity: 1 }),
    ...(target === undefined ? [] : targetLine(target)),
    Plot.ruleY(rows, {
      x1: 'low',
      x2: 'high',
      y: 'name',
      stroke: ({ colour }) => colour,
      strokeWidth: 3,
      strokeOpacity: 0.45,
      strokeLinecap: 'round',
    }),
    Plot.dot(rows, { x: 'share', y: 'name', fill: ({ colour }) => colour, r: 4.5 }),
  ];
  return draw(description, {
    height: 58 + rows.length * 24,
    marginLeft,
    marginTop: 22,
    marginBottom: 32,
    marginRight: 22,
    x: shareAxis,
    y: {
      domain: rows.map(({ name }) => name),
      label: null,
      tickSize: 0,
      tickFormat: (name: string) => shortened(name),
    },
    // Colours are given as they are.
    color: { type: 'identity' },
    marks,
  });
}

function targetLine(target: number) {
  return [
    Plot.ruleX([target * 100], {
      stroke: colours.second,
      strokeDasharray: '4 3',
      strokeWidth: 1.5,
    }),
    Plot.text([target * 100], {
      x: (at: number) => at,
      text: (at: number) => `target ${Math.round(at * 10) / 10} %`,
      frameAnchor: 'top',
      dy: -14,
      fill: colours.second,
    }),
  ];
}

function shortened(name: string): string {
  const characters = [...name];
  return characters.length <= 27 ? name : `${characters.slice(0, 26).join('')}…`;
}

/** Shares by month, with their intervals and the target. */
export function monthChart(
  description: string,
  months: readonly (Omit<ShareBar, 'name' | 'colour'> & { readonly month: string })[],
  target: number,
): Markup {
  // A month without incidents stands in the row all the same, and breaks the line.
  const rows = months.map(({ month, share, low, high }) => ({
    month,
    share: share === null ? Number.NaN : share * 100,
    low: (low ?? Number.NaN) * 100,
    high: (high ?? Number.NaN) * 100,
  }));
  const every = Math.ceil(rows.length / 7);
  return draw(description, {
    height: 240,
    marginLeft: 48,
    marginRight: 52,
    marginTop: 14,
    x: {
      type: 'point',
      domain: rows.map(({ month }) => month),
      ticks: rows.filter((_, index) => index % every === 0).map(({ month }) => month),
      label: null,
      tickSize: 0,
    },
    y: shareAxis,
    marks: [
      Plot.gridY(shareAxis.ticks, { stroke: colours.line, strokeOpacity: 1 }),
      Plot.ruleY([target * 100], {
        stroke: colours.second,
        strokeDasharray: '4 3',
        strokeWidth: 1.5,
      }),
      Plot.text([target * 100], {
        y: (at: number) => at,
        text: (at: number) => `target\n${Math.round(at * 10) / 10} %`,
        frameAnchor: 'right',
        textAnchor: 'start',
        dx: 6,
        lineHeight: 1.15,
        fill: colours.second,
      }),
      Plot.line(rows, { x: 'month', y: 'share', stroke: colours.main, strokeWidth: 1.5 }),
      Plot.ruleX(rows, {
        x: 'month',
        y1: 'low',
        y2: 'high',
        stroke: colours.main,
        strokeWidth: 3,
        strokeOpacity: 0.45,
        strokeLinecap: 'round',
      }),
      Plot.dot(rows, { x: 'month', y: 'share', fill: colours.main, r: 4 }),
    ],
  });
}
