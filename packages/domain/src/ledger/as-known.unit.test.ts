import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { factSets, instants, policies } from '../../testing/facts-arbitrary.ts';
import { runs } from '../../testing/runs.ts';
import { assess } from '../assessment/assess.ts';
import type { Fact } from '../facts/fact.ts';
import { plus } from '../time/instant.ts';
import { alertIdOf } from './alert.ts';
import { type Arrival, assessAsKnown } from './as-known.ts';

const delays = fc.array(fc.constantFrom(0, 0, 1, 60_000, 3_600_000), {
  minLength: 12,
  maxLength: 12,
});

function arriving(facts: readonly Fact[], delay: readonly number[]): Arrival[] {
  return facts.map((fact, i) => ({ fact, arrivedAt: plus(fact.at, delay[i % delay.length] ?? 0) }));
}

describe('what could have been said', () => {
  it('is in the end what should have been said about the facts that arrived', () => {
    fc.assert(
      fc.property(factSets, delays, policies, instants, (facts, delay, policy, until) => {
        const arrivals = arriving(facts, delay);
        const arrived = arrivals.filter(({ arrivedAt }) => arrivedAt <= until);
        const standing = assessAsKnown(arrivals, policy, until)
          .filter(({ retractedAt }) => retractedAt === undefined)
          .map(({ alertId }) => alertId);
        const { alerts } = assess(
          arrived.map(({ fact }) => fact),
          policy,
          until,
        );
        expect(standing.sort()).toEqual(alerts.map(alertIdOf).sort());
      }),
      { numRuns: runs(2_000) },
    );
  });

  it('is said when it is due, and once, where every fact arrives as it happens', () => {
    fc.assert(
      fc.property(factSets, policies, instants, (facts, policy, until) => {
        const [creation] = facts.filter(({ type }) => type === 'incident-created');
        // A fact that is dated before the creation cannot arrive as it happens.
        fc.pre(creation !== undefined && facts.every(({ at }) => at >= creation.at));
        for (const one of assessAsKnown(arriving(facts, [0]), policy, until)) {
          expect(one).toMatchObject({ knownAt: one.alert.at, revision: 1 });
          expect(one.retractedAt).toBeUndefined();
        }
      }),
      { numRuns: runs(2_000) },
    );
  });

  it('does not depend on the order of facts that arrive at once, and counts revisions', () => {
    fc.assert(
      fc.property(factSets, delays, policies, instants, (facts, delay, policy, until) => {
        const arrivals = arriving(facts, delay);
        const said = assessAsKnown(arrivals, policy, until);
        expect(assessAsKnown(arrivals.toReversed(), policy, until)).toEqual(said);
        const pairs = said.map(({ alertId, revision }) => `${alertId} ${revision}`);
        expect(new Set(pairs).size).toBe(pairs.length);
        for (const { alert, knownAt } of said) expect(knownAt).toBeGreaterThanOrEqual(alert.at);
      }),
      { numRuns: runs(1_000) },
    );
  });
});
