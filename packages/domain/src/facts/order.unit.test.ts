import { describe, expect, it } from 'vitest';
import { after, incident } from '../../testing/history.ts';
import { distinctFacts } from './distinct.ts';
import type { Fact, FactId, SourceId } from './fact.ts';
import { compareFacts, compareText } from './order.ts';

describe('the order of texts', () => {
  it.each([
    ['a text is as itself', 'north', 'north', 0],
    ['the first letter that differs decides', 'nb', 'na', 1],
    ['the first letter that differs decides, not the last', 'ab', 'ba', -1],
    ['a beginning comes first', 'north', 'north-east', -1],
    ['nothing comes before anything', '', 'a', -1],
    ['a surrogate pair comes after every single unit', '\u{1f693}', '\uffee', 1],
    ['the first pair comes after the last unit', '\u{10000}', '\uffff', 1],
    ['the last pair comes after the last unit', '\u{10ffff}', '\uffff', 1],
    ['a unit below the surrogates comes before a pair', '\ud7ff', '\u{10000}', -1],
    ['a unit above the surrogates comes before a pair', '\ue000', '\u{10000}', -1],
    ['of two pairs the lower comes first', '\u{1f693}', '\u{1f694}', -1],
    ['the second half of a pair counts as one', 'a\u{1f3ff}', 'a\u{1f3fe}', 1],
  ])('is by code points: %s', (_, a, b, order) => {
    expect(Math.sign(compareText(a, b))).toBe(order);
    expect(Math.sign(compareText(b, a))).toBe(0 - order);
  });
});

/** Facts of one instant, one of each type, in the order of semantics 2. */
const ranked = [
  ...incident('INC-1').created(0, 'priority').facts,
  ...incident('INC-1').reopened(0).updated(0, {}).allocated(0).contacted(0).attended(0).facts,
  ...incident('INC-1').seen(0).stoodDown(0).closed(0).facts,
];

describe('the order of facts', () => {
  it('is by instant, then type, then source, then id', () => {
    const [fact] = incident('INC-1').contacted(10).facts;
    if (fact === undefined) throw new Error('the incident has a fact');
    const source = 'urn:b' as SourceId;
    const inOrder: readonly Fact[] = [
      { ...fact, source: 'urn:z' as SourceId, id: 'z' as FactId, at: after(9) },
      { ...fact, source: 'urn:z' as SourceId, id: 'z' as FactId, type: 'incident-allocated' },
      { ...fact, source: 'urn:a' as SourceId, id: 'z' as FactId },
      { ...fact, source, id: 'a' as FactId },
      { ...fact, source, id: 'b' as FactId },
    ];
    expect(inOrder.toReversed().sort(compareFacts)).toEqual(inOrder);
  });

  it('is, at one instant, that of semantics 2', () => {
    expect(ranked.toReversed().sort(compareFacts)).toEqual(ranked);
  });
});

describe('the different facts of an incident', () => {
  const [creation, update, other] = incident('INC-1')
    .created(0, 'priority')
    .graded(10, 'scheduled')
    .graded(20, 'immediate').facts;
  if (creation === undefined || update === undefined || other === undefined) {
    throw new Error('the incident has three facts');
  }
  /** More facts than are looked at pair by pair, all later than the others. */
  const story = incident('INC-2');
  for (let minute = 30; minute < 42; minute++) story.contacted(minute);

  describe.each([
    ['few facts', []],
    ['many facts', story.facts],
  ])('among %s', (_, more) => {
    const distinct = (...facts: readonly Fact[]) => {
      const found = distinctFacts([...more, ...facts]);
      return { ...found, facts: found.facts.slice(0, found.facts.length - more.length) };
    };

    it('are in order, whatever order they came in', () => {
      const inOrder = { facts: [creation, update, other], duplicates: 0, conflicting: false };
      expect(distinct(other, update, creation)).toEqual(inOrder);
      expect(distinct(update, other, creation)).toEqual(inOrder);
    });

    it('are each there once, and the repeats are counted', () => {
      expect(distinct(update, creation, update, update)).toEqual({
        facts: [creation, update],
        duplicates: 2,
        conflicting: false,
      });
    });

    it('are two when only the id or only the source is the same', () => {
      const elsewhere: Fact = { ...update, source: 'urn:police:other:cad' as SourceId };
      const again: Fact = { ...update, id: 'zz' as FactId };
      expect(distinct(elsewhere, update, again)).toMatchObject({ duplicates: 0 });
    });

    it('are the first in order of those that one id stands for, whichever came first', () => {
      const conflicting: Fact = { ...other, id: update.id };
      const first = { facts: [creation, update], duplicates: 1, conflicting: true };
      expect(distinct(creation, update, conflicting)).toEqual(first);
      expect(distinct(creation, conflicting, update)).toEqual(first);
    });

    it('are told apart by what they say where nothing else tells them apart', () => {
      const [, quiet] = incident('INC-1').created(0, 'priority').graded(10, 'priority').facts;
      if (quiet === undefined) throw new Error('the incident has two facts');
      const first = { facts: [quiet], duplicates: 1, conflicting: true };
      expect(distinct(update, quiet)).toEqual(first);
      expect(distinct(quiet, update)).toEqual(first);
    });

    it('are the same when they differ in when they were recorded, or in the order of fields', () => {
      const recorded: Fact = { ...update, time: after(11) };
      const entries = Object.entries(update).toReversed();
      const shuffled = Object.fromEntries(entries) as unknown as Fact;
      expect(distinct(update, recorded, shuffled)).toEqual({
        facts: [update],
        duplicates: 2,
        conflicting: false,
      });
    });
  });
});
