import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { factSets, instants, nine, policies } from '../../testing/facts-arbitrary.ts';
import { runs } from '../../testing/runs.ts';
import type { Fact } from '../facts/fact.ts';
import { alertIdOf } from '../ledger/alert.ts';
import { difference, type Said, standingBreaches } from '../ledger/difference.ts';
import { type Instant, plus } from '../time/instant.ts';
import { countedOutcomes, slotChanges, windowFigures } from '../windows/slots.ts';
import { assess } from './assess.ts';

const numRuns = runs(10_000);
const farFuture = plus(nine, 400 * 24 * 3_600_000);

/** What an assessment says, without when it says something else. */
function decisionsOf(facts: readonly Fact[], policy: Parameters<typeof assess>[1], now: Instant) {
  const { alerts, settlements, samples } = assess(facts, policy, now);
  return { alerts, settlements, samples };
}

describe('an assessment', () => {
  it('is the same in whatever order and however often the facts arrived', () => {
    fc.assert(
      fc.property(
        factSets.chain((facts) =>
          fc.tuple(
            fc.constant(facts),
            fc.shuffledSubarray([...facts, ...facts], {
              minLength: facts.length * 2,
              maxLength: facts.length * 2,
            }),
          ),
        ),
        policies,
        instants,
        ([facts, shuffled], policy, now) => {
          expect(decisionsOf(shuffled, policy, now)).toEqual(decisionsOf(facts, policy, now));
        },
      ),
      { numRuns },
    );
  });

  it('changes at its next due instant and at none before it', () => {
    fc.assert(
      fc.property(factSets, policies, instants, fc.nat(1_000), (facts, policy, now, part) => {
        const { nextDue } = assess(facts, policy, now);
        const before = decisionsOf(facts, policy, now);
        if (nextDue === undefined) {
          expect(decisionsOf(facts, policy, farFuture)).toEqual(before);
          return;
        }
        expect(nextDue).toBeGreaterThan(now);
        const between = plus(now, Math.floor(((nextDue - 1 - now) * part) / 1_000));
        expect(decisionsOf(facts, policy, between)).toEqual(before);
        expect(decisionsOf(facts, policy, plus(nextDue, -1))).toEqual(before);
        expect(decisionsOf(facts, policy, nextDue)).not.toEqual(before);
      }),
      { numRuns },
    );
  });

  it('settles each opening once, and never counts an incident both within and missed', () => {
    fc.assert(
      fc.property(factSets, policies, instants, (facts, policy, now) => {
        const { settlements } = assess(facts, policy, now);
        const openings = 1 + facts.filter(({ type }) => type === 'incident-reopened').length;
        for (const { name } of policy.objectives) {
          const mine = settlements.filter(({ objective }) => objective === name);
          expect(mine.length).toBeLessThanOrEqual(openings);
        }
      }),
      { numRuns },
    );
  });

  it('raises no two alerts with one identity, and clears only what was raised', () => {
    fc.assert(
      fc.property(factSets, policies, instants, (facts, policy, now) => {
        const { alerts } = assess(facts, policy, now);
        expect(new Set(alerts.map(alertIdOf)).size).toBe(alerts.length);
        for (const { name } of policy.targets) {
          let raised = false;
          for (const alert of alerts.filter(({ target }) => target === name)) {
            if (alert.phase === 'cleared') expect(raised).toBe(true);
            raised = alert.phase !== 'cleared';
          }
        }
      }),
      { numRuns },
    );
  });
});

describe('the ledger', () => {
  it('comes to the same, net of retractions, however the arrival is cut into batches and instants', () => {
    const cuts = factSets.chain((facts) =>
      fc.tuple(
        fc.shuffledSubarray([...facts], { minLength: facts.length, maxLength: facts.length }),
        fc.array(fc.tuple(fc.nat(3), instants, fc.nat(90 * 60_000)), { maxLength: 8 }),
      ),
    );
    fc.assert(
      fc.property(cuts, policies, instants, ([arrival, steps], policy, end) => {
        let said: readonly Said[] = [];
        const pairs = new Set<string>();
        let known = 0;
        const look = (horizon: Instant, watermark: Instant): void => {
          const change = difference(
            said,
            assess(arrival.slice(0, known), policy, horizon).alerts,
            watermark,
          );
          for (const { alertId, revision } of change.raise) {
            expect(pairs.has(`${alertId} ${revision}`)).toBe(false);
            pairs.add(`${alertId} ${revision}`);
          }
          said = change.said;
        };
        let watermark = plus(nine, -3_600_000);
        for (const [more, at, ahead] of steps) {
          known = Math.min(arrival.length, known + more);
          watermark = Math.min(end, Math.max(watermark, at)) as Instant;
          // At times the watermark is held, and the wall clock is asserted beyond it.
          look(Math.min(end, plus(watermark, ahead)) as Instant, watermark);
        }
        known = arrival.length;
        look(end, end);
        const standing = said.filter((one) => one.standing);
        const expected = assess(arrival, policy, end).alerts;
        expect(standing.map(({ alertId }) => alertId).sort()).toEqual(
          expected.map(alertIdOf).sort(),
        );
        expect(standing.some(({ provisional }) => provisional)).toBe(false);
        expect([...standingBreaches(standing).keys()].sort()).toEqual(
          [...standingBreaches(expected).keys()].sort(),
        );
      }),
      { numRuns },
    );
  });

  it('leaves the window counts as if everything had been known from the start', () => {
    fc.assert(
      fc.property(
        factSets,
        policies,
        fc.array(instants, { maxLength: 5 }),
        (facts, policy, looks) => {
          const now = plus(nine, 6 * 3_600_000);
          const slots = new Map<string, number>();
          let counted: ReturnType<typeof countedOutcomes> = [];
          for (const [index, at] of [...looks.sort((a, b) => a - b), now].entries()) {
            const known = index < looks.length ? facts.slice(0, index * 2) : facts;
            const { settlements, samples } = assess(known, policy, at);
            const next = countedOutcomes(settlements, samples, policy.objectives);
            for (const { key, delta } of slotChanges(counted, next, at)) {
              const count = (slots.get(key) ?? 0) + delta;
              if (count === 0) slots.delete(key);
              else slots.set(key, count);
            }
            counted = next;
          }
          const straight = slotChanges([], counted, nine);
          const atOnce = new Map(straight.map(({ key, delta }) => [key, delta]));
          const byName = (figures: ReturnType<typeof windowFigures>) =>
            figures.map((row) => JSON.stringify(row)).sort();
          expect(byName(windowFigures(slots, now))).toEqual(byName(windowFigures(atOnce, now)));
        },
      ),
      { numRuns },
    );
  });
});
