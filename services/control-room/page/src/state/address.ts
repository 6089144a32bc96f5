/** What stands in the address, so that it can be kept, sent and gone back to. */
export interface Place {
  readonly view: View;
  readonly filters: Filters;
  /** The incident whose story is open. */
  readonly incident?: string;
}

export const views = ['queue', 'figures', 'notices'] as const;
export type View = (typeof views)[number];

export const filterNames = ['force', 'area', 'grade', 'target', 'child', 'alarm', 'text'] as const;
export type FilterName = (typeof filterNames)[number];
/** Absent: not filtered by. `long-standing` chooses the digest instead of the queue. */
export type Filters = { readonly [K in FilterName]?: string | undefined } & {
  readonly longStanding?: true;
};

/** The place that a query says; what it does not know is left out. */
export function placeOf(search: string): Place {
  const query = new URLSearchParams(search);
  const filters: { -readonly [K in keyof Filters]: Filters[K] } = {};
  for (const name of filterNames) {
    const value = query.get(name);
    if (value !== null && value !== '') filters[name] = value;
  }
  if (query.get('standing') === 'long') filters.longStanding = true;
  const incident = query.get('incident');
  return {
    view: views.find((view) => view === query.get('view')) ?? 'queue',
    filters,
    ...(incident === null || incident === '' ? {} : { incident }),
  };
}

/** The query that says the place: empty for the whole queue. */
export function searchOf({ view, filters, incident }: Place): string {
  const query = new URLSearchParams();
  if (view !== 'queue') query.set('view', view);
  for (const name of filterNames) {
    const value = filters[name];
    if (value !== undefined && value !== '') query.set(name, value);
  }
  if (filters.longStanding === true) query.set('standing', 'long');
  if (incident !== undefined) query.set('incident', incident);
  const text = query.toString();
  return text === '' ? '' : `?${text}`;
}
