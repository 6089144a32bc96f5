import type { Case } from '@vigil/domain/report/cases';
import type { Report } from '@vigil/domain/report/report';
import { html, type Markup, nothing } from './markup.ts';
import { endWords, length, number, outcomeWords } from './words.ts';

/** The drawn cases, laid out for reading. */
export function sampleSection({ sample, incidents }: Report): Markup {
  const { cases, seed } = sample;
  return html`<section class="sample" aria-labelledby="sample">
<h2 id="sample">Cases drawn for reading</h2>
<p>${number(cases.length)} of ${number(incidents)} incidents, drawn by the seed “${seed}”: those for which the SHA-256 of the seed, a line feed and the incident’s id is lowest. Anybody can draw them again.</p>
${cases.map(caseMarkup)}
</section>`;
}

function caseMarkup({ incidentId, lines, standing, notes, counted }: Case, index: number): Markup {
  return html`<article class="case" aria-labelledby="case-${index}">
<h3 id="case-${index}">${index + 1}. ${incidentId}</h3>
${counted.map(
  ({ objective, outcome, waitedMs, end }) =>
    html`<p><strong>${objective}:</strong> ${outcomeWords(outcome)}${
      waitedMs === null || end === null ? '' : `; ${endWords[end]} after ${length(waitedMs)}`
    }.</p>`,
)}
<ol>
${lines.map(
  ({
    at,
    localTime,
    sinceCall,
    kind,
    sentence,
    details,
  }) => html`<li class="${kind}"><div><time datetime="${at}">${localTime}</time> <span class="since">${sinceCall}</span></div><div><span class="sentence">${sentence}</span>${
    details.length === 0
      ? nothing
      : html`<ul>${details.map((detail) => html`<li>${detail}</li>`)}</ul>`
  }</div></li>
`,
)}</ol>
${[...standing, ...notes].map((sentence) => html`<p>${sentence}</p>`)}
</article>
`;
}
