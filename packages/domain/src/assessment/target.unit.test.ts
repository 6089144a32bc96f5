import { describe, expect, it } from 'vitest';
import { after, incident } from '../../testing/history.ts';
import { policyOf } from '../../testing/policy.ts';
import type { AreaId, Fact } from '../facts/fact.ts';
import { assess } from './assess.ts';

type Story = { readonly facts: readonly Fact[] };
type Entry = Readonly<Record<string, unknown>>;

const called = (details = {}) => incident('INC-1').created(0, 'priority', details);

function alertsOf({ facts }: Story, target: Entry, until = 600) {
  return assess(facts, policyOf({ targets: [target] }), after(until)).alerts;
}

/** The alerts as `minutes phase reason`. */
function said(story: Story, target: Entry = {}, until = 600): readonly string[] {
  return alertsOf(story, target, until).map(({ at, phase, reason }) =>
    [(at - after(0)) / 60_000, phase, reason ?? ''].join(' ').trim(),
  );
}

const warns = { warnAt: 0.75 };
const escalates = { escalateAfter: ['PT30M', 'PT60M'] };

describe('an incident nobody attends', () => {
  it('is in warning from the share of the time, in breach when it is over, and escalates', () => {
    expect(said(called(), { ...warns, ...escalates })).toEqual([
      '45 warning',
      '60 breach',
      '90 escalation-1',
      '120 escalation-2',
    ]);
  });

  it('has said nothing before an instant is reached, and all of it at the instant', () => {
    const target = { ...warns, ...escalates };
    expect(said(called(), target, 44.9)).toEqual([]);
    expect(said(called(), target, 45)).toEqual(['45 warning']);
    expect(said(called(), target, 59.9)).toEqual(['45 warning']);
    expect(said(called(), target, 90)).toEqual(['45 warning', '60 breach', '90 escalation-1']);
  });

  it('is warned of by no target that has no warning', () => {
    expect(said(called())).toEqual(['60 breach']);
  });
});

describe('what ends an alert', () => {
  it('is the attendance: of a warning at its instant, of a breach after all that was said', () => {
    expect(said(called().attended(50), warns)).toEqual(['45 warning', '50 cleared attended']);
    expect(said(called().attended(60), warns)).toEqual(['45 warning', '60 cleared attended']);
    expect(said(called().attended(70), warns)).toEqual([
      '45 warning',
      '60 breach',
      '70 cleared attended',
    ]);
    expect(said(called().attended(45), warns)).toEqual([]);
  });

  it('keeps an escalation from being raised at its own instant', () => {
    expect(said(called().attended(90), escalates)).toEqual(['60 breach', '90 cleared attended']);
    expect(said(called().attended(91), escalates)).toEqual([
      '60 breach',
      '90 escalation-1',
      '91 cleared attended',
    ]);
  });

  it.each<[string, Story, Entry]>([
    ['attended', called().attended(70).closed(70), {}],
    ['seen', called().seen(70), { milestone: 'seen' }],
    ['allocated', called().allocated(70), { milestone: 'allocated' }],
    ['contacted', called().contacted(70), { milestone: 'contacted' }],
    ['closed', called().graded(70, 'scheduled').closed(70), {}],
    [
      'regraded',
      called({ childInvolvement: 'involved' })
        .updated(70, { childInvolvement: 'not-involved' })
        .graded(70, 'scheduled'),
      { child: 'involved' },
    ],
    [
      'child-ruled-out',
      called({ childInvolvement: 'involved', setting: 'rural' }).updated(70, {
        childInvolvement: 'not-involved',
        setting: 'urban',
      }),
      { child: 'possible', settings: ['rural'] },
    ],
    [
      'out-of-scope',
      called({ childInvolvement: 'involved' }).updated(70, { childInvolvement: 'unknown' }),
      { child: 'involved' },
    ],
    [
      'out-of-scope',
      called({ childInvolvement: 'not-involved', setting: 'rural' }).updated(70, {
        setting: 'urban',
      }),
      { settings: ['rural'] },
    ],
  ])('is named, the first that holds: %s', (reason, story, target) => {
    expect(said(story, target)).toEqual(['60 breach', `70 cleared ${reason}`]);
  });

  it('is of low severity', () => {
    const severities = alertsOf(called().attended(50), warns).map(({ severity }) => severity);
    expect(severities).toEqual(['medium', 'low']);
  });
});

