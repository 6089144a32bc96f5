import { describe, expect, it } from 'vitest';
import { after, incident } from '../../testing/history.ts';
import type { Fact } from '../facts/fact.ts';
import { parsePolicy } from '../policy/parse.ts';
import { explain } from './explain.ts';

const policy = parsePolicy(
  `targets:
  - { name: attendance, milestone: attended, grades: [priority], within: PT60M,
      warnAt: 0.75, escalateAfter: [PT1H, PT3H] }
  - { name: seen, milestone: seen, grades: [immediate, priority], child: involved, within: P1D,
      severity: { breach: critical } }
`,
  'policy.yaml',
);

/** What follows from each fact, or stands behind each alert, by its minutes after nine. */
const detailsOf = (kind: 'fact' | 'alert', facts: readonly Fact[], until: number) =>
  explain(facts, policy, after(until))
    .lines.filter((line) => line.kind === kind)
    .map(({ at, details }) => [(at - after(0)) / 60_000, ...details]);
const standingOf = (facts: readonly Fact[], until: number) =>
  explain(facts, policy, after(until)).standing;

/** A time of that day as the story writes it. */
const at = (time: string) => `Mon, 2 Mar 2026, ${time}:00 GMT`;
const tomorrow = (time: string) => `Tue, 3 Mar 2026, ${time}:00 GMT`;

const waiting = incident('A').created(0, 'priority').facts;
const withChild = incident('A').created(0, 'priority', { childInvolvement: 'involved' }).facts;

describe('what follows from a fact', () => {
  it('is what it changed, and each clock that it began or ended, and why', () => {
    const story = incident('A').created(0, 'priority').updated(10, { youngestAge: 5 });
    story.graded(20, 'scheduled').graded(30, 'priority').allocated(32).contacted(34);
    story.attended(40).closed(50).reopened(60).seen(70).updated(80, {});
    const regraded = 'the grade changed to one that the target does not cover';
    expect(detailsOf('fact', story.facts, 90)).toEqual([
      [
        0,
        'The grade is priority.',
        'Whether a child is involved is not known.',
        `attendance: the clock of 1 h runs out at ${at('10:00')}.`,
      ],
      [10, 'A child is involved.', `seen: the clock of 1 day runs out at ${tomorrow('09:00')}.`],
      [
        20,
        'The grade is scheduled.',
        `attendance: the clock ends, as ${regraded}.`,
        `seen: the clock ends, as ${regraded}.`,
      ],
      [
        30,
        'The grade is priority.',
        `attendance: the clock of 1 h runs out at ${at('10:00')}.`,
        `seen: the clock of 1 day runs out at ${tomorrow('09:00')}.`,
      ],
      [32],
      [34],
      [40, 'attendance: the clock ends, as an officer attended.'],
      [50, 'It is closed.', 'seen: the clock ends, as the incident was closed.'],
      [
        60,
        'It is open again; nothing done before counts.',
        `attendance: the clock of 1 h runs out at ${at('11:00')}.`,
        `seen: the clock of 1 day runs out at ${tomorrow('10:00')}.`,
      ],
      [70, 'seen: the clock ends, as the child was seen.'],
      [80],
    ]);
  });

  it('is that a child was ruled out', () => {
    const story = incident('A').created(0, 'priority', { youngestAge: 4 });
    story.updated(5, { childInvolvement: 'not-involved' });
    expect(detailsOf('fact', story.facts, 90)[1]).toEqual([
      5,
      'No child is involved.',
      'seen: the clock ends, as it was ruled out that a child is involved.',
    ]);
  });

  it('says of one that is dated before the call, or was taken back, that it is', () => {
    const story = incident('A').created(0, 'priority').attended(-5).stoodDown(20).attended(25);
    expect(detailsOf('fact', story.facts, 90).slice(1)).toEqual([
      [
        0,
        `It is dated ${at('08:55')}, before the call.`,
        'The unit was stood down later; from then on this does not count.',
        'attendance: the clock ends, as an officer attended.',
      ],
      [20, `attendance: the clock of 1 h runs out at ${at('10:00')}.`],
      [25, 'attendance: the clock ends, as an officer attended.'],
    ]);
    expect(explain([...story.facts, ...story.facts], policy, after(90)).notes).toEqual([
      'Some facts are dated before the call; they count from the call on.',
      'Left out as duplicates: 4.',
    ]);
  });
});

