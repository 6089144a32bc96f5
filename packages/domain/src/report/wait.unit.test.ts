import { describe, expect, it } from 'vitest';
import { after, incident } from '../../testing/history.ts';
import { anyPriority, policyOf } from '../../testing/reports.ts';
import { assess } from '../assessment/assess.ts';
import { throughScope } from '../assessment/clock.ts';
import type { AreaId, Fact } from '../facts/fact.ts';
import { plus } from '../time/instant.ts';
import { regardlessOfGrade, waitsOf } from './wait.ts';

interface Story {
  readonly facts: readonly Fact[];
}
const minute = 60_000;
const later = after(24 * 60);

function waits({ facts }: Story, until = later, terms = anyPriority) {
  const policy = policyOf(terms);
  const { timeline } = assess(facts, policy, until).standing;
  return policy.objectives.flatMap((objective) =>
    waitsOf(throughScope(timeline, objective), objective, until),
  );
}
const outcomes = (story: Story, until = later, terms = anyPriority) =>
  waits(story, until, terms).map(({ outcome }) => outcome);
const ends = (story: Story, until = later, terms = anyPriority) =>
  waits(story, until, terms).map(({ end }) => end);

const called = (minutes = 0) => incident('A').created(minutes, 'priority');
const scheduled = () => incident('A').created(0, 'scheduled');

describe('a wait', () => {
  it('is none of an incident that was not created', () => {
    expect(waits(incident('A').attended(5))).toEqual([]);
  });

  it('ends where the milestone is reached, in time or late', () => {
    const begin = after(0);
    expect(ends(called().attended(10))).toEqual([{ how: 'reached', ms: 10 * minute, begin }]);
    expect(ends(called().attended(90))).toEqual([{ how: 'reached', ms: 90 * minute, begin }]);
    expect(ends(called().attended(10).closed(20))).toEqual([
      { how: 'reached', ms: 10 * minute, begin },
    ]);
  });

  it('ends where it is closed or leaves the objective, and else goes on', () => {
    const begin = after(0);
    expect(ends(called().closed(40))).toEqual([{ how: 'closed', ms: 40 * minute, begin }]);
    const left = called().graded(40, 'scheduled').graded(50, 'resolution').closed(70);
    expect(ends(left)).toEqual([{ how: 'left', ms: 40 * minute, begin }]);
    expect(ends(called(), after(30))).toEqual([{ how: 'waiting', ms: 30 * minute, begin }]);
  });

  it('has no length where it never counted, or its clock never began', () => {
    expect(ends(scheduled().attended(5))).toEqual([undefined]);
    expect(ends(called(), later, `${anyPriority}, clock: allocated`)).toEqual([undefined]);
  });

  it('goes on when it comes back into the objective before it was due', () => {
    const back = called().graded(10, 'scheduled').graded(20, 'priority');
    expect(waits(back, after(30))).toMatchObject([
      { outcome: 'not-yet-due', end: { how: 'waiting', ms: 30 * minute } },
    ]);
    expect(outcomes(back)).toEqual(['missed']);
    expect(waits(back.closed(40))).toMatchObject([
      { outcome: 'closed-before-due', end: { how: 'closed', ms: 40 * minute } },
    ]);
  });

  it('is missed from the due instant on, when nothing happened at it', () => {
    expect(outcomes(called(), plus(after(60), -1))).toEqual(['not-yet-due']);
    expect(outcomes(called(), after(60))).toEqual(['missed']);
    expect(outcomes(called().closed(60))).toEqual(['closed-before-due']);
    expect(outcomes(called().graded(60, 'scheduled'))).toEqual(['regraded-before-due']);
    expect(outcomes(called().attended(60))).toEqual(['within']);
    expect(outcomes(called().updated(60, { areaId: 'north' as AreaId }))).toEqual(['missed']);
    expect(outcomes(called().closed(61))).toEqual(['missed']);
  });

  it('settles once: what was missed stays so when it is reached at last', () => {
    expect(outcomes(called().attended(70))).toEqual(['missed']);
    expect(outcomes(called().attended(10).closed(20))).toEqual(['within']);
  });

  it('has its outcome by whether it was reached or overdue when it came into the objective', () => {
    expect(outcomes(scheduled().attended(5).graded(9, 'priority'))).toEqual([
      'reached-before-in-scope',
    ]);
    expect(outcomes(scheduled().attended(5).graded(60, 'priority'))).toEqual([
      'reached-before-in-scope',
    ]);
    expect(outcomes(scheduled().attended(5).graded(61, 'priority'))).toEqual([
      'in-scope-after-due',
    ]);
    expect(outcomes(scheduled().graded(60, 'priority'))).toEqual(['missed']);
    expect(outcomes(scheduled().graded(61, 'priority'))).toEqual(['in-scope-after-due']);
    const reached = scheduled().graded(61, 'priority').attended(80);
    expect(outcomes(reached)).toEqual(['in-scope-after-due']);
    expect(ends(reached)).toEqual([{ how: 'reached', ms: 80 * minute, begin: after(0) }]);
  });

  it('counts what reaches and is in the objective only while the incident is open', () => {
    const closed = scheduled().closed(5).graded(9, 'priority').attended(10);
    expect(waits(closed)).toMatchObject([{ outcome: 'other-grade', end: undefined }]);
  });

  it('counts by the place and the grade that it had when it was decided', () => {
    const area = (name: string) => ({ areaId: name as AreaId });
    const moving = incident('A').created(0, 'priority', area('north')).updated(20, area('south'));
    moving.updated(80, area('west'));
    expect(waits(moving)[0]?.state.areaId).toBe('south');
    const other = incident('A').created(0, 'scheduled', area('north')).updated(5, area('south'));
    expect(waits(other.closed(9).updated(10, area('west')))[0]?.state.areaId).toBe('south');
  });

  it('is one for each opening, with the grades of that opening', () => {
    const twice = called().graded(5, 'immediate').graded(9, 'scheduled').closed(10).reopened(100);
    expect(waits(twice.graded(130, 'priority').attended(140))).toMatchObject([
      { start: after(0), initialGrade: 'priority', highestGrade: 'immediate' },
      {
        ...{ start: after(100), initialGrade: 'scheduled', highestGrade: 'priority' },
        ...{ outcome: 'within', end: { how: 'reached', ms: 40 * minute } },
      },
    ]);
    const open = called().reopened(5).attended(10);
    expect(waits(open)).toHaveLength(1);
  });

  it('has as highest the most urgent grade until it was decided; unknown counts as least', () => {
    const highest = (story: Story) => waits(story)[0]?.highestGrade;
    expect(highest(called().attended(10).graded(20, 'immediate'))).toBe('priority');
    expect(highest(called().graded(5, 'unknown').attended(10))).toBe('priority');
    const unknown = incident('A').created(0, 'unknown');
    expect(highest(unknown)).toBe('unknown');
    expect(highest(unknown.graded(5, 'resolution').closed(10))).toBe('resolution');
  });
});

