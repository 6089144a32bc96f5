/** The section of the report about one objective. */

import type {
  AreaAttainment,
  Attainment,
  ForceAttainment,
  MonthAttainment,
} from '@vigil/domain/report/attainment';
import type { ObjectiveReport } from '@vigil/domain/report/report';
import { childColours, colours, monthChart, type ShareBar, shareChart } from './chart.ts';
import { downgradesSection } from './downgrades-section.ts';
import { figure } from './figure.ts';
import { html, type Markup, nothing } from './markup.ts';
import { outcomesTable } from './outcomes-table.ts';
import { type Column, table } from './table.ts';
import { timesSection } from './times-section.ts';
import {
  areaWords,
  basisWords,
  childWords,
  clockIn,
  endWords,
  length,
  monthWords,
  number,
  objectiveWords,
  percent,
  range,
  verdictReasons,
  verdictWords,
} from './words.ts';

const basisColours = {
  initial: colours.main,
  due: colours.second,
  highest: colours.third,
} as const;

/** Areas that are shown; the others are in the tables beside the page. */
const mostAreas = 30;

export function objectiveSection(
  objective: ObjectiveReport,
  index: number,
  timeZone: string,
): Markup {
  const { name, overall, verdict, target } = objective;
  return html`<section class="objective" aria-labelledby="objective-${index}">
<h2 id="objective-${index}">${name}</h2>
<p>${objectiveWords(objective)}</p>
<p><strong class="${verdict}">${verdictWords[verdict]}: ${percent(overall.share)} in time</strong>${
    overall.share === null ? '' : `, 95 % interval ${range(overall.low, overall.high)}`
  }. ${verdictReasons[verdict]} ${number(overall.within)} within, ${number(overall.missed)} missed, ${number(overall.notYetDue)} not yet due.</p>
${placesSections(objective)}
<h3>By grade, whatever became of it</h3>
<p>Regrading takes incidents out of an objective and into it. Here nothing does: each incident is counted under the grade it had at first, the one it had when it was due (or reached, if that was sooner), and the most urgent one it held until then. If the first row of a grade is worse than the second, regrading flatters.</p>
${figure(
  'Share in time by grade',
  shareChart(
    `Share in time by grade at first, when due and highest held, under ${name}.`,
    objective.grading.map(({ grade, basis, ...shares }) => ({
      name: `${grade}, ${basisWords[basis]}`,
      colour: basisColours[basis],
      ...shares,
    })),
    target,
  ),
  [],
  attainmentTable(
    'The same in figures: grades',
    [{ head: 'Grade', cell: ({ grade, basis }) => `${grade}, ${basisWords[basis]}` }],
    objective.grading,
  ),
)}
${childrenSection(objective)}
${timesSection(objective)}
${longestSection(objective, timeZone)}
${downgradesSection(objective, timeZone)}
<h3>What became of every incident</h3>
<p>Each call and each reopening is counted here exactly once.</p>
${outcomesTable(objective)}
</section>`;
}

function placesSections(objective: ObjectiveReport): Markup {
  const { name, forces, areas, months, target } = objective;
  const shown = areas
    .toSorted((a, b) => counted(b) - counted(a))
    .slice(0, mostAreas)
    .sort((a, b) => areas.indexOf(a) - areas.indexOf(b));
  const areaName = ({ forceId, areaId }: AreaAttainment): string => {
    const forces = areas.filter((area) => area.areaId === areaId).length;
    return forces === 1 ? areaWords(areaId) : `${forceId}, ${areaWords(areaId)}`;
  };
  const rest = areas.length - shown.length;
  return html`<h3>By force</h3>
${sharesWithChart('force', name, forces, ({ forceId }: ForceAttainment) => forceId, target)}
<h3>By area</h3>
${rest === 0 ? nothing : html`<p>The ${mostAreas} areas with the most incidents; ${number(rest)} more are in report.csv.</p>`}
${sharesWithChart('area', name, shown, areaName, target)}
<h3>By month of the call</h3>
${figure(
  'Share in time by month',
  monthChart(
    `Share in time by month of the call, under ${name}.`,
    withoutGaps(months).map(({ month, ...shares }) => ({ month: monthWords(month), ...shares })),
    target,
  ),
  [],
  attainmentTable(
    'The same in figures: months',
    [{ head: 'Month', cell: ({ month }) => monthWords(month) }],
    months,
  ),
)}`;
}

