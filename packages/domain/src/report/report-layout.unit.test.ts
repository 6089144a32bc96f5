import { describe, expect, it } from 'vitest';
import { after, incident } from '../../testing/history.ts';
import { anyPriority, draw, priority, report } from '../../testing/reports.ts';
import { assess } from '../assessment/assess.ts';
import type { AreaId, Fact } from '../facts/fact.ts';
import { parsePolicy } from '../policy/parse.ts';
import { addIncident } from './add-incident.ts';
import { mergeTallies } from './merge-tallies.ts';
import { type Report, reportOf } from './report.ts';
import { newTally } from './tally.ts';

const policy = parsePolicy(
  `timeZone: Europe/London
targets:
  - { name: seen, milestone: seen, grades: [priority], within: PT2H }
  - { name: attended, milestone: attended, grades: [priority], within: PT60M, warnAt: 0.5, escalateAfter: [PT1H, PT2H] }
objectives:
  - { name: sent, milestone: allocated, grades: [priority], within: PT15M, target: 0.9, windows: [PT1H], minimumIncidents: 1 }
  - { name: seen, milestone: seen, grades: [priority], child: involved, clock: graded, downgrade: review, within: PT2H, target: 0.5, windows: [PT1H], minimumIncidents: 1 }
`,
  'policy.yaml',
);
const until = after(24 * 60);
const also = { rejected: 3, heartbeats: 4 };

function reportOn(...stories: readonly { readonly facts: readonly Fact[] }[]): Report {
  const tallies = stories.map(({ facts }) => {
    const tally = newTally(draw);
    addIncident(tally, facts, assess(facts, policy, until), policy, until);
    return tally;
  });
  return reportOf(tallies.reduce(mergeTallies, newTally(draw)), policy, until, also);
}

describe('the head of a report', () => {
  it('says under which policy, up to when, and what was read', () => {
    const { facts } = priority('A');
    expect(reportOn({ facts: [...facts, ...facts] })).toMatchObject({
      ...{ policyVersion: policy.policyVersion, timeZone: 'Europe/London' },
      until: '2026-03-03T09:00:00.000Z',
      read: { facts: 2, duplicates: 1, rejected: 3, heartbeats: 4 },
      ...{ incidents: 1, reopenings: 0 },
    });
  });

  it('spans the first and the last call or reopening', () => {
    const period = (...stories: readonly { readonly facts: readonly Fact[] }[]) =>
      reportOn(...stories).period;
    expect(period()).toBeNull();
    expect(period({ facts: [] })).toBeNull();
    const start = '2026-03-02T09:00:00.000Z';
    expect(period(priority('A').attended(50))).toEqual({ from: start, to: start });
    const stories = [
      incident('C').created(30, 'priority'),
      priority('A').closed(10).reopened(100).closed(120),
      incident('B').created(60, 'priority'),
    ];
    expect(period(...stories)).toEqual({ from: start, to: '2026-03-02T10:40:00.000Z' });
  });

  it('counts each reopening, and none of an incident that was open', () => {
    const again = priority('A').closed(10).reopened(20).closed(30).reopened(40);
    expect(reportOn(again, priority('B').reopened(5))).toMatchObject({
      ...{ incidents: 2, reopenings: 2 },
    });
  });

  it('counts what the data lacks by incident, and not as incidents what was never created', () => {
    const before = priority('A').attended(-5);
    const twice = priority('B').created(9, 'scheduled').attended(-1);
    const never = incident('C').attended(5);
    for (const stories of [
      [before, twice, never],
      [never, twice, before],
    ]) {
      expect(reportOn(...stories)).toMatchObject({
        incidents: 2,
        flags: [
          { flag: 'before-creation', incidents: 2 },
          { flag: 'created-again', incidents: 1 },
          { flag: 'never-created', incidents: 1 },
        ],
      });
    }
  });
});

describe('the alerts of a report', () => {
  it('stand in the order of the targets, and for each as an alert goes through its phases', () => {
    const seenLate = [priority('B').attended(70), priority('A')];
    expect(reportOn(...seenLate).alerts).toEqual([
      { target: 'seen', phase: 'breach', alerts: 2 },
      { target: 'attended', phase: 'warning', alerts: 2 },
      { target: 'attended', phase: 'breach', alerts: 2 },
      { target: 'attended', phase: 'escalation-1', alerts: 1 },
      { target: 'attended', phase: 'escalation-2', alerts: 1 },
      { target: 'attended', phase: 'cleared', alerts: 1 },
    ]);
  });

  it('have the warnings first, though the first incident was in breach without one', () => {
    const overdue = incident('A').created(0, 'scheduled').graded(70, 'priority').closed(80);
    const { alerts } = reportOn(overdue, priority('B').closed(40));
    expect(alerts.map(({ target, phase }) => `${target} ${phase}`)).toEqual([
      'attended warning',
      'attended breach',
      'attended cleared',
    ]);
  });
});

