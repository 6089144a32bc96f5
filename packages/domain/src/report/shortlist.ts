/** The first few of many in an order, kept while the many go by. It is in order at all times. */
export type Shortlist<T> = T[];

/**
 * Adds an item if it is among the first `most`. The order must be total, or what is kept would depend
 * on what came first.
 */
export function shortlist<T>(
  list: Shortlist<T>,
  item: T,
  compare: (a: T, b: T) => number,
  most: number,
): void {
  const last = list.at(-1);
  if (list.length >= most && (last === undefined || compare(item, last) >= 0)) return;
  const place = list.findIndex((other) => compare(item, other) < 0);
  list.splice(place === -1 ? list.length : place, 0, item);
  if (list.length > most) list.pop();
}
