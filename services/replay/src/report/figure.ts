import type { Key } from './curve-chart.ts';
import { html, type Markup, nothing } from './markup.ts';

/** A chart with its title, what its colours stand for, and beside it the table of the same figures. */
export function figure(title: string, chart: Markup, keys: readonly Key[], beside: Markup): Markup {
  return html`<div class="pair">
<figure><figcaption>${title}</figcaption>
${chart}
${keys.length === 0 ? nothing : html`<ul class="keys">${keys.map(keyMarkup)}</ul>`}</figure>
${beside}
</div>`;
}

function keyMarkup({ words, colour, dash }: Key): Markup {
  return html`<li><svg width="22" height="12" aria-hidden="true"><line x1="0" x2="22" y1="6" y2="6" stroke="${colour}" stroke-width="${dash === undefined ? 10 : 3}" stroke-dasharray="${dash ?? 'none'}"/></svg> ${words}</li>`;
}
