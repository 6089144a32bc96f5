import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nine } from '../../testing/facts-arbitrary.ts';
import { runs } from '../../testing/runs.ts';
import type { ForceId } from '../facts/fact.ts';
import type { Objective } from '../policy/policy.ts';
import type { Duration } from '../time/duration.ts';
import { plus } from '../time/instant.ts';
import { type Counted, slotChanges, slotsOver, windowFigures } from './slots.ts';

const hour = 3_600_000;
const objective: Objective = {
  name: 'priority-within-the-hour',
  milestone: 'attended',
  grades: ['priority'],
  clock: 'created',
  downgrade: 'release',
  within: hour as Duration,
  target: 0.75,
  windows: [hour, 24 * hour] as Duration[],
  minimumIncidents: 20,
};
const counted = (outcome: Counted['outcome'], at = nine): Counted => ({
  objective: objective.name,
  windows: objective.windows,
  at,
  forceId: 'example' as ForceId,
  child: 'involved',
  outcome,
});
const slotsOf = (outcomes: readonly Counted[], now = nine) =>
  new Map(slotChanges([], outcomes, now).map(({ key, delta }) => [key, delta]));
const rollUp = (slots: ReadonlyMap<string, number>, now = nine, length = hour) =>
  windowFigures(slots, now).find(
    (row) => row.length === length && row.areaId === undefined && row.child === undefined,
  );

describe('the figures of a window', () => {
  it('carries nearest-rank quantiles at most 1 % off', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 30 * 24 * hour }), { minLength: 1, maxLength: 200 }),
        (times) => {
          const figures = rollUp(slotsOf(times.map((ms) => counted(ms))));
          const sorted = times.toSorted((a, b) => a - b);
          const exact = (q: number) => sorted[Math.ceil(q * sorted.length) - 1] ?? Number.NaN;
          expect(figures?.attended).toBe(times.length);
          for (const [live, q] of [
            [figures?.medianMs, 0.5],
            [figures?.p90Ms, 0.9],
            [figures?.maxMs, 1],
          ] as const) {
            expect(Math.abs((live ?? Number.NaN) - exact(q))).toBeLessThanOrEqual(
              0.01 * exact(q) + 1e-6,
            );
          }
        },
      ),
      { numRuns: runs(10_000) },
    );
  });

  it('gives the share settled within, of all that are settled', () => {
    const figures = rollUp(slotsOf([counted('within'), counted('within'), counted('missed')]));
    expect(figures).toMatchObject({ within: 2, missed: 1, attended: 0 });
    expect(figures?.attainment).toBeCloseTo(2 / 3);
  });

  it('lets an outcome go when it is a window and a step old, and says which slots are over', () => {
    const slots = slotsOf([counted('missed')]);
    const stillIn = plus(nine, hour - 1);
    const out = plus(nine, hour + hour / 60);
    expect(rollUp(slots, stillIn)).toMatchObject({ missed: 1 });
    expect(rollUp(slots, out)).toBeUndefined();
    expect(rollUp(slots, out, 24 * hour)).toMatchObject({ missed: 1 });
    expect(slotsOver(slots.keys(), out)).toHaveLength(1);
  });

  it('takes an outcome off again when a late fact changes it', () => {
    const before = [counted('missed')];
    const after = [counted('within'), counted(1_800_000)];
    const slots = slotsOf(before);
    for (const { key, delta } of slotChanges(before, after, nine)) {
      slots.set(key, (slots.get(key) ?? 0) + delta);
    }
    expect(rollUp(slots)).toMatchObject({ within: 1, missed: 0, attended: 1 });
  });

  it('takes an outcome off the windows it was counted in, though the policy has others now', () => {
    const before = [counted('missed')];
    const slots = slotsOf(before);
    const after = [{ ...counted('missed'), windows: [2 * hour] as Duration[] }];
    for (const { key, delta } of slotChanges(before, after, nine)) {
      slots.set(key, (slots.get(key) ?? 0) + delta);
    }
    expect(rollUp(slots)).toMatchObject({ missed: 0 });
    expect(rollUp(slots, nine, 2 * hour)).toMatchObject({ missed: 1 });
  });
});
