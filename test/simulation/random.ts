import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/** The only source of chance in a run: the same seed gives the same life. */
export interface Random {
  /** A whole number from `least` to `most`, both included. */
  between(least: number, most: number): number;
  /** True with that probability, 0 to 1. */
  chance(probability: number): boolean;
  pick<T>(from: readonly T[]): T;
  /** Another source, so that drawing more here does not change what is drawn there. */
  fork(): Random;
}

const warmUp = 24;

export function randomFrom(seed: number): Random {
  const generator = xoroshiro128plus(seed);
  // Seeds that are near each other begin alike.
  for (let i = 0; i < warmUp; i++) generator.next();
  const unit = (): number => (generator.next() >>> 0) / 0x1_0000_0000;
  return {
    between: (least, most) => least + Math.floor(unit() * (most - least + 1)),
    chance: (probability) => unit() < probability,
    pick(from) {
      const picked = from[Math.floor(unit() * from.length)];
      if (picked === undefined) throw new Error('there is nothing to pick from');
      return picked;
    },
    fork: () => randomFrom(generator.next()),
  };
}
