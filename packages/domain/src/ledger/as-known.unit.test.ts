import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { factSets, instants, policies } from '../../testing/facts-arbitrary.ts';
import { after, incident } from '../../testing/history.ts';
import { policyOf } from '../../testing/policy.ts';
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

describe('what could have been said, arrival by arrival', () => {
  const policy = policyOf({ targets: [{}] });
  /** The breach at 60 minutes, by facts in the order in which they arrive at these minutes. */
  const told = (facts: readonly Fact[], minutes: readonly number[], until = 600) =>
    assessAsKnown(
      facts.map((fact, i) => ({ fact, arrivedAt: after(minutes[i] ?? 0) })),
      policy,
      after(until),
    )
      .filter(({ alert }) => alert.phase === 'breach')
      .map(({ revision, knownAt, retractedAt }) => ({ revision, knownAt, retractedAt }));
  const once = { revision: 1, knownAt: after(60), retractedAt: undefined };
  const { facts } = incident('A').created(0, 'priority').attended(30);

  it('knows nothing of a fact that arrives after the instant asked about', () => {
    expect(told(facts, [0, 90], 89)).toEqual([once]);
    expect(told(facts, [0, 90], 90)).toEqual([{ ...once, retractedAt: after(90) }]);
  });

  it('is not said when the fact that speaks against it arrives by its instant', () => {
    expect(told(facts, [0, 30])).toEqual([]);
    expect(told(facts, [0, 60])).toEqual([]);
  });

  it('is said again, as the next revision, when a later fact speaks for it again', () => {
    const story = incident('A').created(0, 'priority').graded(10, 'scheduled');
    story.graded(20, 'priority').attended(30);
    expect(told(story.facts, [0, 90, 100, 120])).toEqual([
      { ...once, retractedAt: after(90) },
      { revision: 2, knownAt: after(100), retractedAt: after(120) },
    ]);
  });
});
