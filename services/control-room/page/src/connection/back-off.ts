const firstMs = 500;
const longestMs = 15_000;

/**
 * How long to wait before the next try, in milliseconds: doubling from half a second to 15 s, shortened by
 * up to half at random so that a hundred pages do not come back at one instant.
 *
 * @param failures in a row, 1 after the first
 * @param random 0 to 1
 */
export function backOffMs(failures: number, random: number): number {
  const full = Math.min(longestMs, firstMs * 2 ** Math.max(0, failures - 1));
  return Math.round(full * (1 - random / 2));
}
