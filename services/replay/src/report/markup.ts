/** HTML whose parts are escaped: only `html` makes it. */
export interface Markup {
  readonly markup: string;
}

type Part = Markup | string | number | readonly Part[];

/** A template of HTML. Text put into it is escaped, markup and lists of markup are not escaped again. */
export function html(texts: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  return {
    markup: texts.reduce((all, text, index) => `${all}${written(parts[index - 1] ?? '')}${text}`),
  };
}

/** Markup that a library made. */
export function trusted(markup: string): Markup {
  return { markup };
}

export const nothing: Markup = { markup: '' };

function written(part: Part): string {
  if (typeof part === 'number') return String(part);
  if (typeof part === 'string') return part.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
  return 'markup' in part ? part.markup : part.map(written).join('');
}
