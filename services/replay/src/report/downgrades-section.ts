import type { ObjectiveReport } from '@vigil/domain/report/report';
import { downgradeChart, reviewKeys } from './curve-chart.ts';
import { figure } from './figure.ts';
import { html, type Markup } from './markup.ts';
import { table } from './table.ts';
import { areaWords, childWords, clockIn, length, number, reviewWords } from './words.ts';

/** Downgrades out of an objective before it was due, and whether a supervisor reviewed them. */
export function downgradesSection({ name, downgrades }: ObjectiveReport, timeZone: string): Markup {
  const { tenths, forces, listed } = downgrades;
  const all = forces.reduce((sum, force) => sum + force.all, 0);
  if (all === 0) {
    return html`<h3>Downgrades before it was due</h3>
<p>No incident that was waiting was downgraded out of the objective before it was due.</p>`;
  }
  const late = forces.reduce((sum, force) => sum + force.late, 0);
  const lateNeverReviewed = forces.reduce((sum, force) => sum + force.lateNeverReviewed, 0);
  const clock = clockIn(timeZone);
  return html`<h3>Downgrades before it was due</h3>
<p>${number(all)} times a waiting incident was given a less urgent or unknown grade that the objective does not cover; ${number(late)} of these shortly before it was due, in the last fifth of the time allowed, and ${number(lateNeverReviewed)} of those were never reviewed.</p>
${figure(
  'Downgrades by how much of the time allowed had gone by',
  downgradeChart(`Downgrades by how much of the time had gone by, under ${name}.`, tenths),
  [reviewKeys.never, reviewKeys.later, reviewKeys['at-once']],
  table(
    'The same in figures: time gone by',
    [
      { head: 'Time gone by', cell: ({ tenth }) => `${tenth * 10} to ${tenth * 10 + 10}\u00a0%` },
      { head: 'Never reviewed', figures: true, cell: ({ counts }) => number(counts.never) },
      { head: 'Reviewed later', figures: true, cell: ({ counts }) => number(counts.later) },
      { head: 'Reviewed at once', figures: true, cell: ({ counts }) => number(counts['at-once']) },
    ],
    tenths.map((counts, tenth) => ({ tenth, counts })),
  ),
)}
${table(
  'Downgrades by force',
  [
    { head: 'Force', cell: ({ forceId }) => forceId },
    { head: 'Before it was due', figures: true, cell: (force) => number(force.all) },
    { head: 'Shortly before', figures: true, cell: (force) => number(force.late) },
    {
      head: 'Of these never reviewed',
      figures: true,
      cell: (force) => number(force.lateNeverReviewed),
    },
  ],
  forces,
)}
${
  listed.length === 0
    ? html`<p>None was shortly before it was due.</p>`
    : table(
        'Downgrades shortly before it was due: never reviewed first, then the latest',
        [
          { head: 'Incident', cell: ({ incidentId }) => incidentId },
          { head: 'Downgraded', cell: ({ at }) => clock(at) },
          { head: 'From, to', cell: ({ from, to }) => `${from}, ${to}` },
          { head: 'Time left', figures: true, cell: ({ leftMs }) => length(leftMs) },
          { head: 'Review', cell: ({ review }) => reviewWords[review] },
          {
            head: 'Reached all the same',
            cell: ({ reachedMs }) =>
              reachedMs === undefined ? 'never' : `after ${length(reachedMs)}`,
          },
          {
            head: 'Force, area',
            cell: ({ forceId, areaId }) => `${forceId}, ${areaWords(areaId)}`,
          },
          { head: 'Child', cell: ({ child }) => childWords[child] },
        ],
        listed,
      )
}`;
}
