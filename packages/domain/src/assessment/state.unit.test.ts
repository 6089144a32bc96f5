import { describe, expect, it } from 'vitest';
import { after, incident } from '../../testing/history.ts';
import type { AreaId, Fact, IncidentDetails } from '../facts/fact.ts';
import { isReached } from './state.ts';
import { timelineOf } from './timeline.ts';

/** The state that is known an hour after the call. */
function stateOf({ facts }: { readonly facts: readonly Fact[] }) {
  const state = timelineOf(facts, after(60), ['missing-child']).at(-1)?.state;
  if (state === undefined) throw new Error('the incident was not created');
  return state;
}

const called = () => incident('INC-1').created(0, 'priority');

describe('whether a child is involved', () => {
  it.each<[string, IncidentDetails, string]>([
    ['nobody asked', {}, 'unknown'],
    ['nobody knows', { childInvolvement: 'unknown' }, 'unknown'],
    ['somebody says so, and an adult is known', involved({ youngestAge: 40 }), 'involved'],
    ['a marker stands against a denial', denied({ childMarkers: ['plan'] }), 'involved'],
    ['no marker stands', { childMarkers: [] }, 'unknown'],
    ['it is denied and no marker stands', denied({ childMarkers: [] }), 'not-involved'],
    ['a denial stands against an age', denied({ youngestAge: 3 }), 'not-involved'],
    ['a denial stands against a type', denied({ incidentType: 'missing-child' }), 'not-involved'],
    ['the youngest is 17', { youngestAge: 17 }, 'involved'],
    ['the youngest is 18', { youngestAge: 18 }, 'not-involved'],
    ['an adult is known, but not who else', unknown({ youngestAge: 18 }), 'unknown'],
    ['a child is known, but not who else', unknown({ youngestAge: 0 }), 'involved'],
    [
      'a type that implies one stands against an age',
      { incidentType: 'missing-child', youngestAge: 40 },
      'involved',
    ],
    ['the type implies nothing', { incidentType: 'theft' }, 'unknown'],
  ])('when %s', (_, details, child) => {
    expect(stateOf(incident('INC-1').created(0, 'priority', details)).child).toBe(child);
    expect(stateOf(called().updated(10, details)).child).toBe(child);
  });

  function involved(details: IncidentDetails): IncidentDetails {
    return { childInvolvement: 'involved', ...details };
  }
  function denied(details: IncidentDetails): IncidentDetails {
    return { childInvolvement: 'not-involved', ...details };
  }
  function unknown(details: IncidentDetails): IncidentDetails {
    return { childInvolvement: 'unknown', ...details };
  }
});

describe('an update', () => {
  const before: Required<IncidentDetails> = {
    areaId: 'north' as AreaId,
    incidentType: 'theft',
    setting: 'urban',
    childInvolvement: 'unknown',
    childMarkers: ['plan'],
    youngestAge: 3,
  };
  const changes: Required<IncidentDetails> = {
    areaId: 'south' as AreaId,
    incidentType: 'missing-child',
    setting: 'rural',
    childInvolvement: 'not-involved',
    childMarkers: [],
    youngestAge: 0,
  };

  it.each(Object.entries(changes))('that gives %s leaves all else as it was', (name, value) => {
    const state = stateOf(
      incident('INC-1')
        .created(0, 'priority', before)
        .updated(10, { [name]: value }),
    );
    expect(state).toMatchObject({ ...before, grade: 'priority', [name]: value });
  });

  it('that gives a grade leaves all else as it was', () => {
    const state = stateOf(incident('INC-1').created(0, 'priority', before).graded(10, 'immediate'));
    expect(state).toMatchObject({ ...before, grade: 'immediate' });
  });
});

describe('what was done about an incident', () => {
  it('has its first allocation as when a unit was dispatched', () => {
    expect(stateOf(called().allocated(10).allocated(20)).dispatched).toBe(after(10));
  });

  it('counts from a reopening only', () => {
    const done = called()
      .allocated(5)
      .contacted(6)
      .attended(10, 'U1', { childSeen: true })
      .seen(11)
      .closed(20);
    const again = stateOf(done.reopened(30));
    for (const milestone of ['attended', 'seen', 'allocated', 'contacted'] as const) {
      expect([milestone, isReached(again, milestone)]).toEqual([milestone, false]);
    }
    expect(again).toMatchObject({ open: true, start: after(30), dispatched: undefined });
  });

  it('stays when a reopening finds the incident open', () => {
    const state = stateOf(called().allocated(5).attended(10).reopened(30));
    expect(state).toMatchObject({ start: after(0), dispatched: after(5) });
    expect(isReached(state, 'attended')).toBe(true);
  });

  it('is an allocation and a contact too once an officer attended, but no child seen', () => {
    const state = stateOf(called().attended(10));
    expect(isReached(state, 'allocated')).toBe(true);
    expect(isReached(state, 'contacted')).toBe(true);
    expect(isReached(state, 'seen')).toBe(false);
  });

  it('is the child seen, where the officer who attended or somebody else saw it', () => {
    const seen = called().attended(10, 'U1', { childSeen: true }).attended(20, 'U2');
    expect(isReached(stateOf(seen), 'seen')).toBe(true);
    expect(isReached(stateOf(called().attended(10, 'U1', { childSeen: false })), 'seen')).toBe(
      false,
    );
    const apart = stateOf(called().seen(10));
    expect(isReached(apart, 'seen')).toBe(true);
    expect(isReached(apart, 'attended')).toBe(false);
  });

  it('is what one unit did, where another one was stood down', () => {
    const both = called().attended(10, 'U1', { childSeen: true }).attended(15, 'U2');
    const state = stateOf(both.stoodDown(20, 'U2'));
    expect(isReached(state, 'attended')).toBe(true);
    expect(isReached(state, 'seen')).toBe(true);
  });

  it('is undone by a stand-down of the same unit, with the child that it saw', () => {
    const state = stateOf(called().attended(10, 'U1', { childSeen: true }).stoodDown(20, 'U1'));
    expect(isReached(state, 'attended')).toBe(false);
    expect(isReached(state, 'seen')).toBe(false);
  });
});
