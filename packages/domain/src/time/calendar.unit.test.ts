import { describe, expect, it } from 'vitest';
import { describeDuration, parseDuration } from './duration.ts';
import {
  checkInstant,
  earlier,
  formatInstant,
  type Instant,
  later,
  parseInstant,
  plus,
} from './instant.ts';

const noDay = { problem: 'has a day that does not exist' };
const outside = { problem: 'is outside the years 1900 to 2199' };
const noDate = { problem: 'is not an RFC 3339 date-time such as 2026-03-02T09:00:00.000Z' };

describe('the calendar of instants', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])(
    'has every day of month %i, and no more',
    (month) => {
      const last = new Date(Date.UTC(2026, month, 0)).getUTCDate();
      const day = (date: number) =>
        parseInstant(
          `2026-${String(month).padStart(2, '0')}-${String(date).padStart(2, '0')}T12:00:00Z`,
        );
      expect(day(last)).toBe(Date.UTC(2026, month - 1, last, 12));
      expect(day(last + 1)).toEqual(noDay);
      expect(day(0)).toEqual(noDay);
    },
  );

  it.each([
    [1904, true],
    [1900, false],
    [2000, true],
    [2023, false],
    [2024, true],
    [2100, false],
  ])('has a leap day in %i: %s', (year, isLeap) => {
    const leapDay = parseInstant(`${year}-02-29T00:00:00Z`);
    expect(leapDay).toEqual(isLeap ? Date.UTC(year, 1, 29) : noDay);
  });

  it('begins and ends where an offset leads into its years, and out of them', () => {
    const first = Date.UTC(1900, 0, 1);
    expect(parseInstant('1899-12-31T23:30:00-00:30')).toBe(first);
    expect(parseInstant('1900-01-01T00:29:59+00:30')).toEqual(outside);
    expect(parseInstant('2200-01-01T00:29:59+00:30')).toBe(Date.UTC(2200, 0, 1) - 1_000);
    expect(parseInstant('2199-12-31T23:30:00-00:30')).toEqual(outside);
    for (const year of ['0000', '0026', '0099', '0100', '1898', '2201', '9999']) {
      expect(parseInstant(`${year}-03-02T09:00:00Z`)).toEqual(outside);
    }
  });

  it('says what is wrong in words that fit after a field’s name', () => {
    expect(parseInstant('2026-03-02T24:00:00Z')).toEqual({
      problem: 'has a time of day that does not exist',
    });
    expect(parseInstant('2026-03-02T09:00:00+24:00')).toEqual({
      problem: 'has an offset that does not exist',
    });
    expect(checkInstant(0.5)).toEqual({ problem: 'is not a whole number of milliseconds' });
    expect(checkInstant(Number.MAX_SAFE_INTEGER)).toEqual(outside);
  });
});

describe('the fraction and the offset of an instant', () => {
  const second = Date.UTC(2026, 2, 2, 9);
  const read = (tail: string) => parseInstant(`2026-03-02T09:00:00${tail}`);

  it.each([
    ['Z', 0],
    ['z', 0],
    ['.1Z', 100],
    ['.12z', 120],
    ['.123Z', 123],
    ['.0009Z', 0],
    ['.1234567890123456789Z', 123],
    ['.5+00:00', 500],
    ['-00:00', 0],
    ['-09:00', 9 * 3_600_000],
    ['+00:59', -59 * 60_000],
    ['.25-23:59', 250 + (24 * 60 - 1) * 60_000],
  ])('are read from %s', (tail, ms) => {
    expect(read(tail)).toBe(second + ms);
  });

  it.each([
    '.Z',
    '.',
    '.-01:00',
    'Zz',
    'ZZ',
    'Z ',
    'z+01:00',
    '+0100',
    '+01',
    '+01:0',
    '+01:000',
    '+1:000',
    '+x1:00',
    '+01:x0',
    '+01-00',
    ' 01:00',
    '.1x',
    '.1.Z',
    ',1Z',
    '/01:00',
    '+01:00Z',
    'UTC',
  ])('are not read from %s', (tail) => {
    expect(read(tail)).toEqual(noDate);
  });

  it('are missed by name where nothing else is wrong', () => {
    const missing = { problem: 'has no offset; write Z or +hh:mm after the time' };
    for (const tail of ['', '.1', '.123456']) expect(read(tail)).toEqual(missing);
    expect(parseInstant('2026-03-02t09:00')).toEqual(missing);
    for (const text of [
      '2026-03-02T09',
      '2026-03-02',
      '26-03-02T09:00',
      '2026-3-02T09:00',
      '2026-03-02_09:00',
    ]) {
      expect(parseInstant(text)).toEqual(noDate);
    }
  });
});

describe('two instants', () => {
  it('are the earlier and the later one, or one and the same', () => {
    const [one, other] = [0 as Instant, 5 as Instant];
    expect([earlier(one, other), earlier(other, one), earlier(one, one)]).toEqual([0, 0, 0]);
    expect([later(one, other), later(other, one), later(other, other)]).toEqual([5, 5, 5]);
    expect(plus(other, -2)).toBe(3);
    expect(formatInstant(other)).toBe('1970-01-01T00:00:00.005Z');
  });
});

describe('a duration as it is written and told', () => {
  it.each([
    ['P1W1DT1H1M1S', ((8 * 24 + 1) * 60 + 1) * 60_000 + 1_000],
    ['P10W', 70 * 86_400_000],
    ['P12DT12H', 12.5 * 86_400_000],
    ['PT10H', 36_000_000],
    ['PT90M', 5_400_000],
    ['PT75.25S', 75_250],
    ['PT0.001S', 1],
    ['PT1.05S', 1_050],
  ])('is read from %s', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  it.each([
    '',
    'T1H',
    'P1',
    'PT1',
    'P1DT',
    'P1H',
    'PT1D',
    'P1D1W',
    'PT1M1H',
    'PT1.S',
    'PT.5S',
    'PT1.2345S',
    'PT1.5M',
    'xPT1H',
    'PT1Hx',
    'PT1,5S',
    'P1D T1H',
    'P-1D',
    `P${'9'.repeat(16)}W`,
  ])('is not read from "%s"', (text) => {
    expect(parseDuration(text)).toBeUndefined();
  });

  it('is told in the two greatest units that it has something of', () => {
    const [second, minute, hour, day] = [1_000, 60_000, 3_600_000, 86_400_000];
    const told = [
      [0, '0 s'],
      [999, '999 ms'],
      [second, '1 s'],
      [40 * second + 999, '40 s'],
      [59 * second, '59 s'],
      [minute, '1 min'],
      [minute + second, '1 min 1 s'],
      [hour, '1 h'],
      [hour + second, '1 h'],
      [23 * hour + 59 * minute + 59 * second, '23 h 59 min'],
      [day + 2 * hour + minute, '1 day 2 h'],
      [2 * day - second, '1 day 23 h'],
      [2 * day, '2 days'],
      [2 * day + minute, '2 days'],
      [-5 * minute, '5 min'],
      [-1, '1 ms'],
    ] as const;
    expect(told.map(([ms]) => describeDuration(ms))).toEqual(told.map(([, words]) => words));
  });
});
