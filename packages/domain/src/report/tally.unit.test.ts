import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { factSets, instants, nine, policies } from '../../testing/facts-arbitrary.ts';
import { runs } from '../../testing/runs.ts';
import { assess } from '../assessment/assess.ts';
import { throughScope } from '../assessment/clock.ts';
import type { Fact, IncidentId } from '../facts/fact.ts';
import type { Policy } from '../policy/policy.ts';
import { type Instant, plus } from '../time/instant.ts';
import { addIncident } from './add-incident.ts';
import type { Downgrade } from './downgrade.ts';
import { lotOf } from './draw.ts';
import { mergeTallies } from './merge-tallies.ts';
import {
  compareDowngrades,
  compareLongWaits,
  compareLots,
  type DrawnCase,
  type LongWait,
  newTally,
  type Tally,
} from './tally.ts';
import { type Wait, waitsOf } from './wait.ts';

const draw = { cases: 3, seed: 'a seed' };

function tallyOf(incidents: readonly (readonly Fact[])[], policy: Policy, until: Instant): Tally {
  const tally = newTally(draw);
  for (const facts of incidents) {
    addIncident(tally, facts, assess(facts, policy, until), policy, until);
  }
  return tally;
}

/** Incidents with ids of their own. */
const histories = fc
  .array(factSets, { maxLength: 8 })
  .map((sets) =>
    sets.map((facts, index) =>
      facts.map((fact): Fact => ({ ...fact, incidentId: `INC-${index}` as IncidentId })),
    ),
  );

function waitsUnder(facts: readonly Fact[], policy: Policy, until: Instant): readonly Wait[] {
  const { timeline } = assess(facts, policy, until).standing;
  return policy.objectives.flatMap((objective) =>
    waitsOf(throughScope(timeline, objective), objective, until),
  );
}

describe('the waits of an incident', () => {
  it('are within and missed exactly where an assessment settles them', () => {
    fc.assert(
      fc.property(factSets, policies, instants, (facts, policy, until) => {
        const { settlements, samples } = assess(facts, policy, until);
        const waits = waitsUnder(facts, policy, until);
        const settled = waits.filter(({ outcome }) => outcome === 'within' || outcome === 'missed');
        expect(settled.map(({ outcome, state }) => [outcome, state.areaId, state.child])).toEqual(
          settlements.map(({ outcome, areaId, child }) => [outcome, areaId, child]),
        );
        const reached = waits.flatMap(({ end }) => (end?.how === 'reached' ? [end.ms] : []));
        expect(reached).toEqual(samples.map(({ attendanceMs }) => attendanceMs));
      }),
      { numRuns: runs(10_000) },
    );
  });

  it('are not yet due exactly while time alone would settle them', () => {
    fc.assert(
      fc.property(factSets, policies, instants, (facts, policy, until) => {
        const known = facts.filter(({ at }) => at <= until);
        const later = plus(nine, 400 * 24 * 3_600_000);
        const now = assess(known, policy, until).settlements.length;
        const atLast = assess(known, policy, later).settlements.length;
        const open = waitsUnder(known, policy, until).filter((w) => w.outcome === 'not-yet-due');
        expect(open).toHaveLength(atLast - now);
      }),
      { numRuns: runs(10_000) },
    );
  });
});

describe('a tally', () => {
  it('counts every opening of every created incident exactly once for each objective', () => {
    fc.assert(
      fc.property(histories, policies, instants, (incidents, policy, until) => {
        const tally = tallyOf(incidents, policy, until);
        const created = incidents.filter((facts) => assess(facts, policy, until).state);
        expect(tally.incidents).toBe(created.length);
        for (const counts of [tally.places, tally.grades]) {
          for (const { name } of policy.objectives) {
            let waits = 0;
            for (const [key, own] of counts) {
              if (key.startsWith(`${name}\u0000`)) waits += own.reduce((sum, n) => sum + n, 0);
            }
            expect(waits).toBe(tally.incidents + tally.reopenings);
          }
        }
      }),
      { numRuns: runs(2_000) },
    );
  });

  it('is the same in whatever order incidents come and however they are divided', () => {
    fc.assert(
      fc.property(
        histories.chain((all) =>
          fc.tuple(
            fc.constant(all),
            fc.shuffledSubarray(all, { minLength: all.length }),
            fc.nat(all.length),
          ),
        ),
        policies,
        instants,
        ([incidents, shuffled, part], policy, until) => {
          const whole = tallyOf(incidents, policy, until);
          const one = structuredClone(tallyOf(shuffled.slice(0, part), policy, until));
          const other = structuredClone(tallyOf(shuffled.slice(part), policy, until));
          expect(mergeTallies(one, other)).toEqual(whole);
        },
      ),
      { numRuns: runs(2_000) },
    );
  });

  it('refuses to be merged with one whose sample was drawn by another seed', () => {
    expect(() => mergeTallies(newTally(draw), newTally({ ...draw, seed: 'another' }))).toThrow(
      RangeError,
    );
  });
});

