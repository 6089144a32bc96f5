import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nine } from '../../testing/facts-arbitrary.ts';
import { runs } from '../../testing/runs.ts';
import type { AreaId, ForceId, IncidentId } from '../facts/fact.ts';
import type { Objective } from '../policy/policy.ts';
import type { Duration } from '../time/duration.ts';
import { plus } from '../time/instant.ts';
import { type Counted, countedOutcomes, slotChanges, slotsOver, windowFigures } from './slots.ts';

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

describe('the rows of a window', () => {
  const inArea = (areaId: string | undefined, child: Counted['child']): Counted => ({
    ...counted('missed'),
    ...(areaId === undefined ? {} : { areaId: areaId as AreaId }),
    child,
  });

  it('are one for each area and group, and roll up over either and both', () => {
    const slots = slotsOf([
      inArea('north', 'involved'),
      inArea('north', 'unknown'),
      inArea('south', 'involved'),
      inArea(undefined, 'involved'),
    ]);
    const rows = windowFigures(slots, nine)
      .filter(({ length }) => length === hour)
      .map(({ areaId, child, missed }) => `${areaId ?? '*'} ${child ?? '*'} ${missed}`);
    expect(rows.sort()).toEqual(
      [
        ...['north involved 1', 'north unknown 1', 'south involved 1', ' involved 1'],
        ...['north * 2', 'south * 1', ' * 1'],
        ...['* involved 3', '* unknown 1'],
        '* * 4',
      ].sort(),
    );
  });

  it('keep objectives, forces and lengths apart', () => {
    const slots = slotsOf([
      counted('missed'),
      { ...counted('missed'), objective: 'another' },
      { ...counted('missed'), forceId: 'second' as ForceId },
    ]);
    const whole = windowFigures(slots, nine).filter(
      ({ areaId, child }) => areaId === undefined && child === undefined,
    );
    expect(whole).toHaveLength(6);
    for (const row of whole) expect(row.missed).toBe(1);
  });

  it('say nothing of what they have nothing of', () => {
    const settled = rollUp(slotsOf([counted('within')]));
    expect(settled).toMatchObject({ within: 1, missed: 0, attainment: 1, attended: 0 });
    expect(settled).not.toHaveProperty('medianMs');
    const missed = rollUp(slotsOf([counted('missed'), counted('missed')]));
    expect(missed).toMatchObject({ attainment: 0 });
    const attended = rollUp(slotsOf([counted(60_000)]));
    expect(attended).toMatchObject({ within: 0, missed: 0, attended: 1 });
    expect(attended).not.toHaveProperty('attainment');
  });

  it('have an attendance at once as no time at all', () => {
    const figures = rollUp(slotsOf([counted(0), counted(0), counted(0)]));
    expect(figures).toMatchObject({ attended: 3, medianMs: 0, p90Ms: 0, maxMs: 0 });
  });

  it('leave out counts that come to nothing, and what is yet to come', () => {
    const slots = slotsOf([counted(60_000)]);
    const nothing = new Map([...slots.keys()].map((key) => [key, 0]));
    expect(rollUp(nothing)).toMatchObject({ attended: 0 });
    expect(rollUp(nothing)).not.toHaveProperty('medianMs');
    expect(rollUp(slotsOf([counted('missed', plus(nine, 2 * hour))]))).toBeUndefined();
  });
});

describe('what changes in the slots', () => {
  it('is nothing where the outcomes are the same, or have left every window', () => {
    expect(slotChanges([counted('missed')], [counted('missed')], nine)).toEqual([]);
    const old = counted('missed', plus(nine, -30 * 24 * hour));
    expect(slotChanges([], [old], nine)).toEqual([]);
    expect(slotChanges([old], [], nine)).toEqual([]);
  });
});

describe('the key of a slot', () => {
  const lastOf = (outcome: Counted['outcome']) =>
    slotChanges([], [counted(outcome)], nine).map(({ key }) => key.split('\u001f').at(-1));

  it('says what it counts, in the words that working sets hold already', () => {
    expect(lastOf('within')).toEqual(['w', 'w']);
    expect(lastOf('missed')).toEqual(['m', 'm']);
    expect(lastOf(0)).toEqual(['0', '0']);
    expect(lastOf(60_000)).toEqual(['b551', 'b551']);
  });

  it('names the objective, the window, its step, the force, the area and the group', () => {
    const [first] = slotChanges([], [{ ...counted('missed'), areaId: 'north' as AreaId }], nine);
    expect(first?.key.split('\u001f')).toEqual([
      ...['priority-within-the-hour', '3600000', String(nine / 60_000)],
      ...['example', 'north', 'involved', 'm'],
    ]);
  });
});

describe('the outcomes of an assessment', () => {
  const base = { objective: objective.name, at: nine, forceId: 'example' as ForceId };
  const who = { incidentId: 'INC-1' as IncidentId, child: 'involved' } as const;

  it('count in the windows of their objective, without the incident', () => {
    const [settled, sampled] = countedOutcomes(
      [{ ...base, ...who, outcome: 'within' }],
      [{ ...base, ...who, attendanceMs: 60_000 }],
      [objective],
    );
    const common = { ...base, child: 'involved', windows: objective.windows };
    expect(settled).toEqual({ ...common, outcome: 'within' });
    expect(sampled).toEqual({ ...common, outcome: 60_000 });
  });

  it('count nowhere when their objective is no longer there', () => {
    const [settled] = countedOutcomes([{ ...base, ...who, outcome: 'missed' }], [], []);
    expect(settled?.windows).toEqual([]);
  });
});
