import { describe, expect, it } from 'vitest';
import { after, incident } from '../../testing/history.ts';
import { targetOf } from '../../testing/policy.ts';
import { type Fact, type Grade, grades } from '../facts/fact.ts';
import { everApplies, isMoreUrgent, throughScope } from './clock.ts';
import { timelineOf } from './timeline.ts';

type Story = { readonly facts: readonly Fact[] };

const timeline = ({ facts }: Story) => timelineOf(facts, after(600), ['missing-child']);

/** How a target sees an incident after the last of its facts. */
function seenBy(target: Readonly<Record<string, unknown>>, story: Story) {
  const moment = throughScope(timeline(story), targetOf(target)).at(-1);
  if (moment === undefined) throw new Error('the incident was not created');
  return moment;
}

const graded = (grade: Grade) => incident('INC-1').created(0, grade);

describe('urgency', () => {
  it('falls from immediate to resolution, and unknown is neither more nor less than any', () => {
    const falling: readonly Grade[] = ['immediate', 'priority', 'scheduled', 'resolution'];
    for (const a of grades) {
      for (const b of grades) {
        const [x, y] = [falling.indexOf(a), falling.indexOf(b)];
        expect([a, b, isMoreUrgent(a, b)]).toEqual([a, b, x !== -1 && y !== -1 && x < y]);
      }
    }
  });
});

describe('a clock that counts from the grade', () => {
  it.each<[string, Story, number | undefined]>([
    ['the call, when the call has the grade', graded('priority'), 0],
    ['the upgrade that gave it', graded('scheduled').graded(30, 'priority'), 30],
    ['the call, when a downgrade gave it', graded('immediate').graded(30, 'priority'), 0],
    ['the call, when nobody knew the grade before', graded('unknown').graded(30, 'priority'), 0],
    [
      'the first upgrade, when the grade is given again',
      graded('scheduled').graded(30, 'priority').graded(40, 'priority'),
      30,
    ],
    [
      'the first upgrade, when an update says nothing of grades',
      graded('scheduled').graded(30, 'priority').updated(40, { setting: 'rural' }),
      30,
    ],
    [
      'the second upgrade, when it was out of grade between',
      graded('priority').graded(20, 'scheduled').graded(30, 'priority'),
      30,
    ],
    ['the call, whatever a second creation says', graded('priority').created(30, 'scheduled'), 0],
    [
      'nothing, whatever a second creation says',
      graded('scheduled').created(30, 'priority'),
      undefined,
    ],
    ['the reopening', graded('scheduled').graded(30, 'priority').closed(40).reopened(50), 50],
    [
      'the upgrade, when a reopening finds the incident open',
      graded('scheduled').graded(30, 'priority').reopened(50),
      30,
    ],
    [
      'the upgrade, while it is closed too',
      graded('scheduled').graded(30, 'priority').closed(40).contacted(50),
      30,
    ],
    ['nothing, out of grade', graded('priority').graded(30, 'scheduled'), undefined],
    [
      'nothing, when it is reopened out of grade',
      graded('scheduled').closed(10).reopened(20),
      undefined,
    ],
  ])('counts from %s', (_, story, minutes) => {
    const { begin, due, inGrade } = seenBy({ clock: 'graded' }, story);
    const expected = minutes === undefined ? [] : [after(minutes), after(minutes + 60)];
    expect([begin, due].filter((instant) => instant !== undefined)).toEqual(expected);
    expect(inGrade).toBe(minutes !== undefined);
  });
});