/** Nothing where the report makes no such comparison. */
function childrenSection({ name, childComparison, target }: ObjectiveReport): Markup {
  if (childComparison.length === 0) return nothing;
  return html`<h3>Children and others at the same grade</h3>
<p>By the grade when it was due. Where nobody said whether a child is involved, one may be: such possible children stand apart, as not known.</p>
${figure(
  'Share in time by grade and child',
  shareChart(
    `Share in time for incidents with a child, without and not known, by grade, under ${name}.`,
    childComparison.map(({ grade, child, ...shares }) => ({
      name: `${grade}, ${childWords[child]}`,
      colour: childColours[child],
      ...shares,
    })),
    target,
  ),
  [],
  attainmentTable(
    'The same in figures: grades and children',
    [{ head: 'Grade, child', cell: ({ grade, child }) => `${grade}, ${childWords[child]}` }],
    childComparison,
  ),
)}`;
}

/** The months from the first to the last, those in which nothing was counted too. */
function withoutGaps(months: readonly MonthAttainment[]): readonly ShareOfMonth[] {
  const [first, last] = [months[0]?.month, months.at(-1)?.month];
  const all: ShareOfMonth[] = [];
  for (let month = first; month !== undefined && last !== undefined && month <= last; ) {
    const known = months.find((row) => row.month === month);
    all.push(known ?? { month, share: null, low: null, high: null });
    month = nextMonth(month);
  }
  return all;
}

type ShareOfMonth = Pick<MonthAttainment, 'month' | 'share' | 'low' | 'high'>;

function nextMonth(month: string): string {
  const next = new Date(`${month}-01T00:00:00Z`);
  next.setUTCMonth(next.getUTCMonth() + 1);
  return next.toISOString().slice(0, 'yyyy-mm'.length);
}

function sharesWithChart<Row extends Attainment>(
  what: string,
  name: string,
  rows: readonly Row[],
  nameOf: (row: Row) => string,
  target: number,
): Markup {
  const bars: readonly ShareBar[] = rows.map((row) => ({ ...row, name: nameOf(row) }));
  return figure(
    `Share in time by ${what}`,
    shareChart(`Share in time by ${what}, under ${name}.`, bars, target),
    [],
    attainmentTable(
      `The same in figures: ${what}s`,
      [{ head: `${what.charAt(0).toUpperCase()}${what.slice(1)}`, cell: nameOf }],
      rows,
    ),
  );
}

function attainmentTable<Row extends Attainment>(
  caption: string,
  columns: readonly Column<Row>[],
  rows: readonly Row[],
): Markup {
  return table<Row>(
    caption,
    [
      ...columns,
      { head: 'Within', figures: true, cell: ({ within }) => number(within) },
      { head: 'Missed', figures: true, cell: ({ missed }) => number(missed) },
      { head: 'Not yet due', figures: true, cell: ({ notYetDue }) => number(notYetDue) },
      {
        head: 'In time (95\u00a0% interval)',
        figures: true,
        cell: ({ share, low, high }) =>
          share === null
            ? percent(share)
            : html`${percent(share)} <small>${range(low, high)}</small>`,
      },
    ],
    rows,
  );
}

function counted({ within, missed, notYetDue }: Attainment): number {
  return within + missed + notYetDue;
}

function longestSection({ longest }: ObjectiveReport, timeZone: string): Markup {
  const clock = clockIn(timeZone);
  return html`<h3>The longest waits</h3>
${
  longest.length === 0
    ? html`<p>No incident waited.</p>`
    : table(
        `The longest ${longest.length}, those that go on among them`,
        [
          { head: 'Incident', cell: ({ incidentId }) => incidentId },
          { head: 'Waited', figures: true, cell: ({ waitedMs }) => length(waitedMs) },
          { head: 'Then', cell: ({ end }) => endWords[end] },
          { head: 'Since', cell: ({ begin }) => clock(begin) },
          {
            head: 'Force, area',
            cell: ({ forceId, areaId }) => `${forceId}, ${areaWords(areaId)}`,
          },
          { head: 'Grade', cell: ({ grade }) => grade },
          { head: 'Child', cell: ({ child }) => childWords[child] },
        ],
        longest,
      )
}`;
}
