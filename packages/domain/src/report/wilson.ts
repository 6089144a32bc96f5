/** A share and the interval that would hold the true one in 95 of 100 such counts; 0 to 1. */
export interface Share {
  readonly share: number;
  readonly low: number;
  readonly high: number;
}

/** The 97.5 % point of the standard normal distribution. */
const z = 1.959963984540054;

/**
 * A share with its Wilson score interval without continuity correction: it stays within 0 and 1, and
 * keeps its promise for small counts and shares near the ends, where the usual ± does not.
 *
 * E. B. Wilson, "Probable inference, the law of succession, and statistical inference", Journal of the
 * American Statistical Association 22 (1927), 209–212; method 3 of R. G. Newcombe, Statistics in
 * Medicine 17 (1998), 857–872.
 *
 * @returns `null` of nothing at all.
 */
export function wilson(successes: number, of: number): Share | null {
  if (of === 0) return null;
  const share = successes / of;
  const middle = share + (z * z) / (2 * of);
  const half = z * Math.sqrt((share * (1 - share)) / of + (z * z) / (4 * of * of));
  const scale = 1 + (z * z) / of;
  return {
    share,
    // Rounding must not lead out of the range, nor past the share itself.
    low: successes === 0 ? 0 : (middle - half) / scale,
    high: successes === of ? 1 : (middle + half) / scale,
  };
}
