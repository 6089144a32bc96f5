/** What the queue shows: a row, or the heading of a group. */
export interface Item {
  readonly key: string;
  readonly height: number;
}

/** Where a list is scrolled to, and room before and after it that keeps a row where it is. */
export interface Scroll {
  readonly top: number;
  readonly before: number;
  readonly after: number;
}

/**
 * Keeps the item under somebody's hand where it is on the screen while the list around it changes: the
 * list is scrolled by as much as the item moved, and where it cannot be, room is left before or after it.
 *
 * @param key the item that is focused or pointed at; without one nothing is kept
 * @param view height of the visible part, in pixels
 */
export function keepUnderHand(
  key: string | undefined,
  old: readonly Item[],
  next: readonly Item[],
  scroll: Scroll,
  view: number,
): Scroll {
  const was = key === undefined ? undefined : startOf(old, key);
  const is = key === undefined ? undefined : startOf(next, key);
  if (was === undefined || is === undefined) return { top: scroll.top, before: 0, after: 0 };
  const onScreen = scroll.before + was - scroll.top;
  const top = is - onScreen;
  const before = Math.max(0, -top);
  const height = next.reduce((sum, item) => sum + item.height, 0);
  const after = top > 0 ? Math.max(0, top + view - height) : 0;
  return { top: Math.max(0, top), before, after };
}

function startOf(items: readonly Item[], key: string): number | undefined {
  let start = 0;
  for (const item of items) {
    if (item.key === key) return start;
    start += item.height;
  }
  return undefined;
}

/**
 * The new items with the one under the hand still among them when it has left: behind whatever of the old
 * ones stood before it and still does. So a key pressed for one incident is never taken for the next.
 */
export function withGhost<T extends Item>(
  key: string,
  old: readonly T[],
  next: readonly T[],
): readonly T[] {
  const index = old.findIndex((item) => item.key === key);
  const ghost = old[index];
  if (ghost === undefined || next.some((item) => item.key === key)) return next;
  const places = new Map(next.map((item, place) => [item.key, place]));
  let at = 0;
  for (let i = index - 1; i >= 0; i--) {
    const place = places.get(old[i]?.key ?? '');
    if (place !== undefined) {
      at = place + 1;
      break;
    }
  }
  return [...next.slice(0, at), ghost, ...next.slice(at)];
}