describe('two tallies merged', () => {
  const empty = () => newTally(draw);

  it('may not have been drawn for another number of cases either', () => {
    expect(() => mergeTallies(empty(), newTally({ ...draw, cases: 9 }))).toThrow(
      'tallies with different draws cannot be merged',
    );
  });

  it('list the late downgrades of both, in one order', () => {
    const late = (incidentId: string, elapsed: number) =>
      ({ incidentId, review: 'never', elapsed, at: 0 }) as unknown as Downgrade;
    const [one, other] = [empty(), empty()];
    one.lateDowngrades.set('in-time', [late('A', 0.9)]);
    other.lateDowngrades.set('in-time', [late('B', 0.95), late('C', 0.85)]);
    other.lateDowngrades.set('seen', [late('D', 0.8)]);
    const { lateDowngrades } = mergeTallies(one, other);
    expect([...lateDowngrades].map(([key, list]) => [key, list.map((d) => d.incidentId)])).toEqual([
      ['in-time', ['B', 'A', 'C']],
      ['seen', ['D']],
    ]);
  });

  it('span both their periods, and one’s where the other has none', () => {
    const [early, late] = [empty(), empty()];
    early.period = { from: nine, to: plus(nine, 5) };
    late.period = { from: plus(nine, 3), to: plus(nine, 9) };
    const both = { from: nine, to: plus(nine, 9) };
    expect(mergeTallies(mergeTallies(empty(), late), early).period).toEqual(both);
    expect(mergeTallies(early, empty()).period).toEqual({ from: nine, to: plus(nine, 5) });
  });
});

describe('the order of what is listed', () => {
  const wait = (incidentId: string, waitedMs: number, begin: number) =>
    ({ incidentId, waitedMs, begin }) as LongWait;
  const downgrade = (incidentId: string, review: string, elapsed: number, at = 0) =>
    ({ incidentId, review, elapsed, at }) as Downgrade;

  it('is the longest wait first, then by incident and time', () => {
    const order = [wait('B', 9, 0), wait('A', 5, 1), wait('A', 5, 2), wait('C', 5, 0)];
    expect(order.toReversed().sort(compareLongWaits)).toEqual(order);
  });

  it('is what was never reviewed first, then the closest to the threshold', () => {
    const order = [
      downgrade('D', 'never', 0.8),
      downgrade('A', 'later', 0.9),
      downgrade('A', 'at-once', 0.95, 1),
      downgrade('A', 'at-once', 0.95, 2),
      downgrade('B', 'at-once', 0.95, 0),
      downgrade('A', 'at-once', 0.85, 0),
    ];
    expect(order.toReversed().sort(compareDowngrades)).toEqual(order);
  });

  it('is that of the lots, and of the incidents where two are drawn alike', () => {
    const drawn = (lot: string, incidentId: string) => ({ lot, incidentId, facts: [] }) as never;
    const order: DrawnCase[] = [drawn('a', 'Z'), drawn('b', 'A'), drawn('b', 'B')];
    expect(order.toReversed().sort(compareLots)).toEqual(order);
  });

  it('is drawn anew by anybody: the SHA-256 of the seed and the incident', () => {
    expect(lotOf('7', 'INC-1' as IncidentId)).toBe(
      '38e20bdb42c1321eedef786e6cc5b5f8a01ed8c5da32b2c9819228394ba27d93',
    );
  });
});