describe('a threshold that a downgrade must be reviewed to escape', () => {
  const held = { downgrade: 'review', clock: 'graded' };
  it.each<[string, Story, boolean]>([
    ['holds through a downgrade nobody reviewed', graded('priority').graded(30, 'scheduled'), true],
    ['holds when the grade is no longer known', graded('priority').graded(30, 'unknown'), true],
    [
      'holds when the downgrade is repeated',
      graded('priority').graded(30, 'scheduled').graded(40, 'scheduled'),
      true,
    ],
    ['ends with a reviewed downgrade', graded('priority').graded(30, 'scheduled', true), false],
    [
      'ends with a review of the grade it has',
      graded('priority').graded(30, 'scheduled').graded(40, 'scheduled', true),
      false,
    ],
    ['ends with an upgrade past it', graded('priority').graded(30, 'immediate'), false],
    [
      'ends with an upgrade to a grade still below it',
      graded('priority').graded(20, 'resolution').graded(30, 'scheduled'),
      false,
    ],
    ['never began for an incident below it', graded('scheduled').graded(30, 'resolution'), false],
    [
      'is judged anew at a reopening',
      graded('priority').graded(30, 'scheduled').closed(40).reopened(50),
      false,
    ],
  ])('%s', (_, story, holds) => {
    const { inGrade, begin } = seenBy(held, story);
    expect(inGrade).toBe(holds);
    expect(begin).toBe(holds ? after(0) : undefined);
  });

  it('is not held where the policy asks for no review', () => {
    expect(seenBy({}, graded('priority').graded(30, 'scheduled')).inGrade).toBe(false);
  });
});

describe('a clock that counts from the dispatch', () => {
  it('has not begun before a unit is allocated, and nothing is watched', () => {
    const { begin, due, watched } = seenBy({ clock: 'allocated' }, graded('priority'));
    expect([begin, due, watched]).toEqual([undefined, undefined, false]);
  });

  it('counts from the first allocation', () => {
    const story = graded('priority').allocated(20).allocated(30);
    const { begin, due, watched } = seenBy({ clock: 'allocated' }, story);
    expect([begin, due, watched]).toEqual([after(20), after(80), true]);
  });
});

describe('which incidents a target is about', () => {
  const called = (details = {}) => incident('INC-1').created(0, 'priority', details);
  const child = (childInvolvement: string) => called({ childInvolvement });
  it.each<[string, Readonly<Record<string, unknown>>, Story, boolean]>([
    ['all in grade, where it names no more', {}, called(), true],
    ['none out of grade', {}, graded('scheduled'), false],
    ['the force that it names', { forces: ['another', 'example'] }, called(), true],
    ['no other force', { forces: ['another'] }, called(), false],
    ['the setting that it names', { settings: ['rural'] }, called({ setting: 'rural' }), true],
    [
      'any setting of those it names',
      { settings: ['urban', 'rural'] },
      called({ setting: 'rural' }),
      true,
    ],
    [
      'any type of those it names',
      { incidentTypes: ['a', 'b'] },
      called({ incidentType: 'b' }),
      true,
    ],
    ['no other setting', { settings: ['rural'] }, called({ setting: 'urban' }), false],
    ['no setting that nobody gave', { settings: ['rural'] }, called(), false],
    ['the type it names', { incidentTypes: ['theft'] }, called({ incidentType: 'theft' }), true],
    ['no other type', { incidentTypes: ['theft'] }, called({ incidentType: 'assault' }), false],
    ['no type that nobody gave', { incidentTypes: ['theft'] }, called(), false],
    ['a child that is involved', { child: 'involved' }, child('involved'), true],
    ['no child that may be', { child: 'involved' }, child('unknown'), false],
    ['a child that may be, when it says so', { child: 'possible' }, child('unknown'), true],
    ['a child that is, when it says may be', { child: 'possible' }, child('involved'), true],
    ['no child that is ruled out', { child: 'possible' }, child('not-involved'), false],
  ])('takes in %s', (_, target, story, applies) => {
    expect(seenBy(target, story)).toMatchObject({ applies, watched: applies });
    expect(everApplies(timeline(story), targetOf(target))).toBe(applies);
  });

  it('takes in an incident that is as it says at some time only', () => {
    const story = called({ setting: 'urban' }).updated(10, { setting: 'rural' });
    expect(everApplies(timeline(story), targetOf({ settings: ['urban'] }))).toBe(true);
    const upgraded = graded('scheduled').graded(10, 'priority').graded(20, 'scheduled');
    expect(everApplies(timeline(upgraded), targetOf())).toBe(true);
  });
});

describe('an incident in scope', () => {
  it('is watched while it is open and nobody came', () => {
    const called = graded('priority');
    expect(seenBy({}, called)).toMatchObject({ watched: true, reached: false });
    expect(seenBy({}, called.attended(10))).toMatchObject({ watched: false, reached: true });
    expect(seenBy({}, graded('priority').closed(10))).toMatchObject({
      watched: false,
      applies: true,
    });
  });
});
