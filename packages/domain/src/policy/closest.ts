/**
 * The word that somebody who wrote `text` probably meant.
 *
 * @returns the nearest of the words, if it takes few enough changes: one for every three letters.
 */
export function closest(text: string, words: readonly string[]): string | undefined {
  // Nobody means a word of ours by a text this long, and the comparison is quadratic.
  if (text.length > 64) return undefined;
  const wanted = text.toLowerCase();
  let best: string | undefined;
  let fewest = Number.POSITIVE_INFINITY;
  for (const word of words) {
    const changes = changesBetween(wanted, word.toLowerCase());
    if (changes < fewest && changes <= Math.ceil(word.length / 3)) {
      best = word;
      fewest = changes;
    }
  }
  return best;
}

/** Letters to insert, remove, replace or swap with their neighbour to make one text the other. */
function changesBetween(from: string, to: string): number {
  let beforeLast: readonly number[] = [];
  let last: readonly number[] = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let row = 1; row <= from.length; row++) {
    const current = [row];
    for (let column = 1; column <= to.length; column++) {
      const same = from[row - 1] === to[column - 1];
      const swapped = from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      current.push(
        Math.min(
          (last[column] ?? 0) + 1,
          (current[column - 1] ?? 0) + 1,
          (last[column - 1] ?? 0) + (same ? 0 : 1),
          swapped
            ? (beforeLast[column - 2] ?? Number.POSITIVE_INFINITY) + 1
            : Number.POSITIVE_INFINITY,
        ),
      );
    }
    [beforeLast, last] = [last, current];
  }
  return last.at(-1) ?? 0;
}
