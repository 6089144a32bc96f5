import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Item, keepUnderHand, type Scroll, withGhost } from './under-hand.ts';

const item = (key: string, height = 50): Item => ({ key, height });
const atTop: Scroll = { top: 0, before: 0, after: 0 };

/** Where an item is on the screen, from the top of the list's visible part. */
function onScreen(items: readonly Item[], key: string, { top, before }: Scroll): number {
  const index = items.findIndex((one) => one.key === key);
  return before + items.slice(0, index).reduce((sum, { height }) => sum + height, 0) - top;
}

describe('a row under the hand', () => {
  it('stays where it is on the screen when a row comes in above it', () => {
    const [old, next] = [
      ['A', 'B'],
      ['new', 'A', 'B'],
    ].map((keys) => keys.map((key) => item(key)));
    const scroll = keepUnderHand('B', old ?? [], next ?? [], atTop, 500);
    expect(scroll).toMatchObject({ top: 50, before: 0 });
  });
  it('stays when the row above it leaves: room is left there', () => {
    const scroll = keepUnderHand('B', [item('A'), item('B')], [item('B')], atTop, 500);
    expect(scroll).toEqual({ top: 0, before: 50, after: 0 });
  });
  it('stays, whatever happens around it, and the list can be scrolled to there', () => {
    const keys = fc.uniqueArray(fc.constantFrom(...'ABCDEFGHIJ'), { minLength: 1 });
    fc.assert(
      fc.property(
        keys,
        keys,
        fc.nat(400),
        fc.constantFrom('A', 'B', 'C'),
        (olds, nexts, top, key) => {
          fc.pre(olds.includes(key) && nexts.includes(key));
          const [old, next] = [olds, nexts].map((list) =>
            list.map((one) => item(one, one === 'E' ? 30 : 50)),
          );
          const scroll = keepUnderHand(key, old ?? [], next ?? [], { ...atTop, top }, 200);
          expect(onScreen(next ?? [], key, scroll)).toBe(
            onScreen(old ?? [], key, { ...atTop, top }),
          );
          const whole = (next ?? []).reduce((sum, { height }) => sum + height, 0);
          expect(scroll.top).toBeGreaterThanOrEqual(0);
          expect(scroll.top === 0 || scroll.top + 200 <= scroll.before + whole + scroll.after).toBe(
            true,
          );
        },
      ),
    );
  });
  it('leaves the list to itself when there is none', () => {
    expect(keepUnderHand(undefined, [item('A')], [], { top: 7, before: 9, after: 0 }, 500)).toEqual(
      {
        top: 7,
        before: 0,
        after: 0,
      },
    );
  });
});

describe('a row that leaves under the hand', () => {
  it('stays behind what stood before it, so that a key is not taken for the next', () => {
    const old = ['A', 'B', 'C'].map((key) => item(key));
    const next = [item('new'), item('A'), item('C')];
    expect(withGhost('B', old, next).map(({ key }) => key)).toEqual(['new', 'A', 'B', 'C']);
  });
  it('stays first when nothing that stood before it is left', () => {
    expect(withGhost('B', [item('A'), item('B')], [item('C')]).map(({ key }) => key)).toEqual([
      'B',
      'C',
    ]);
  });
  it('is not doubled when it has not left', () => {
    const next = [item('B')];
    expect(withGhost('B', [item('A'), item('B')], next)).toBe(next);
  });
});
