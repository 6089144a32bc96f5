import { describe, expect, it } from 'vitest';
import { closest } from './closest.ts';

describe('the word that was probably meant', () => {
  it.each([
    ['a letter too few', 'warnt', 'warnAt'],
    ['a letter too few at the start', 'arnAt', 'warnAt'],
    ['a letter too many', 'graces', 'grace'],
    ['a letter too many at the start', 'xgrace', 'grace'],
    ['a wrong letter', 'grape', 'grace'],
    ['two letters swapped', 'garce', 'grace'],
    ['other capitals', 'TIMEZONE', 'timeZone'],
    ['two mistakes', 'mileston', 'milestones'],
  ])('is found in spite of %s', (_, written, word) => {
    expect(closest(written, ['escalateAfter', word, 'objectives'])).toBe(word);
  });

  it('may be one change away for every three letters, begun ones included', () => {
    expect(closest('axc', ['abc'])).toBe('abc');
    expect(closest('axx', ['abc'])).toBeUndefined();
    expect(closest('axxd', ['abcd'])).toBe('abcd');
    expect(closest('xxxd', ['abcd'])).toBeUndefined();
    expect(closest('abcxyz', ['abcdef'])).toBeUndefined();
    expect(closest('abcdyz', ['abcdef'])).toBe('abcdef');
  });

  it.each(['bac', 'acb'])(
    'counts two neighbours that were swapped, as in %s, as one change',
    (text) => {
      expect(closest(text, ['abc'])).toBe('abc');
    },
  );

  it('does not take letters for swapped that have another between them, or are not swapped', () => {
    expect(closest('cba', ['abc'])).toBeUndefined();
    expect(closest('bca', ['abc'])).toBeUndefined();
    expect(closest('cab', ['abc'])).toBeUndefined();
    expect(closest('bxc', ['abc'])).toBeUndefined();
    expect(closest('xac', ['abc'])).toBeUndefined();
  });

  it('counts a swap and another mistake as two', () => {
    expect(closest('badx', ['abdc'])).toBe('abdc');
    expect(closest('bacxef', ['abcdef'])).toBe('abcdef');
    expect(closest('bacxyf', ['abcdef'])).toBeUndefined();
  });

  it('is the nearest, and of those as near the first', () => {
    expect(closest('grades', ['grace', 'graces', 'grade'])).toBe('graces');
    expect(closest('grades', ['grace', 'grade', 'graded'])).toBe('grade');
    expect(closest('grade', ['grace', 'graze', 'grade'])).toBe('grade');
  });

  it('is none for no word and for what is like none of them', () => {
    expect(closest('', ['abc'])).toBeUndefined();
    expect(closest('abc', [])).toBeUndefined();
    expect(closest('urgent', ['immediate', 'priority'])).toBeUndefined();
  });

  it('is not looked for in a text longer than any word of a policy', () => {
    const long = 'a'.repeat(64);
    expect(closest(long, [long])).toBe(long);
    expect(closest(`${long}a`, [`${long}a`])).toBeUndefined();
  });
});