describe('why a wait does not count', () => {
  const child = `${anyPriority}, child: involved`;
  const rural = `${anyPriority}, settings: [rural]`;
  const involved = { childInvolvement: 'involved' } as const;
  const ruledOut = { childInvolvement: 'not-involved' } as const;

  it('is that it left: closed, regraded, without a child, or otherwise', () => {
    const begun = () => incident('A').created(0, 'priority', { ...involved, setting: 'rural' });
    expect(outcomes(begun().closed(9), later, child)).toEqual(['closed-before-due']);
    expect(outcomes(begun().graded(9, 'scheduled'), later, child)).toEqual(['regraded-before-due']);
    expect(outcomes(begun().updated(9, ruledOut), later, child)).toEqual([
      'child-ruled-out-before-due',
    ]);
    const town = begun().updated(9, { setting: 'urban' });
    expect(outcomes(town, later, rural)).toEqual(['left-scope-before-due']);
    expect(outcomes(town, later, `${child}, settings: [rural]`)).toEqual(['left-scope-before-due']);
    const noChild = begun().updated(9, { ...ruledOut, setting: 'urban' });
    expect(outcomes(noChild, later, rural)).toEqual(['left-scope-before-due']);
  });

  it('is the first thing that it never had: force, grade, child, setting, type', () => {
    const strict = `${anyPriority}, forces: [another], child: involved, settings: [rural], incidentTypes: [theft]`;
    const here = strict.replace('another', 'example');
    expect(outcomes(scheduled(), later, strict)).toEqual(['other-force']);
    expect(outcomes(scheduled(), later, here)).toEqual(['other-grade']);
    expect(outcomes(called(), later, here)).toEqual(['child-not-known']);
    expect(outcomes(incident('A').created(0, 'priority', ruledOut), later, here)).toEqual([
      'no-child',
    ]);
    for (const setting of [{}, { setting: 'urban' }] as const) {
      const elsewhere = incident('A').created(0, 'priority', { ...involved, ...setting });
      expect(outcomes(elsewhere, later, here)).toEqual(['other-setting']);
    }
    const country = incident('A').created(0, 'priority', { ...involved, setting: 'rural' });
    expect(outcomes(country, later, here)).toEqual(['other-type']);
    expect(outcomes(country, later, `${child}, incidentTypes: [theft]`)).toEqual(['other-type']);
  });
});

describe('an incident regardless of grade', () => {
  function clocks({ facts }: Story, clock: string, until = later) {
    const [objective] = policyOf(`${anyPriority}, child: involved, clock: ${clock}`).objectives;
    if (objective === undefined) throw new Error('there is one');
    const policy = policyOf(anyPriority);
    const { timeline } = assess(facts, policy, until).standing;
    return regardlessOfGrade(timeline, objective).map(({ begin, due, applies }) => ({
      ...{ begin, due, applies },
    }));
  }
  const since = (minutes: number) => ({
    ...{ begin: after(minutes), due: after(minutes + 60), applies: true },
  });

  it('applies at every grade, with a child or without', () => {
    expect(clocks(scheduled().graded(20, 'priority'), 'created')).toEqual([since(0), since(0)]);
  });

  it('counts a clock of the grading from where it came to the most urgent grade it has had', () => {
    const story = scheduled()
      .graded(10, 'priority')
      .graded(20, 'scheduled')
      .graded(30, 'priority')
      .graded(40, 'immediate');
    expect(clocks(story, 'graded')).toEqual([since(0), since(10), since(10), since(10), since(40)]);
  });

  it('begins anew when it is reopened', () => {
    const story = incident('A').created(0, 'immediate').graded(5, 'scheduled').closed(10);
    expect(clocks(story.reopened(100).graded(110, 'priority'), 'graded')).toEqual([
      ...[since(0), since(0), since(0), since(100), since(110)],
    ]);
  });
});