describe('the objectives of a report', () => {
  it('must account for every opening of every incident', () => {
    const { facts } = priority('A').closed(10).reopened(20);
    const tally = newTally(draw);
    addIncident(tally, facts, assess(facts, policy, until), policy, until);
    tally.reopenings += 1;
    expect(() => reportOf(tally, policy, until, also)).toThrow('sent: 2 outcomes of 3');
  });

  it('stand in the order of the policy, with what they ask for', () => {
    const { objectives } = reportOn();
    expect(objectives).toMatchObject([
      {
        ...{ name: 'sent', milestone: 'allocated', grades: ['priority'], child: 'any' },
        ...{ clock: 'created', downgrade: 'release', withinMs: 900_000, target: 0.9 },
      },
      {
        ...{ name: 'seen', milestone: 'seen', child: 'involved', clock: 'graded' },
        ...{ downgrade: 'review', withinMs: 7_200_000, target: 0.5, childComparison: [] },
      },
    ]);
  });

  it('count each its own', () => {
    const child = { childInvolvement: 'involved' } as const;
    const [sent, seen] = reportOn(
      incident('A').created(0, 'priority', child).attended(10),
    ).objectives;
    expect(sent).toMatchObject({
      overall: { within: 1, missed: 0, share: 1 },
      verdict: 'too-close-to-tell',
    });
    expect(seen).toMatchObject({ overall: { within: 0, missed: 1, share: 0 } });
    expect(sent?.times.overall.waits).toBe(1);
    expect(seen?.longest).toMatchObject([{ incidentId: 'A', end: 'waiting' }]);
    const graded = { grade: 'priority', within: 1, missed: 0 };
    expect(sent?.grading).toMatchObject([
      { ...graded, basis: 'initial' },
      { ...graded, basis: 'due' },
      { ...graded, basis: 'highest' },
    ]);
    expect(sent?.childComparison).toMatchObject([{ ...graded, child: 'involved' }]);
    // Where there is no child none can be seen, so there is nothing to compare.
    expect(seen?.childComparison).toEqual([]);
  });

  it('show cells by force, area and month, whatever order incidents come in', () => {
    const at = (id: string, force: string, area: string, days: number) =>
      incident(id, force).created(days * 24 * 60, 'scheduled', { areaId: area as AreaId });
    const stories = [at('A', 'two', 'n', 0), at('B', 'one', 's', 0), at('C', 'one', 'n', 0)];
    const { objective } = report([...stories, at('D', 'one', 's', -40)]);
    const names = objective.cells.map(({ forceId, areaId, month }) => [forceId, areaId, month]);
    expect(names).toEqual([
      ['one', 'n', '2026-03'],
      ['one', 's', '2026-01'],
      ['one', 's', '2026-03'],
      ['two', 'n', '2026-03'],
    ]);
    expect(objective.cells[0]?.outcomes).toMatchObject({ 'other-grade': 1, within: 0 });
    // Nothing was due in any of them.
    expect(objective).toMatchObject({ forces: [], areas: [], months: [] });
    const due = [incident('E').created(23.5 * 60, 'priority'), priority('F').attended(5)];
    expect(report(due).objective.forces).toMatchObject([{ within: 1, missed: 0, notYetDue: 1 }]);
  });

  it('are met by months in the order of time', () => {
    const days = (id: string, force: string, day: number) =>
      incident(id, force).created(day * 24 * 60, 'priority');
    const { objective } = report([days('A', 'one', 0), days('B', 'two', -40), days('C', 'two', 0)]);
    expect(objective.months).toMatchObject([
      { month: '2026-01', missed: 1 },
      { month: '2026-03', missed: 2 },
    ]);
    expect(objective.months[0]).not.toHaveProperty('forceId');
  });

  it('are met when the interval touches the target from above, and missed only below it', () => {
    const of = (attended: number, all: number, target: number) => {
      const stories = Array.from({ length: all }, (_, n) =>
        n < attended ? priority(`I${n}`).attended(5) : priority(`I${n}`),
      );
      return report(stories, { objective: anyPriority, target }).objective;
    };
    const { low, high } = of(5, 10, 0.5).overall;
    expect(of(5, 10, low ?? 0).verdict).toBe('met');
    expect(of(5, 10, (low ?? 0) + 1e-9).verdict).toBe('too-close-to-tell');
    expect(of(5, 10, high ?? 0).verdict).toBe('too-close-to-tell');
    expect(of(5, 10, (high ?? 0) + 1e-9).verdict).toBe('not-met');
  });

  it('takes grades by whom the objective asks for', () => {
    const child = (id: string, childInvolvement: 'involved' | 'not-involved' | 'unknown') =>
      incident(id).created(0, 'priority', { childInvolvement });
    const all = [child('A', 'involved'), child('B', 'not-involved'), child('C', 'unknown')];
    const missed = (objective: string) =>
      report(all, { objective }).objective.grading.map((row) => [row.basis, row.missed]);
    expect(missed(`${anyPriority}, child: involved`)).toEqual([
      ...[
        ['initial', 1],
        ['due', 1],
        ['highest', 1],
      ],
    ]);
    expect(missed(`${anyPriority}, child: possible`)[0]).toEqual(['initial', 2]);
    expect(missed(anyPriority)[0]).toEqual(['initial', 3]);
  });
});

