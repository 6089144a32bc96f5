import { describe, expect, it } from 'vitest';
import { after, incident } from '../../testing/history.ts';
import {
  anyPriority,
  draw,
  outcomesOf,
  policyOf,
  priority,
  report,
} from '../../testing/reports.ts';
import { assess } from '../assessment/assess.ts';
import type { AreaId, Fact } from '../facts/fact.ts';
import { parsePolicy } from '../policy/parse.ts';
import { addIncident } from './add-incident.ts';
import { reportOf } from './report.ts';
import { newTally } from './tally.ts';
import type { WaitOutcome } from './wait.ts';

describe('what became of an incident', () => {
  const child = `${anyPriority}, child: involved`;
  const involved = { childInvolvement: 'involved' } as const;
  it.each<[WaitOutcome, { readonly facts: readonly Fact[] }, string?]>([
    ['within', priority('A').attended(60)],
    ['missed', priority('A').attended(61)],
    ['missed', priority('A').attended(10).stoodDown(70)],
    ['not-yet-due', incident('A').created(24 * 60 - 30, 'priority')],
    ['other-force', priority('A'), `${anyPriority}, forces: [another]`],
    ['other-grade', incident('A').created(0, 'scheduled')],
    ['no-child', incident('A').created(0, 'priority', { childInvolvement: 'not-involved' }), child],
    ['child-not-known', priority('A'), child],
    ['other-setting', priority('A'), `${anyPriority}, settings: [rural]`],
    ['other-type', priority('A'), `${anyPriority}, incidentTypes: [theft]`],
    ['closed-before-due', priority('A').closed(60)],
    ['regraded-before-due', priority('A').graded(59, 'scheduled').attended(100)],
    [
      'reached-before-in-scope',
      incident('A').created(0, 'scheduled').attended(5).graded(9, 'priority'),
    ],
    ['in-scope-after-due', incident('A').created(0, 'scheduled').graded(61, 'priority')],
    ['clock-not-begun', priority('A'), `${anyPriority}, clock: allocated`],
    [
      'child-ruled-out-before-due',
      incident('A')
        .created(0, 'priority', involved)
        .updated(9, { childInvolvement: 'not-involved' }),
      child,
    ],
    [
      'left-scope-before-due',
      incident('A').created(0, 'priority', { setting: 'rural' }).updated(9, { setting: 'urban' }),
      `${anyPriority}, settings: [rural]`,
    ],
    ['within', incident('A').created(0, 'priority', involved).attended(5), child],
  ])('is %s', (outcome, story, objective = anyPriority) => {
    expect(outcomesOf(report([story], { objective }))).toEqual([outcome]);
  });

  it('is counted anew from each reopening, and adds up', () => {
    const made = report([priority('A').closed(10).reopened(600).attended(630)]);
    expect(made).toMatchObject({ incidents: 1, reopenings: 1 });
    expect(outcomesOf(made)).toEqual(['within', 'closed-before-due']);
  });

  it('cannot be reported under a policy that did not count it', () => {
    const policy = policyOf(anyPriority);
    const { facts } = priority('A');
    const tally = newTally(draw);
    addIncident(tally, facts, assess(facts, policy, after(0)), policy, after(0));
    const other = parsePolicy(
      `objectives:\n  - { name: other, ${anyPriority}, target: 1, windows: [PT1H], minimumIncidents: 1 }\n`,
      'policy.yaml',
    );
    expect(() => reportOf(tally, other, after(0), { rejected: 0, heartbeats: 0 })).toThrow(
      RangeError,
    );
  });
});