describe('a stretch of time', () => {
  it('goes on when something is learned that changes nothing', () => {
    const story = called()
      .updated(50, { areaId: 'south' as AreaId })
      .contacted(70)
      .allocated(80);
    expect(said(story, { ...warns, ...escalates })).toEqual([
      '45 warning',
      '60 breach',
      '90 escalation-1',
      '120 escalation-2',
    ]);
  });

  it('does not end for a moment in which two facts undo each other', () => {
    expect(said(called().graded(70, 'scheduled').graded(70, 'priority'))).toEqual(['60 breach']);
    expect(said(called().attended(70).stoodDown(70))).toEqual(['60 breach']);
  });

  it('begins again, with its own escalations, when the incident comes back into breach', () => {
    const story = called().attended(70).stoodDown(80);
    expect(said(story, escalates)).toEqual([
      '60 breach',
      '70 cleared attended',
      '80 breach',
      '110 escalation-1',
      '140 escalation-2',
    ]);
  });

  it('begins at once when the time was over before anything was asked for', () => {
    const story = incident('INC-1').created(0, 'immediate').graded(70, 'priority');
    expect(said(story, warns)).toEqual(['70 breach']);
    expect(said(incident('INC-1').created(0, 'immediate').graded(50, 'priority'), warns)).toEqual([
      '50 warning',
      '60 breach',
    ]);
  });

  it('does not begin for an incident that is closed when it falls due', () => {
    expect(said(called().closed(60), warns)).toEqual(['45 warning', '60 cleared closed']);
    expect(said(called().closed(45), warns)).toEqual([]);
  });
});

describe('an alert', () => {
  it('carries the state at its own instant, and the clock it was raised by', () => {
    const story = called({ areaId: 'north', childInvolvement: 'unknown' })
      .updated(50, { areaId: 'south' as AreaId, childInvolvement: 'involved' })
      .graded(70, 'scheduled');
    const target = { ...warns, severity: { breach: 'critical' } };
    const clock = { begin: after(0), due: after(60) };
    const always = {
      incidentId: 'INC-1',
      target: 'attendance',
      milestone: 'attended',
      forceId: 'example',
    };
    expect(alertsOf(story, target)).toStrictEqual([
      {
        ...always,
        ...clock,
        phase: 'warning',
        at: after(45),
        severity: 'medium',
        areaId: 'north',
        grade: 'priority',
        child: 'unknown',
      },
      {
        ...always,
        ...clock,
        phase: 'breach',
        at: after(60),
        severity: 'critical',
        areaId: 'south',
        grade: 'priority',
        child: 'involved',
      },
      {
        ...always,
        ...clock,
        phase: 'cleared',
        at: after(70),
        reason: 'regraded',
        severity: 'low',
        areaId: 'south',
        grade: 'scheduled',
        child: 'involved',
      },
    ]);
  });

  it('has no area that nobody gave, and no clock that has stopped being one', () => {
    const [breach, cleared] = alertsOf(called().graded(70, 'scheduled'), { clock: 'graded' });
    expect(breach).toMatchObject({ begin: after(0), due: after(60) });
    expect(breach).not.toHaveProperty('areaId');
    expect(cleared).not.toHaveProperty('begin');
    expect(cleared).not.toHaveProperty('due');
  });

  it('stands in order of instant, target and phase', () => {
    const targets = [
      { name: 'b', within: 'PT30M', escalateAfter: ['PT30M'] },
      { name: 'c', within: 'PT60M' },
      { name: 'a', within: 'PT60M' },
    ];
    const { alerts } = assess(called().facts, policyOf({ targets }), after(600));
    expect(alerts.map(({ at, target, phase }) => [at, target, phase])).toEqual([
      [after(30), 'b', 'breach'],
      [after(60), 'a', 'breach'],
      [after(60), 'b', 'escalation-1'],
      [after(60), 'c', 'breach'],
    ]);
  });

  it('stands in order of phase where one target says two things at one instant', () => {
    const instantly = { within: 'PT0.001S', warnAt: 0.5, clock: 'graded' };
    const story = called().graded(70, 'scheduled').graded(70, 'priority');
    expect(said(story, instantly, 70)).toEqual([
      '0 warning',
      `${1 / 60_000} breach`,
      '70 cleared out-of-scope',
      '70 warning',
    ]);
  });
});
