import type { ObjectiveReport } from '@vigil/domain/report/report';
import type { CurvePoint } from '@vigil/domain/report/survival';
import type { Times } from '@vigil/domain/report/times';
import { childColours } from './chart.ts';
import { becameChart, becameKeys, type Key, reachedChart } from './curve-chart.ts';
import { figure } from './figure.ts';
import { html, type Markup, nothing } from './markup.ts';
import { table } from './table.ts';
import { childWords, length, number, percent, reachedWords } from './words.ts';

const childKeys: Readonly<Record<keyof typeof childWords, Key>> = {
  involved: { words: childWords.involved, colour: childColours.involved, dash: 'none' },
  'not-involved': {
    words: childWords['not-involved'],
    colour: childColours['not-involved'],
    dash: '7 3',
  },
  unknown: { words: childWords.unknown, colour: childColours.unknown, dash: '2 3' },
};

/** How long incidents waited under an objective, the still waiting and the never attended among them. */
export function timesSection(objective: ObjectiveReport): Markup {
  const { name, times, withinMs, milestone } = objective;
  const { overall, curve, children, forces } = times;
  if (overall.waits === 0) return nothing;
  const { ends, attendedOnly } = overall;
  const reached = reachedWords[milestone];
  const points = [0.25, 0.5, 1, 2, 4].flatMap((lengths) => {
    const ms = Math.round(lengths * withinMs);
    return curve.find((point) => point.ms === ms) ?? [];
  });
  return html`<h3>How long incidents waited</h3>
<p>${number(overall.waits)} waited. In time or late, ${number(ends.reached)} were ${reached}. Without it, still waiting: ${number(ends.waiting)}; closed: ${number(ends.closed)}; out of the objective: ${number(ends.left)}.</p>
<p>Half of all were ${reached} ${by(overall.aalenJohansen.medianMs)}, nine in ten ${by(overall.aalenJohansen.p90Ms)}. If nothing else had ended their waits, half would be ${reached} ${by(overall.kaplanMeier.medianMs)} and nine in ten ${by(overall.kaplanMeier.p90Ms)} (Kaplan–Meier). Counting only those ${reached} would say ${by(attendedOnly.medianMs)} and ${by(attendedOnly.p90Ms)}, and ${percent(attendedOnly.withinShare)} in time.</p>
${figure(
  'What had become of them (Aalen–Johansen)',
  becameChart(`What had become of incidents as time went by, under ${name}.`, curve, withinMs),
  Object.values(becameKeys),
  table<CurvePoint>(
    'The same in figures: shares after',
    [
      { head: 'After', cell: ({ ms }) => length(ms) },
      { head: 'Reached', figures: true, cell: (point) => percent(point.reached) },
      { head: 'Closed', figures: true, cell: ({ closed }) => percent(closed) },
      { head: 'Left', figures: true, cell: ({ left }) => percent(left) },
      {
        head: 'Waiting',
        figures: true,
        cell: (point) => percent(Math.max(0, 1 - point.reached - point.closed - point.left)),
      },
      {
        head: 'Kaplan–Meier',
        figures: true,
        cell: ({ kaplanMeier }) => percent(kaplanMeier),
      },
    ],
    points,
  ),
)}
${figure(
  'Reached, by child (Aalen–Johansen)',
  reachedChart(
    `Share reached as time went by, with a child, without and not known, under ${name}.`,
    children.map((group) => ({ key: childKeys[group.child], curve: group.curve })),
    withinMs,
  ),
  children.map(({ child }) => childKeys[child]),
  timesTable('The same in figures: children', [
    { words: 'all', times: overall },
    ...children.map((times) => ({ words: childWords[times.child], times })),
  ]),
)}
${
  forces.length < 2
    ? nothing
    : timesTable(
        'How long incidents waited, by force',
        forces.map((times) => ({ words: times.forceId, times })),
      )
}`;
}

function by(ms: number | null): string {
  return ms === null ? 'not so far' : `by ${length(ms)}`;
}

function timesTable(
  caption: string,
  rows: readonly { readonly words: string; readonly times: Times }[],
): Markup {
  return table(
    caption,
    [
      { head: 'Incidents', cell: ({ words }) => words },
      { head: 'Waits', figures: true, cell: ({ times }) => number(times.waits) },
      {
        head: 'Reached when due',
        figures: true,
        cell: ({ times }) => percent(times.whenDue.reached),
      },
      { head: 'Half by', figures: true, cell: ({ times }) => length(times.aalenJohansen.medianMs) },
      {
        head: 'Nine in ten by',
        figures: true,
        cell: ({ times }) => length(times.aalenJohansen.p90Ms),
      },
    ],
    rows,
  );
}
