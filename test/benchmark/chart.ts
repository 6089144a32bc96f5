/** Charts as static SVG, drawn by Observable Plot on a DOM that lives in memory. */
import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';

const { document } = parseHTML('<!doctype html><html><body></body></html>');
const colours = ['#1c5d99', '#b04a12', '#1b7a5a'];

/** Draws a chart that can be read on a dark page too: it brings its own ground. */
export function draw(options: Plot.PlotOptions): string {
  const figure = Plot.plot({
    document,
    width: 760,
    marginLeft: 64,
    style: { fontSize: '12px', background: '#ffffff', color: '#1b2733' },
    color: { range: colours },
    ...options,
  });
  figure.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  return figure.outerHTML;
}

/** One of many durations, and what it belongs to. */
export interface Measured {
  readonly of: string;
  readonly ms: number;
}

/** How durations are spread, a row for each `of`; the dashed line is the target. */
export function histogram(label: string, measured: readonly Measured[], target: number): string {
  const highest = Math.max(target, ...measured.map(({ ms }) => ms));
  return draw({
    height: 300,
    marginRight: 110,
    x: { label, domain: [0, highest] },
    y: { label: 'alerts', grid: true },
    fy: { label: null },
    marks: [
      Plot.rectY(measured, {
        ...Plot.binX({ y: 'count' }, { x: 'ms', thresholds: 60 }),
        fy: 'of',
        fill: colours[0] ?? '',
      }),
      Plot.ruleX([target], { stroke: colours[1] ?? '', strokeDasharray: '4 3' }),
      Plot.ruleY([0]),
    ],
  });
}

/** A figure at one setting in one round. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Every round as a dot, the medians joined by a line; both axes begin at nothing, x by powers. */
export function curve(x: string, y: string, points: readonly Point[]): string {
  return draw({
    height: 280,
    x: { type: 'log', label: x, ticks: [...new Set(points.map((one) => one.x))], tickFormat: ',d' },
    y: { label: y, zero: true, grid: true },
    marks: [
      Plot.dot(points, { x: 'x', y: 'y', fill: colours[0] ?? '', fillOpacity: 0.45, r: 3 }),
      Plot.line(
        points,
        Plot.groupX({ y: 'median' }, { x: 'x', y: 'y', stroke: colours[0] ?? '', sort: 'x' }),
      ),
    ],
  });
}

/** A figure of one contender in one round. */
export interface Measurement {
  readonly of: string;
  readonly figure: number;
}

/** Every round as a dot, the median as a stroke; a row for each contender, in the order of their medians. */
export function strips(label: string, measured: readonly Measurement[]): string {
  const names = new Set(measured.map((one) => one.of));
  return draw({
    height: 60 + 32 * names.size,
    marginLeft: 250,
    marginBottom: 44,
    x: { label, zero: true, grid: true },
    y: { label: null },
    marks: [
      Plot.dot(measured, { x: 'figure', y: 'of', fill: colours[0] ?? '', fillOpacity: 0.45, r: 3 }),
      Plot.tickX(
        measured,
        Plot.groupY(
          { x: 'median' },
          { x: 'figure', y: 'of', stroke: colours[1] ?? '', strokeWidth: 2, sort: { y: '-x' } },
        ),
      ),
    ],
  });
}
