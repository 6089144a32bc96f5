import { availableParallelism } from 'node:os';
import { describe, expect, it } from 'vitest';
import { runFleet } from './fleet.ts';
import { type Outcome, simulate } from './simulate.ts';
import { summarise } from './summary.ts';

const seeds = 200;

/** Milliseconds: the world is simulated, the processor is not, and may have much else to do. */
const patience = 300_000;

const happens = [
  ...['confirmed alerts', 'provisional alerts', 'confirmations', 'feed-silent', 'feed-heard'],
  ...['retractions, late-fact', 'retractions, policy-change', 'retired incidents'],
  ...['objective-missed', 'objective-recovered', 'dead letters: retired', 'dead letters: not-avro'],
  ...['crash', 'stopped at a call', 'lost request', 'lost reply', 'call that takes effect late'],
  ...['call that takes effect twice', 'slow call', 'frozen machine', 'cut network', 'rebalance'],
  ...['killed machine', 'log away', 'working set away', 'last second forgotten', 'policy change'],
  ...['everything forgotten', 'clock step', 'partition that lags', 'silent feed'],
];

describe('a simulated life', () => {
  it(
    `keeps every promise, whatever goes wrong in ${seeds} of them`,
    async () => {
      const summary = summarise();
      await runFleet({
        from: 1,
        seeds,
        workers: availableParallelism(),
        onOutcome: summary.add,
      });
      expect(summary.broken().map(told)).toEqual([]);
      // A promise about what never happens is easily kept.
      expect(summary.kinds()).toEqual(expect.arrayContaining(happens));
    },
    patience,
  );

  it('is the same again from the same seed, and another from another', async () => {
    const hashes: string[] = [];
    for (const seed of [1, 2, 3, 1, 2, 3]) hashes.push((await simulate(seed)).hash);
    expect(hashes.slice(3)).toEqual(hashes.slice(0, 3));
    expect(new Set(hashes).size).toBe(3);
  });
});

function told({ seed, broken, lastLines }: Outcome): string {
  const again = `node test/simulation/run.ts --seed ${seed} --trace`;
  return [`seed ${seed}: ${broken?.promise}: ${broken?.detail}`, ...lastLines, again].join('\n');
}
