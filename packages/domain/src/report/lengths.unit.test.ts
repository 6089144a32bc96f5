import { describe, expect, it } from 'vitest';
import { incident } from '../../testing/history.ts';
import { anyPriority, policyOf, priority, report } from '../../testing/reports.ts';
import type { Instant } from '../time/instant.ts';
import { addWait, type WaitCounts, type WaitEnd, waitSteps } from './durations.ts';
import { monthsIn } from './months.ts';
import { shortlist } from './shortlist.ts';
import { attendedOnly, curveOf, pointAt, quantile } from './survival.ts';
import { newTally } from './tally.ts';
import { timesOf } from './times.ts';

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;

function stepsOf(...waits: readonly (readonly [ms: number, end: WaitEnd])[]) {
  const counts: WaitCounts = new Map();
  for (const [ms, end] of waits) addWait(counts, ms, end);
  return waitSteps(counts);
}

describe('the length of a wait', () => {
  it('is kept to five seconds up to an hour, to a minute up to two days, then to an hour', () => {
    const kept = (ms: number) => stepsOf([ms, 'reached']).map((step) => step.ms);
    expect(kept(1)).toEqual([5 * second]);
    expect(kept(5 * second)).toEqual([5 * second]);
    expect(kept(hour)).toEqual([hour]);
    expect(kept(hour + 1)).toEqual([61 * minute]);
    expect(kept(48 * hour)).toEqual([48 * hour]);
    expect(kept(48 * hour + 1)).toEqual([49 * hour]);
  });

  it('is counted by how the wait ended, and stands once, the shortest first', () => {
    const steps = stepsOf(
      ...([
        [20 * second, 'waiting'],
        [10 * second, 'reached'],
        [10 * second, 'closed'],
      ] as const),
      ...([
        [10 * second, 'left'],
        [9 * second, 'left'],
        [10 * second, 'waiting'],
      ] as const),
    );
    expect(steps).toEqual([
      { ms: 10 * second, ends: [1, 1, 2, 1] },
      { ms: 20 * second, ends: [0, 0, 0, 1] },
    ]);
  });
});

describe('a month', () => {
  const at = (text: string) => Date.parse(text) as Instant;

  it('is that of the calendars of the time zone, to the millisecond', () => {
    const london = monthsIn('Europe/London');
    expect(london(at('2026-03-31T22:59:59.999Z'))).toBe('2026-03');
    expect(london(at('2026-03-31T23:00:00.000Z'))).toBe('2026-04');
    expect(london(at('2026-01-31T23:59:59.999Z'))).toBe('2026-01');
    expect(london(at('2026-02-01T00:00:00.000Z'))).toBe('2026-02');
    expect(london(at('2026-03-31T22:59:59.999Z'))).toBe('2026-03');
  });

  it('is each time zone’s own', () => {
    const [york, auckland] = [monthsIn('America/New_York'), monthsIn('Pacific/Auckland')];
    expect(york(at('2026-04-01T03:59:59.999Z'))).toBe('2026-03');
    expect(york(at('2026-04-01T04:00:00.000Z'))).toBe('2026-04');
    expect(auckland(at('2025-12-31T10:59:59.999Z'))).toBe('2025-12');
    expect(auckland(at('2025-12-31T11:00:00.000Z'))).toBe('2026-01');
    expect(york(at('2026-06-15T12:00:00.000Z'))).toBe('2026-06');
  });

  it('is told by one teller for each time zone, who remembers the days', () => {
    expect(monthsIn('Europe/London')).toBe(monthsIn('Europe/London'));
  });
});

describe('a shortlist', () => {
  const listOf = (most: number, ...items: readonly number[]) => {
    const list: number[] = [];
    for (const item of items) shortlist(list, item, (a, b) => a - b, most);
    return list;
  };

  it('holds the first few in order, whatever order they come in', () => {
    expect(listOf(3, 5, 1, 4, 2, 9)).toEqual([1, 2, 4]);
    expect(listOf(3, 9, 8, 7, 6, 5)).toEqual([5, 6, 7]);
    expect(listOf(9, 3, 1, 2)).toEqual([1, 2, 3]);
    expect(listOf(0, 3, 1, 2)).toEqual([]);
  });

  it('keeps of two alike the one that came first', () => {
    const list: { readonly n: number; readonly of: string }[] = [];
    const add = (n: number, of: string) => shortlist(list, { n, of }, (a, b) => a.n - b.n, 2);
    add(1, 'first');
    add(1, 'second');
    add(1, 'third');
    expect(list.map(({ of }) => of)).toEqual(['first', 'second']);
  });
});