describe('attainment', () => {
  it('is given by force, area and the month on the clocks of the policy', () => {
    // 23:30 on 31 March in UTC is April in London.
    const springNight = 29 * 24 * 60 + 14.5 * 60;
    const north = { areaId: 'north' as AreaId };
    const { objective } = report(
      [
        incident('A', 'one').created(0, 'priority', north).attended(10),
        incident('B', 'one').created(0, 'priority'),
        incident('C', 'two')
          .created(springNight, 'priority')
          .attended(springNight + 10),
      ],
      { until: 40 * 24 * 60 },
    );
    const shares = { within: expect.any(Number), missed: expect.any(Number) };
    expect(objective.forces).toMatchObject([
      { forceId: 'one', within: 1, missed: 1, share: 0.5 },
      { forceId: 'two', within: 1, missed: 0, share: 1 },
    ]);
    expect(objective.areas).toMatchObject([
      { forceId: 'one', areaId: '', missed: 1 },
      { forceId: 'one', areaId: 'north', within: 1 },
      { forceId: 'two', areaId: '', within: 1 },
    ]);
    expect(objective.months).toMatchObject([
      { month: '2026-03', ...shares },
      { month: '2026-04', within: 1, missed: 0 },
    ]);
    expect(objective.overall).toMatchObject({ within: 2, missed: 1, notYetDue: 0 });
  });

  it('by grade is not flattered by regrading: an incident stays under the grade it had', () => {
    const { objective } = report([
      priority('A').attended(10),
      priority('B').graded(50, 'scheduled').attended(300),
      incident('C').created(0, 'scheduled').graded(5, 'priority').attended(40),
    ]);
    expect(objective.overall).toMatchObject({ within: 2, missed: 0 });
    const under = (basis: string) =>
      objective.grading
        .filter((row) => row.grade === 'priority' && row.basis === basis)
        .map(({ within, missed }) => ({ within, missed }));
    expect(under('initial')).toEqual([{ within: 1, missed: 1 }]);
    expect(under('due')).toEqual([{ within: 2, missed: 0 }]);
    expect(under('highest')).toEqual([{ within: 2, missed: 1 }]);
  });

  it('compares children with others at one grade, and possible children apart', () => {
    const child = (id: string, childInvolvement: 'involved' | 'not-involved' | 'unknown') =>
      incident(id).created(0, 'priority', { childInvolvement });
    const { objective } = report([
      child('A', 'involved'),
      child('B', 'not-involved').attended(5),
      child('C', 'unknown').attended(5),
    ]);
    expect(objective.childComparison).toMatchObject([
      { grade: 'priority', child: 'involved', within: 0, missed: 1 },
      { grade: 'priority', child: 'not-involved', within: 1, missed: 0 },
      { grade: 'priority', child: 'unknown', within: 1, missed: 0 },
    ]);
  });

  it('is met, not met or too close to tell by its interval', () => {
    const many = (count: number, attended: number) =>
      Array.from({ length: count }, (_, n) =>
        n < attended ? priority(`I${n}`).attended(5) : priority(`I${n}`),
      );
    expect(report(many(100, 95)).objective.verdict).toBe('met');
    expect(report(many(100, 50)).objective.verdict).toBe('not-met');
    expect(report(many(10, 7)).objective.verdict).toBe('too-close-to-tell');
    expect(report([]).objective.verdict).toBe('nothing-due');
  });
});

