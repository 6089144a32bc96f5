import { describe, expect, it } from 'vitest';
import { after, incident } from '../../testing/history.ts';
import { policyOf } from '../../testing/policy.ts';
import type { AreaId, Fact } from '../facts/fact.ts';
import { assess } from './assess.ts';

type Story = { readonly facts: readonly Fact[] };
type Entry = Readonly<Record<string, unknown>>;

const called = (details = {}) => incident('INC-1').created(0, 'priority', details);

function outcomesOf({ facts }: Story, objective: Entry, until: number) {
  return assess(facts, policyOf({ objectives: [objective] }), after(until));
}

/** The settlements as `minutes outcome` and the samples as `minutes waited minutes`, at an instant. */
function counted(story: Story, objective: Entry = {}, until = 600): readonly string[] {
  const { settlements, samples } = outcomesOf(story, objective, until);
  const minutes = (ms: number) => ms / 60_000;
  return [
    ...settlements.map(({ at, outcome }) => `${minutes(at - after(0))} ${outcome}`),
    ...samples.map(
      ({ at, attendanceMs }) => `${minutes(at - after(0))} waited ${minutes(attendanceMs)}`,
    ),
  ];
}

describe('an incident that an objective counts', () => {
  it('is within when somebody came at the due instant, and missed a moment later', () => {
    expect(counted(called().attended(60))).toEqual(['60 within', '60 waited 60']);
    expect(counted(called().attended(60.001))).toEqual(['60 missed', '60.001 waited 60.001']);
  });

  it('is missed as soon as it is late, though it is waiting still', () => {
    expect(counted(called(), {}, 59.9)).toEqual([]);
    expect(counted(called(), {}, 60)).toEqual(['60 missed']);
  });

  it('has not waited where the call itself found an officer there', () => {
    expect(counted(called().attended(-5))).toEqual(['0 within', '0 waited 0']);
  });

  it('counts once, however many officers come', () => {
    expect(counted(called().attended(10).attended(20, 'U2'))).toEqual([
      '10 within',
      '10 waited 10',
    ]);
  });

  it('counts anew after a reopening that opened it', () => {
    expect(counted(called().attended(10).closed(20).reopened(30))).toEqual([
      '10 within',
      '90 missed',
      '10 waited 10',
    ]);
    expect(counted(called().reopened(30))).toEqual(['60 missed']);
    expect(counted(called().attended(10).reopened(30))).toEqual(['10 within', '10 waited 10']);
  });

  it('is not counted when it is closed or out of scope as it falls due', () => {
    expect(counted(called().closed(60))).toEqual([]);
    expect(counted(called().graded(60, 'scheduled'))).toEqual([]);
  });

  it('is not counted where the objective is never about it', () => {
    expect(counted(incident('INC-1').created(0, 'scheduled').attended(90))).toEqual([]);
  });

  it('is not counted for an attendance while it is closed or out of scope', () => {
    expect(counted(called().closed(30).attended(40))).toEqual([]);
    expect(counted(called().graded(30, 'scheduled').attended(40))).toEqual([]);
  });

  it('is missed once, though a clock that counts from the grade begins again', () => {
    const again = called().graded(70, 'scheduled').graded(80, 'priority');
    expect(counted(again, { clock: 'graded' })).toEqual(['60 missed']);
    expect(counted(again.attended(90), { clock: 'graded' })).toEqual(['60 missed', '90 waited 10']);
  });

  it('is neither when it was out of scope as it fell due and somebody came late', () => {
    const story = called().graded(50, 'immediate').graded(70, 'priority').attended(90);
    expect(counted(story)).toEqual(['90 waited 90']);
  });

  it('is missed when something is learned at the due instant that changes nothing', () => {
    expect(counted(called().updated(60, { setting: 'rural' }))).toEqual(['60 missed']);
  });

  it('stays within when an officer comes too late to what was done in time', () => {
    expect(
      counted(called().seen(50).attended(70, 'U1', { childSeen: true }), { milestone: 'seen' }),
    ).toEqual(['50 within', '50 waited 50']);
  });

  it('is counted as if an attendance that was stood down had never been', () => {
    expect(counted(called().attended(10).stoodDown(20))).toEqual(['60 missed']);
    expect(counted(called().attended(10).stoodDown(20).attended(50, 'U2'))).toEqual([
      '50 within',
      '50 waited 50',
    ]);
  });

  it('has no time to wait where its clock never began', () => {
    const dispatch = { clock: 'allocated' };
    expect(counted(called().attended(10), dispatch)).toEqual([]);
    expect(counted(called().allocated(20).attended(50), dispatch)).toEqual([
      '50 within',
      '50 waited 30',
    ]);
  });
});

describe('where an incident is counted', () => {
  it('is what was known at the settlement', () => {
    const story = called({ areaId: 'north', childInvolvement: 'involved' })
      .updated(30, { areaId: 'south' as AreaId, childInvolvement: 'unknown' })
      .attended(70);
    const place = {
      incidentId: 'INC-1',
      objective: 'attendance',
      forceId: 'example',
      areaId: 'south',
      child: 'unknown',
    };
    const { settlements, samples } = outcomesOf(story, {}, 600);
    expect(settlements).toStrictEqual([{ ...place, at: after(60), outcome: 'missed' }]);
    expect(samples).toStrictEqual([{ ...place, at: after(70), attendanceMs: 70 * 60_000 }]);
  });

  it('has no area that nobody gave', () => {
    const { settlements } = outcomesOf(called(), {}, 600);
    expect(settlements).toHaveLength(1);
    expect(settlements[0]).not.toHaveProperty('areaId');
  });
});
