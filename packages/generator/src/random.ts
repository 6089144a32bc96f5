import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/** Chance that can be repeated: all that a generator draws comes out of one of these. */
export interface Random {
  /** At least 0, less than 1. */
  unit(): number;
  /** Whether something of that probability happened. */
  chance(probability: number): boolean;
  /** At least `least`, less than `most`. */
  between(least: number, most: number): number;
  /** One of them, each as likely. */
  pick<T>(values: readonly [T, ...T[]]): T;
  /** Positive, half of all below `median`; `spread` is the standard deviation of the logarithm. */
  logNormal(median: number, spread: number): number;
}

const warmUpDraws = 64;

/** @param seed - a whole number of at most 32 bits; the same one draws the same. */
export function createRandom(seed: number): Random {
  const generator = xoroshiro128plus(seed);
  // Neighbouring seeds begin alike: their first numbers are thrown away.
  for (let i = 0; i < warmUpDraws; i++) generator.next();
  const unit = () => uniformFloat64(generator);
  return {
    unit,
    chance: (probability) => unit() < probability,
    between: (least, most) => least + unit() * (most - least),
    pick: (values) => values[Math.floor(unit() * values.length)] ?? values[0],
    logNormal: (median, spread) => median * Math.exp(spread * normal(unit)),
  };
}

/** The method of Box and Muller; of its two numbers one is left, so that nothing is remembered. */
function normal(unit: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - unit())) * Math.cos(2 * Math.PI * unit());
}

/** Chooses among values by weight, drawing once. */
export function weighted<T>(
  choices: readonly [readonly [number, T], ...(readonly [number, T])[]],
): (random: Random) => T {
  const total = choices.reduce((sum, [weight]) => sum + weight, 0);
  return (random) => {
    let left = random.unit() * total;
    for (const [weight, value] of choices) {
      left -= weight;
      if (left < 0) return value;
    }
    return choices[0][1];
  };
}
