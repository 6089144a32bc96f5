import { formatInstant } from '@vigil/domain/time/instant';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ClockChangeChoice, instantOf } from './wall-time.ts';

const london = 'Europe/London';
const strict = { skipped: 'reject', repeated: 'reject' } as const;

function at(month: number, day: number, hour: number, minute: number, year = 2026) {
  return { year, month, day, hour, minute, second: 0, millisecond: 0 };
}

function resolved(
  wall: ReturnType<typeof at>,
  choice: Partial<Record<'skipped' | 'repeated', ClockChangeChoice>>,
): string {
  const instant = instantOf(wall, london, { ...strict, ...choice });
  return typeof instant === 'number' ? formatInstant(instant) : instant.problem;
}

describe('a time on the wall', () => {
  it('is in winter time in winter and in summer time in summer', () => {
    expect(resolved(at(1, 15, 9, 0), {})).toBe('2026-01-15T09:00:00.000Z');
    expect(resolved(at(7, 15, 9, 0), {})).toBe('2026-07-15T08:00:00.000Z');
  });

  // In London the clocks went from 01:00 to 02:00 on 29 March 2026.
  it('that the clocks jumped over is resolved as the mapping says', () => {
    expect(resolved(at(3, 29, 1, 30), { skipped: 'earlier' })).toBe('2026-03-29T00:30:00.000Z');
    expect(resolved(at(3, 29, 1, 30), { skipped: 'later' })).toBe('2026-03-29T01:30:00.000Z');
    expect(resolved(at(3, 29, 1, 30), { repeated: 'later' })).toBe(
      'does not exist in Europe/London: the clocks changed; times.skipped can choose',
    );
  });

  // On 25 October 2026 they went from 02:00 back to 01:00.
  it('that the clocks showed twice is resolved as the mapping says', () => {
    expect(resolved(at(10, 25, 1, 30), { repeated: 'earlier' })).toBe('2026-10-25T00:30:00.000Z');
    expect(resolved(at(10, 25, 1, 30), { repeated: 'later' })).toBe('2026-10-25T01:30:00.000Z');
    expect(resolved(at(10, 25, 1, 30), { skipped: 'later' })).toBe(
      'exists twice in Europe/London: the clocks changed; times.repeated can choose',
    );
  });

  it('just outside the change needs no choice', () => {
    expect(resolved(at(3, 29, 0, 59), {})).toBe('2026-03-29T00:59:00.000Z');
    expect(resolved(at(3, 29, 2, 0), {})).toBe('2026-03-29T01:00:00.000Z');
    expect(resolved(at(10, 25, 0, 59), {})).toBe('2026-10-24T23:59:00.000Z');
    expect(resolved(at(10, 25, 2, 0), {})).toBe('2026-10-25T02:00:00.000Z');
  });

  it.each([
    ['a day', at(2, 30, 9, 0)],
    ['a month', at(13, 1, 9, 0)],
    ['an hour', at(1, 1, 24, 0)],
    ['a leap day', at(2, 29, 9, 0)],
  ])('with %s that does not exist is none', (_, wall) => {
    expect(resolved(wall, { skipped: 'later' })).toBe('is a day or time that does not exist');
  });

  it('in a year that no incident has is none', () => {
    expect(resolved(at(1, 1, 0, 0, 1066), {})).toContain('outside the years');
  });

  it('is what a clock in the zone shows at the instant it becomes', () => {
    const shown = (ms: number) => new Date(ms).toLocaleString('sv-SE', { timeZone: london });
    fc.assert(
      fc.property(
        fc.integer({ min: Date.UTC(1996, 0), max: Date.UTC(2037, 0) }),
        fc.constantFrom('earlier', 'later'),
        (ms, repeated) => {
          const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = shown(ms)
            .split(/[- :]/)
            .map(Number);
          const wall = { year, month, day, hour, minute, second, millisecond: 0 };
          const instant = instantOf(wall, london, { skipped: 'reject', repeated });
          expect(typeof instant === 'number' ? shown(instant) : instant).toBe(shown(ms));
        },
      ),
    );
  });
});