describe('the waits of the worked example', () => {
  const attended = [10, 20, 30, 40, 50, 70, 90];
  const waiting = [45, 120, 600, 2_880];
  const until = 2_880;
  const { objective } = report(
    [
      ...attended.map((minutes) => priority(`A${minutes}`).attended(minutes)),
      ...waiting.map((minutes) => incident(`W${minutes}`).created(until - minutes, 'priority')),
    ],
    { until },
  );

  it('are 5 of 10 in time, one not yet due', () => {
    expect(objective.overall).toMatchObject({ within: 5, missed: 5, notYetDue: 1, share: 0.5 });
    expect(objective.overall.low).toBeCloseTo(0.237, 3);
    expect(objective.overall.high).toBeCloseTo(0.763, 3);
  });

  it('have a median of 70 minutes and 47.0 % by 60, where the attended alone would say 40 and 71.4 %', () => {
    const { overall } = objective.times;
    expect(overall.whenDue.kaplanMeier).toBeCloseTo(0.47, 3);
    expect(overall.kaplanMeier).toEqual({ medianMs: 70 * 60_000, p90Ms: null });
    expect(overall.attendedOnly).toMatchObject({ medianMs: 40 * 60_000, p90Ms: 90 * 60_000 });
    expect(overall.attendedOnly.withinShare).toBeCloseTo(0.714, 3);
  });

  it('are listed, the longest first', () => {
    expect(objective.longest.slice(0, 3)).toMatchObject([
      { incidentId: 'W2880', end: 'waiting', waitedMs: 2_880 * 60_000 },
      { incidentId: 'W600', end: 'waiting' },
      { incidentId: 'W120', end: 'waiting' },
    ]);
  });
});

describe('downgrades', () => {
  it('are counted by the time gone by, and those shortly before the threshold are listed', () => {
    const { downgrades } = report([
      priority('A').graded(57, 'scheduled').attended(200),
      priority('B').graded(50, 'scheduled', true),
      priority('C').graded(50, 'scheduled').graded(90, 'scheduled', true),
      priority('D').graded(5, 'resolution'),
      priority('E').graded(60, 'scheduled'),
      priority('F').graded(55, 'immediate'),
    ]).objective;
    expect(downgrades.tenths[0]).toEqual({ 'at-once': 0, later: 0, never: 1 });
    expect(downgrades.tenths[8]).toEqual({ 'at-once': 1, later: 1, never: 0 });
    expect(downgrades.forces).toEqual([
      { forceId: 'example', all: 4, late: 3, lateNeverReviewed: 1 },
    ]);
    expect(downgrades.listed).toMatchObject([
      { incidentId: 'A', review: 'never', leftMs: 180_000, reachedMs: 12_000_000 },
      { incidentId: 'C', review: 'later' },
      { incidentId: 'B', review: 'at-once' },
    ]);
  });
});

describe('stand-downs', () => {
  it('are counted by force, with what became of the incidents', () => {
    const { standDowns } = report([
      priority('A', 'one').attended(5).stoodDown(9),
      priority('B', 'one').attended(5).stoodDown(9).attended(20, 'U2'),
      priority('C', 'two').attended(5).stoodDown(9).closed(10),
      priority('D', 'two').stoodDown(9),
    ]);
    expect(standDowns).toEqual([
      { forceId: 'one', attendances: 2, incidents: 2, attended: 1, open: 1, closed: 0 },
      { forceId: 'two', attendances: 1, incidents: 1, attended: 0, open: 0, closed: 1 },
    ]);
  });
});

describe('the sample', () => {
  const stories = Array.from({ length: 20 }, (_, n) => priority(`INC-${n}`).attended(n * 10));
  const drawnBy = (seed: string) =>
    report(stories, { sample: { cases: 5, seed } }).sample.cases.map(
      ({ incidentId }) => incidentId,
    );

  it('is the same for one seed, in any order of incidents, and another for another', () => {
    expect(drawnBy('7')).toHaveLength(5);
    expect(drawnBy('7')).toEqual(drawnBy('7'));
    expect(drawnBy('8')).not.toEqual(drawnBy('7'));
  });

  it('lays each case out: facts in order, and how each objective counted it', () => {
    const [first] = report([priority('A').attended(70)]).sample.cases;
    expect(first?.lines.map(({ kind, sentence }) => [kind, sentence])).toEqual([
      ['fact', 'The call came in at force example, graded priority.'],
      ['fact', 'Unit U1 arrived.'],
    ]);
    expect(first?.counted).toEqual([
      {
        objective: 'in-time',
        start: '2026-03-02T09:00:00.000Z',
        outcome: 'missed',
        waitedMs: 4_200_000,
        end: 'reached',
      },
    ]);
  });
});