describe('why an alert was raised', () => {
  it('is what had not happened, how long the clock had run, and how severe that is', () => {
    expect(detailsOf('alert', withChild, 2_000)).toEqual([
      [
        45,
        'There was no officer at the scene yet, with 15 min left.',
        'The clock had run for 45 min.',
        'Severity: medium.',
      ],
      [
        60,
        'There was no officer at the scene in time.',
        'The clock had run for 1 h.',
        'Severity: high.',
      ],
      [
        120,
        'There was still no officer at the scene 1 h after the breach.',
        'The clock had run for 2 h.',
        'Severity: critical.',
      ],
      [
        240,
        'There was still no officer at the scene 3 h after the breach.',
        'The clock had run for 4 h.',
        'Severity: critical.',
      ],
      [
        24 * 60,
        'There was no officer who had seen the child in time.',
        'The clock had run for 1 day.',
        'Severity: critical.',
      ],
    ]);
  });

  it('is of one that ended only why it ended', () => {
    const story = incident('A').created(0, 'priority').closed(70);
    expect(detailsOf('alert', story.facts, 90).at(-1)).toEqual([
      70,
      'It ended because the incident was closed.',
    ]);
  });

  it('is told under a title that names the step', () => {
    const { lines } = explain(waiting, policy, after(300));
    expect(lines.map(({ sentence }) => sentence).slice(1)).toEqual([
      'Warning: attendance.',
      'Breach: attendance.',
      'Escalation 1: attendance.',
      'Escalation 2: attendance.',
    ]);
  });
});

describe('how things stand', () => {
  const open = (time: string) =>
    `At ${at(time)} it is open, graded priority. Whether a child is involved is not known.`;
  const nothing = 'Since it was opened nothing was done that still counts.';

  it('is how much time is left', () => {
    expect(standingOf(waiting, 30)).toEqual([
      open('09:30'),
      nothing,
      `attendance: 30 min left, until ${at('10:00')}.`,
    ]);
  });

  it('is how long the incident is overdue, from the due instant on, and what comes next', () => {
    expect(standingOf(waiting, 60)).toEqual([
      open('10:00'),
      nothing,
      'attendance: in breach, overdue by 0 s.',
      `attendance: escalates next at ${at('11:00')}.`,
    ]);
    expect(standingOf(waiting, 120).slice(2)).toEqual([
      'attendance: in breach, overdue by 1 h.',
      `attendance: escalates next at ${at('13:00')}.`,
    ]);
    expect(standingOf(withChild, 2_000).slice(2)).toEqual([
      'attendance: in breach, overdue by 1 day 8 h.',
      'seen: in breach, overdue by 9 h 20 min.',
    ]);
  });

  it('is what has been done, an attendance being an allocation and a contact too', () => {
    const story = incident('A').created(0, 'priority').attended(40);
    expect(standingOf(story.facts, 90)).toEqual([
      open('10:30'),
      'Since it was opened a unit was allocated, the caller was contacted and an officer attended.',
    ]);
    const closed = incident('A').created(0, 'priority', { childInvolvement: 'not-involved' });
    closed.allocated(7).closed(70);
    expect(standingOf(closed.facts, 90)).toEqual([
      `At ${at('10:30')} it is closed, graded priority. No child is involved.`,
      'Since it was opened a unit was allocated.',
    ]);
  });
});

describe('two targets of one incident', () => {
  const both = parsePolicy(
    `targets:
  - { name: hour, milestone: attended, grades: [priority], within: PT60M, escalateAfter: [PT1H] }
  - { name: half, milestone: attended, grades: [priority], within: PT30M, escalateAfter: [PT2H] }
`,
    'policy.yaml',
  );

  it('escalate each by its own breach and its own steps', () => {
    expect(explain(waiting, both, after(100)).standing.slice(2)).toEqual([
      'hour: in breach, overdue by 40 min.',
      `hour: escalates next at ${at('11:00')}.`,
      'half: in breach, overdue by 1 h 10 min.',
      `half: escalates next at ${at('11:30')}.`,
    ]);
    const { lines } = explain(waiting, both, after(200));
    expect(lines.slice(-2).map(({ sentence, details }) => [sentence, details[0]])).toEqual([
      ['Escalation 1: hour.', 'There was still no officer at the scene 1 h after the breach.'],
      ['Escalation 1: half.', 'There was still no officer at the scene 2 h after the breach.'],
    ]);
  });
});
