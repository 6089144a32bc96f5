/** The report as one page that needs nothing else: no network, no script, charts inside. */
import { flagWords } from '@vigil/domain/assessment/story-words';
import type { ObjectiveReport, Report } from '@vigil/domain/report/report';
import { sampleSection } from './case-section.ts';
import { html, type Markup, trusted } from './markup.ts';
import { methodSection } from './method-section.ts';
import { objectiveSection } from './objective-section.ts';
import { style } from './style.ts';
import { table } from './table.ts';
import { clockIn, length, number, percent, range, verdictWords } from './words.ts';

/** Nothing may be fetched and no script may run, even if a fact managed to write markup. */
const contentPolicy = "default-src 'none'; style-src 'unsafe-inline'";

/** `report.html`: the whole report as one HTML document. */
export function reportPage(report: Report): string {
  const { objectives } = report;
  const page = html`<!doctype html>
<html lang="en-GB">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${contentPolicy}">
<title>Attendance report</title>
<style>${trusted(style)}</style>
</head>
<body>
<header>
<h1>Attendance report</h1>
${summary(report)}
</header>
<main>
${
  objectives.length === 0
    ? html`<p>The policy has no objectives, so there is no attainment to report.</p>`
    : html`<ul class="cards">${objectives.map(card)}</ul>`
}
${contents(objectives)}
${objectives.map((objective, index) => objectiveSection(objective, index, report.timeZone))}
${alertsSection(report)}
${standDownsSection(report)}
${dataSection(report)}
${methodSection(report)}
${sampleSection(report)}
</main>
</body>
</html>`;
  return page.markup;
}

function summary(report: Report): Markup {
  const { period, until, timeZone, policyVersion, incidents, reopenings } = report;
  const clock = clockIn(timeZone);
  const calls =
    period === null
      ? 'No call was read.'
      : `Calls from ${clock(period.from)} to ${clock(period.to)}, as things stood at ${clock(until)}.`;
  return html`<p class="soft">${calls}</p>
<dl class="facts">
<div><dt>Incidents</dt><dd>${number(incidents)}</dd></div>
<div><dt>Reopenings</dt><dd>${number(reopenings)}</dd></div>
<div><dt>Policy version</dt><dd>${policyVersion}</dd></div>
<div><dt>Time zone</dt><dd>${timeZone}</dd></div>
</dl>`;
}

function card(
  { name, overall, target, withinMs, verdict }: ObjectiveReport,
  index: number,
): Markup {
  const { share, low, high, notYetDue } = overall;
  return html`<li><a class="name" href="#objective-${index}">${name}</a>
<span class="big">${percent(share)}</span>
<p>in time, within ${length(withinMs)}${share === null ? '' : `; 95 % interval ${range(low, high)}`}</p>
<p>target ${percent(target)}, ${number(notYetDue)} not yet due</p>
<p class="verdict ${verdict}">${verdictWords[verdict]}</p></li>`;
}

function contents(objectives: readonly ObjectiveReport[]): Markup {
  return html`<nav aria-label="Contents"><ol>
${objectives.map(({ name }, index) => html`<li><a href="#objective-${index}">${name}</a></li>`)}
<li><a href="#alerts">Alerts that should have been raised</a></li>
<li><a href="#stand-downs">Stand-downs after arrival</a></li>
<li><a href="#data">What the facts are worth</a></li>
<li><a href="#method">How the figures are made</a></li>
<li><a href="#sample">Cases drawn for reading</a></li>
</ol></nav>`;
}

function alertsSection({ alerts }: Report): Markup {
  return html`<section aria-labelledby="alerts">
<h2 id="alerts">Alerts that should have been raised</h2>
${
  alerts.length === 0
    ? html`<p>None.</p>`
    : table(
        'Alerts by target and phase',
        [
          { head: 'Target', cell: ({ target }) => target },
          { head: 'Phase', cell: ({ phase }) => phase },
          { head: 'Alerts', figures: true, cell: (row) => number(row.alerts) },
        ],
        alerts,
      )
}
</section>`;
}

function standDownsSection({ standDowns }: Report): Markup {
  return html`<section aria-labelledby="stand-downs">
<h2 id="stand-downs">Stand-downs after arrival</h2>
<p>An arrival was recorded and the unit stood down later in the same opening. Such an arrival does not count as an attendance.</p>
${
  standDowns.length === 0
    ? html`<p>There was none.</p>`
    : table(
        'Stand-downs by force',
        [
          { head: 'Force', cell: ({ forceId }) => forceId },
          { head: 'Arrivals taken back', figures: true, cell: (row) => number(row.attendances) },
          { head: 'Incidents', figures: true, cell: (row) => number(row.incidents) },
          { head: 'Attended all the same', figures: true, cell: (row) => number(row.attended) },
          { head: 'Open, unattended', figures: true, cell: (row) => number(row.open) },
          { head: 'Closed, unattended', figures: true, cell: (row) => number(row.closed) },
        ],
        standDowns,
      )
}
</section>`;
}

function dataSection({ read, flags }: Report): Markup {
  const rows = [
    { words: 'Facts of incidents', count: read.facts },
    { words: 'Of these repeats of another, which change nothing', count: read.duplicates },
    { words: 'Lines that are no fact, left out', count: read.rejected },
    { words: 'Heartbeats of sources', count: read.heartbeats },
  ];
  return html`<section aria-labelledby="data">
<h2 id="data">What the facts are worth</h2>
${table(
  'What was read',
  [
    { head: 'What', cell: ({ words }) => words },
    { head: 'Number', figures: true, cell: ({ count }) => number(count) },
  ],
  rows,
)}
${
  flags.length === 0
    ? html`<p>No incident’s facts contradict each other.</p>`
    : table(
        'Incidents whose facts need a second look',
        [
          { head: 'What was found', cell: ({ flag }) => flagWords[flag] },
          { head: 'Incidents', figures: true, cell: ({ incidents }) => number(incidents) },
        ],
        flags,
      )
}
</section>`;
}
