import { html, type Markup } from './markup.ts';

/** A column of a table: what stands above it, and in it for a row. */
export interface Column<Row> {
  readonly head: string;
  readonly cell: (row: Row) => Markup | string | number;
  /** Set flush right, in figures of one width. */
  readonly figures?: boolean;
}

/**
 * A table with a caption, whose first column names the rows. Where it is wider than the page it scrolls
 * in a box of its own, which the keyboard reaches.
 */
export function table<Row>(
  caption: string,
  columns: readonly Column<Row>[],
  rows: readonly Row[],
): Markup {
  return html`<div class="table" role="group" tabindex="0" aria-label="${caption}"><table>
<caption>${caption}</caption>
<thead><tr>${columns.map((column) => html`<th scope="col" class="${kindOf(column, column.head)}">${column.head}</th>`)}</tr></thead>
<tbody>
${rows.map(
  (
    row,
  ) => html`<tr>${columns.map((column, index) => cellMarkup(column, column.cell(row), index === 0))}</tr>
`,
)}</tbody>
</table></div>`;
}

function cellMarkup<Row>(
  column: Column<Row>,
  content: Markup | string | number,
  namesRow: boolean,
): Markup {
  const kind = kindOf(column, content);
  return namesRow
    ? html`<th scope="row" class="${kind}">${content}</th>`
    : html`<td class="${kind}">${content}</td>`;
}

/** Words are kept whole, identifiers that are longer than any word are not. */
function kindOf<Row>({ figures }: Column<Row>, content: Markup | string | number): string {
  if (figures === true) return 'figures';
  return typeof content === 'string' && /[^\s-]{24}/.test(content) ? 'words long' : 'words';
}
