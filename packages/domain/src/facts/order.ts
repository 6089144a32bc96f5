import type { Fact, FactType } from './fact.ts';

/** Of facts at one instant, which happened first (semantics 2). */
const rank: Record<FactType, number> = {
  'incident-created': 0,
  'incident-reopened': 1,
  'incident-updated': 2,
  'incident-allocated': 3,
  'caller-contacted': 4,
  'officer-attended': 5,
  'child-seen': 6,
  'attendance-aborted': 7,
  'incident-closed': 8,
};

/** Compares by code points, not by UTF-16 units, so that every language orders alike. */
export function compareText(a: string, b: string): number {
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const [x, y] = [a.charCodeAt(i), b.charCodeAt(i)];
    if (x === y) continue;
    // A surrogate stands for a code point above every unit that is not one.
    const [xs, ys] = [x >= 0xd800 && x <= 0xdfff, y >= 0xd800 && y <= 0xdfff];
    return xs === ys ? x - y : xs ? 1 : -1;
  }
  return a.length - b.length;
}

/** The order in which facts of one incident happened: (`at`, rank of type, `source`, `id`). */
export function compareFacts(a: Fact, b: Fact): number {
  return (
    a.at - b.at ||
    rank[a.type] - rank[b.type] ||
    compareText(a.source, b.source) ||
    compareText(a.id, b.id)
  );
}