describe('a curve', () => {
  it('of nothing says nothing', () => {
    const curve = curveOf([]);
    expect(curve).toEqual([{ ms: 0, kaplanMeier: 0, reached: 0, closed: 0, left: 0 }]);
    expect(pointAt(curve, hour)).toMatchObject({ ms: hour, reached: 0 });
    expect(quantile(curve, 'reached', 0.5)).toBeNull();
  });

  it('tells those who were closed and those who left apart, and adds up', () => {
    const curve = curveOf(
      stepsOf(
        [minute, 'closed'],
        [2 * minute, 'left'],
        [3 * minute, 'reached'],
        [4 * minute, 'reached'],
      ),
    );
    expect(curve.map(({ closed, left, reached }) => [closed, left, reached])).toEqual([
      ...[
        [0, 0, 0],
        [0.25, 0, 0],
        [0.25, 0.25, 0],
        [0.25, 0.25, 0.25],
        [0.25, 0.25, 0.5],
      ],
    ]);
    // Nobody but the two was left to wait, as if nothing else could have ended it.
    expect(curve.map(({ kaplanMeier }) => kaplanMeier)).toEqual([0, 0, 0, 0.5, 1]);
  });

  it('takes a step only where something happened, and counts as at risk who was last seen then', () => {
    const curve = curveOf(
      stepsOf([minute, 'waiting'], [2 * minute, 'waiting'], [2 * minute, 'reached']),
    );
    expect(curve.map(({ ms, reached }) => [ms, reached])).toEqual([
      ...[
        [0, 0],
        [2 * minute, 0.5],
      ],
    ]);
  });

  it('goes on level from each point to the next', () => {
    const curve = curveOf(stepsOf([minute, 'reached'], [3 * minute, 'reached']));
    const reached = [0, minute - 1, minute, 2 * minute, 3 * minute - 1, 3 * minute, hour];
    expect(reached.map((ms) => pointAt(curve, ms).reached)).toEqual([0, 0, 0.5, 0.5, 0.5, 1, 1]);
    expect(pointAt(curve, 2 * minute).ms).toBe(2 * minute);
  });

  it('comes to a share at the first length that has it', () => {
    const curve = curveOf(stepsOf(...[1, 2, 3, 4].map((n) => [n * minute, 'reached'] as const)));
    expect(quantile(curve, 'reached', 0.5)).toBe(2 * minute);
    expect(quantile(curve, 'kaplanMeier', 0.51)).toBe(3 * minute);
    expect(quantile(curve, 'reached', 1)).toBe(4 * minute);
  });
});

describe('the attended alone', () => {
  it('are none where nobody was', () => {
    expect(attendedOnly(stepsOf([minute, 'closed']), hour)).toEqual({
      ...{ attended: 0, withinShare: null, medianMs: null, p90Ms: null },
    });
  });

  it('are within when they took no longer than allowed, and ranked by the nearest', () => {
    const steps = stepsOf(...[10, 20, 60, 61].map((n) => [n * minute, 'reached'] as const), [
      5 * minute,
      'left',
    ]);
    expect(attendedOnly(steps, hour)).toEqual({
      ...{ attended: 4, withinShare: 0.75, medianMs: 20 * minute, p90Ms: 61 * minute },
    });
  });
});

describe('the times of an objective', () => {
  const child = (id: string, childInvolvement: 'involved' | 'not-involved', force = 'example') =>
    incident(id, force).created(0, 'priority', { childInvolvement });
  const { times } = report([
    child('A', 'involved', 'two').attended(30),
    child('B', 'involved', 'two').closed(45),
    child('C', 'not-involved', 'one').attended(90),
    priority('D', 'two').graded(10, 'scheduled'),
    incident('E', 'two').created(0, 'scheduled').attended(5),
  ]).objective;

  it('say how many waits there were and how they ended', () => {
    expect(times.overall).toMatchObject({
      ...{ waits: 4, ends: { reached: 2, closed: 1, left: 1, waiting: 0 } },
      whenDue: { ms: hour, reached: 0.25, closed: 0.25, left: 0.25 },
      attendedOnly: { attended: 2, withinShare: 0.5 },
      kaplanMeier: { medianMs: 90 * minute, p90Ms: 90 * minute },
      aalenJohansen: { medianMs: 90 * minute, p90Ms: null },
    });
  });

  it('are drawn from 0 to four times the time allowed, a point each sixtieth of it', () => {
    expect(times.curve).toHaveLength(241);
    expect(times.curve.slice(0, 2).map(({ ms }) => ms)).toEqual([0, minute]);
    expect(times.curve.at(-1)).toMatchObject({ ms: 4 * hour, reached: 0.5 });
    expect(times.curve[29]?.reached).toBe(0);
    expect(times.curve[30]?.reached).toBe(0.25);
  });

  it('count those who wait still', () => {
    const stories = [priority('A'), priority('B').attended(20), priority('C').closed(25)];
    expect(report(stories, { until: 30 }).objective.times.overall).toMatchObject({
      ...{ waits: 3, ends: { reached: 1, closed: 1, left: 0, waiting: 1 } },
    });
  });

  it('say when nine of ten were reached, where so many were', () => {
    const all = Array.from({ length: 10 }, (_, n) => priority(`I${n}`).attended(10 * (n + 1)));
    const { overall } = report(all).objective.times;
    const quantiles = { medianMs: 50 * minute, p90Ms: 90 * minute };
    expect(overall).toMatchObject({ kaplanMeier: quantiles, aalenJohansen: quantiles });
  });

  it('are given for children and for others where there are any, each with a curve', () => {
    expect(times.children.map(({ child, waits }) => [child, waits])).toEqual([
      ...[
        ['involved', 2],
        ['not-involved', 1],
        ['unknown', 1],
      ],
    ]);
    expect(times.children[0]?.curve).toHaveLength(241);
    const only = report([child('A', 'involved')]).objective.times.children;
    expect(only.map((row) => row.child)).toEqual(['involved']);
  });

  it('are given by force, in the order of their names', () => {
    expect(times.forces.map(({ forceId, waits }) => [forceId, waits])).toEqual([
      ...[
        ['one', 1],
        ['two', 3],
      ],
    ]);
    expect(times.forces[0]).not.toHaveProperty('curve');
  });

  it('are none of another objective', () => {
    const tally = newTally({ cases: 0, seed: '' });
    const counts: WaitCounts = new Map();
    addWait(counts, minute, 'reached');
    tally.durations.set('another\u0000one\u0000involved', counts);
    const [objective] = policyOf(anyPriority).objectives;
    if (objective === undefined) throw new Error('there is one');
    expect(timesOf(tally, objective)).toMatchObject({ overall: { waits: 0 }, forces: [] });
  });
});
