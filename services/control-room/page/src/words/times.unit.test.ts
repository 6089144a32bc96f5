import { describe, expect, it } from 'vitest';
import { countdown, lengthOf, wallClock } from './times.ts';

const hour = 3_600_000;

describe('a countdown', () => {
  it('shows 0:00, and no lateness, at the due instant itself: that is still in time', () => {
    expect(countdown(hour, hour)).toMatchObject({ over: false, digits: '0:00' });
  });
  it('rounds what is left up and what is past down', () => {
    expect(countdown(hour, hour - 1)).toMatchObject({ over: false, digits: '0:01' });
    expect(countdown(hour, hour + 999)).toMatchObject({ over: true, digits: '0:00' });
    expect(countdown(hour, hour + 1000)).toMatchObject({
      over: true,
      digits: '0:01',
      words: '1 s',
    });
  });
  it('has hours from an hour on and days from a day on', () => {
    expect(countdown(0, hour + 125_000).digits).toBe('1:02:05');
    expect(countdown(0, 51 * hour).digits).toBe('2 d 03 h');
  });
  it('shows whole minutes where seconds would be a blur', () => {
    expect(countdown(0, 90_000, true).digits).toBe('1 min');
    expect(countdown(0, 2 * hour + 240_000, true).digits).toBe('2 h 04');
  });
});

describe('a length of time', () => {
  it('is told in seconds only while they matter', () => {
    expect(lengthOf(90_000)).toBe('1 min 30 s');
    expect(lengthOf(48 * 60_000 + 12_345)).toBe('48 min');
  });
});

describe('the clock on the wall', () => {
  it('shows local time with the name of its offset, in summer and in winter', () => {
    const london = wallClock('Europe/London');
    const summer = Date.UTC(2026, 6, 1, 12);
    const winter = Date.UTC(2026, 0, 1, 12);
    expect([london.time(summer), london.zoneName(summer)]).toEqual(['13:00', 'BST']);
    expect([london.time(winter), london.zoneName(winter)]).toEqual(['12:00', 'GMT']);
  });
  it('names the day of another day only', () => {
    const { when } = wallClock('Europe/London');
    const noon = Date.UTC(2026, 0, 2, 12);
    expect(when(noon - hour, noon)).toBe('11:00');
    expect(when(noon - 24 * hour, noon)).toBe('1 Jan, 12:00');
  });
});
