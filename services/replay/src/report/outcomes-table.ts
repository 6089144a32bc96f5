import type { ObjectiveReport } from '@vigil/domain/report/report';
import { exclusions } from '@vigil/domain/report/wait';
import { html, type Markup } from './markup.ts';
import { exclusionWords, number, percent } from './words.ts';

interface Line {
  readonly words: string;
  readonly waits: number;
  readonly total?: boolean;
}

/** Every wait by what became of it, with totals that add up. */
export function outcomesTable({ outcomes }: ObjectiveReport): Markup {
  const { within, missed, 'not-yet-due': notYetDue } = outcomes;
  const excluded = exclusions.reduce((sum, reason) => sum + outcomes[reason], 0);
  const all = within + missed + notYetDue + excluded;
  const lines: readonly Line[] = [
    { words: 'Within', waits: within },
    { words: 'Missed', waits: missed },
    { words: 'Not yet due', waits: notYetDue },
    { words: 'Counted', waits: within + missed + notYetDue, total: true },
    ...exclusions
      .filter((reason) => outcomes[reason] > 0)
      .map((reason) => ({ words: `Left out: ${exclusionWords[reason]}`, waits: outcomes[reason] })),
    { words: 'Left out', waits: excluded, total: true },
    { words: 'Calls and reopenings', waits: all, total: true },
  ];
  const caption = 'Calls and reopenings by what became of them';
  return html`<div class="table" role="group" tabindex="0" aria-label="${caption}"><table>
<caption>${caption}</caption>
<thead><tr><th scope="col">Outcome</th><th scope="col" class="figures">Calls and reopenings</th><th scope="col" class="figures">Share</th></tr></thead>
<tbody>
${lines.map(
  ({
    words,
    waits,
    total,
  }) => html`<tr class="${total === true ? 'total' : 'part'}"><th scope="row">${words}</th><td class="figures">${number(waits)}</td><td class="figures">${percent(all === 0 ? null : waits / all)}</td></tr>
`,
)}</tbody>
</table></div>`;
}