describe('the longest waits', () => {
  it('are the twenty longest, the longest first, with all that is known of them', () => {
    const stories = Array.from({ length: 25 }, (_, n) => priority(`I${n}`).attended(n + 1));
    const { longest } = report(stories).objective;
    expect(longest).toHaveLength(20);
    expect(longest[19]?.waitedMs).toBe(6 * 60_000);
    expect(longest[0]).toEqual({
      ...{ incidentId: 'I24', forceId: 'example', areaId: undefined, grade: 'priority' },
      ...{ child: 'unknown', begin: '2026-03-02T09:00:00.000Z', waitedMs: 1_500_000 },
      end: 'reached',
    });
  });

  it('stand by incident and then by time where they are as long', () => {
    const again = priority('A').closed(10).reopened(100).closed(110);
    const { longest } = report([incident('B').created(0, 'priority').closed(10), again]).objective;
    expect(longest.map(({ incidentId, begin }) => [incidentId, begin.slice(11, 16)])).toEqual([
      ...[
        ['A', '09:00'],
        ['A', '10:40'],
        ['B', '09:00'],
      ],
    ]);
  });
});

describe('downgrades in a report', () => {
  it('are counted by tenth, by force, and late from eight tenths of the time on', () => {
    const down = (id: string, minutes: number, force = 'one') =>
      priority(id, force).graded(minutes, 'scheduled');
    const { downgrades } = report([
      down('D', 47, 'two'),
      ...[down('A', 48), down('B', 54), down('C', 59), down('E', 6)],
    ]).objective;
    expect(downgrades.tenths.map(({ never }) => never)).toEqual([0, 1, 0, 0, 0, 0, 0, 1, 1, 2]);
    expect(downgrades.forces).toEqual([
      { forceId: 'one', all: 4, late: 3, lateNeverReviewed: 3 },
      { forceId: 'two', all: 1, late: 0, lateNeverReviewed: 0 },
    ]);
    expect(downgrades.listed.map(({ incidentId, at }) => [incidentId, at])).toEqual([
      ['C', '2026-03-02T09:59:00.000Z'],
      ['B', '2026-03-02T09:54:00.000Z'],
      ['A', '2026-03-02T09:48:00.000Z'],
    ]);
  });

  it('are each objective’s own, and none where nothing was downgraded', () => {
    const [sent, seen] = reportOn(priority('A').graded(14, 'scheduled')).objectives;
    expect(sent?.downgrades.forces).toMatchObject([{ all: 1, late: 1 }]);
    expect(seen?.downgrades).toMatchObject({ forces: [], listed: [] });
    expect(seen?.downgrades.tenths).toEqual(Array(10).fill({ 'at-once': 0, later: 0, never: 0 }));
  });
});

describe('stand-downs in a report', () => {
  it('stand by force, and count every attendance that was taken back', () => {
    const two = priority('A', 'two').attended(5).attended(6, 'U2').stoodDown(9).stoodDown(10, 'U2');
    const one = priority('B', 'one').attended(5).stoodDown(9).closed(20).reopened(30).attended(40);
    expect(reportOn(two, one, priority('C').attended(5)).standDowns).toEqual([
      { forceId: 'one', attendances: 1, incidents: 1, attended: 1, open: 0, closed: 0 },
      { forceId: 'two', attendances: 2, incidents: 1, attended: 0, open: 1, closed: 0 },
    ]);
  });
});

describe('the cases of a report', () => {
  it('are as many as were asked for, and none where none were', () => {
    const stories = [priority('A'), priority('B'), priority('C')];
    expect(report(stories).sample).toMatchObject({ seed: '7', asked: 2 });
    expect(report(stories).sample.cases).toHaveLength(2);
    const none = report(stories, { sample: { cases: 0, seed: '7' } }).sample;
    expect(none).toEqual({ seed: '7', asked: 0, cases: [] });
  });

  it('say when each opening began and that a wait which never counted has no end', () => {
    const [first] = report([incident('A').created(0, 'scheduled').attended(5)]).sample.cases;
    expect(first).toMatchObject({
      incidentId: 'A',
      lot: expect.stringMatching(/^[0-9a-f]{64}$/),
      counted: [{ outcome: 'other-grade', waitedMs: null, end: null }],
    });
    expect(first?.lines[1]).toMatchObject({ at: '2026-03-02T09:05:00.000Z', kind: 'fact' });
    expect(first?.standing.length).toBeGreaterThan(0);
  });
});
