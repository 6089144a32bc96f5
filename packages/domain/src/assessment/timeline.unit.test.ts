import { describe, expect, it } from 'vitest';
import { after, incident } from '../../testing/history.ts';
import type { Fact, UnitId } from '../facts/fact.ts';
import { never, stretchesOf, timelineOf, voidedAttendances } from './timeline.ts';

type Story = { readonly facts: readonly Fact[] };

const called = () => incident('INC-1').created(0, 'priority');
const timeline = ({ facts }: Story, minutes = 600) => timelineOf(facts, after(minutes), []);

/** When each of the attendances was that were made void, in minutes. */
function voided(story: Story): readonly unknown[] {
  return [...voidedAttendances(timeline(story))].map((fact) => (fact.at - after(0)) / 60_000);
}

describe('an attendance', () => {
  it('stands while no unit was stood down', () => {
    expect(voided(called().attended(10))).toEqual([]);
  });

  it('is void when its unit was stood down later, with every earlier one of that unit', () => {
    const story = called().attended(10).attended(20).attended(30, 'U2').stoodDown(40);
    expect(voided(story)).toEqual([10, 20]);
  });

  it('stands when its unit came after the stand-down, or never stood anywhere else', () => {
    expect(voided(called().stoodDown(10).attended(20))).toEqual([]);
  });

  it('is not made void by anything else that its unit did', () => {
    const unit = { unitId: 'U1' as UnitId };
    expect(voided(called().attended(10).allocated(20, unit).stoodDown(30, 'U2'))).toEqual([]);
  });

  it('stands when the incident was closed and opened again before the stand-down', () => {
    expect(voided(called().attended(10).closed(20).reopened(30).stoodDown(40))).toEqual([]);
  });

  it('is void though a reopening found the incident open', () => {
    expect(voided(called().attended(10).reopened(20).stoodDown(30))).toEqual([10]);
  });

  it('is void though the incident was closed already', () => {
    expect(voided(called().attended(10).closed(20).contacted(30).stoodDown(40))).toEqual([10]);
  });
});

describe('a timeline', () => {
  it('begins with the creation, whatever is dated before it, and ends with now', () => {
    const story = called().attended(20).attended(30);
    const early = { ...story, facts: [...incident('INC-1').contacted(-5).facts, ...story.facts] };
    expect(timeline(early, 20).map(({ at, fact }) => [at, fact.type])).toEqual([
      [after(0), 'incident-created'],
      [after(0), 'caller-contacted'],
      [after(20), 'officer-attended'],
    ]);
  });

  it('is empty before the creation, and without one', () => {
    expect(timeline(called(), -1)).toEqual([]);
    expect(timeline(incident('INC-1').attended(10))).toEqual([]);
  });
});

describe('the stretches of a timeline', () => {
  it('each have the state after all facts of the instant they begin at; the last has no end', () => {
    const moments = timeline(called().contacted(10).attended(10).closed(20));
    const stretches = stretchesOf(moments);
    expect(stretches.map(({ from, to, moment }) => [from, to, moment.fact.type])).toEqual([
      [after(0), after(10), 'incident-created'],
      [after(10), after(20), 'officer-attended'],
      [after(20), never, 'incident-closed'],
    ]);
  });
});
