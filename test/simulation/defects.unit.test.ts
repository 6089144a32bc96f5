import { describe, expect, it } from 'vitest';
import { defects } from './defects.ts';
import { type Outcome, simulate } from './simulate.ts';

/** A defect that is not found in so many lives is one that the simulation cannot see. */
const lives = 60;

/** Milliseconds: the world is simulated, the processor is not, and may have much else to do. */
const patience = 300_000;

async function firstBroken(defect: (typeof defects)[number]['defect']): Promise<Outcome> {
  for (let seed = 1; seed <= lives; seed++) {
    const outcome = await simulate(seed, { defect });
    if (outcome.broken !== undefined) return outcome;
  }
  throw new Error(`every promise was kept in ${lives} lives`);
}

describe('a defect', () => {
  it.each(defects)(
    'is found: $name',
    async ({ defect, breaks }) => {
      const { broken } = await firstBroken(defect);
      expect(breaks).toContain(broken?.promise);
    },
    patience,
  );
});
