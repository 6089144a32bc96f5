import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runs } from '../../testing/runs.ts';
import { describeDuration, parseDuration } from './duration.ts';
import { checkInstant, formatInstant, type Instant, parseInstant } from './instant.ts';

const from = Date.UTC(1900, 0, 1);
const to = Date.UTC(2200, 0, 1) - 1;

describe('an instant', () => {
  it('is read back as it was written, with a fraction, without, and with any offset', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: from, max: to }),
        fc.integer({ min: -14 * 60, max: 14 * 60 }),
        (ms, offset) => {
          const instant = ms as Instant;
          expect(parseInstant(formatInstant(instant))).toBe(ms);
          const whole = Math.max(from, Math.floor(ms / 1_000) * 1_000) as Instant;
          expect(parseInstant(`${formatInstant(whole).slice(0, 19)}Z`)).toBe(whole);
          const local = new Date(ms + offset * 60_000).toISOString().slice(0, 23);
          const [hours, rest] = [Math.floor(Math.abs(offset) / 60), Math.abs(offset) % 60];
          const two = (n: number) => String(n).padStart(2, '0');
          const zone = `${offset < 0 ? '-' : '+'}${two(hours)}:${two(rest)}`;
          expect(parseInstant(`${local}${zone}`)).toBe(ms);
        },
      ),
      { numRuns: runs(10_000) },
    );
  });

  it('keeps milliseconds and cuts off what is finer', () => {
    expect(parseInstant('2026-03-02T09:00:00.1239999Z')).toBe(Date.UTC(2026, 2, 2, 9, 0, 0, 123));
    expect(parseInstant('2026-03-02t09:00:00.5z')).toBe(Date.UTC(2026, 2, 2, 9, 0, 0, 500));
  });

  it.each([
    ['2026-03-02T09:00:00', /no offset/],
    ['2026-03-02 09:00', /no offset/],
    ['2026-02-30T09:00:00Z', /day that does not exist/],
    ['2026-02-29T09:00:00.000Z', /day that does not exist/],
    ['2026-03-00T09:00:00Z', /day that does not exist/],
    ['2026-13-02T09:00:00Z', /day that does not exist/],
    ['2026-03-02T24:00:00Z', /time of day/],
    ['2026-03-02T09:60:00Z', /time of day/],
    ['2026-03-02T09:00:00+25:00', /offset that does not exist/],
    ['0000-03-02T09:00:00Z', /years 1900 to 2199/],
    ['9999-12-31T23:59:59Z', /years 1900 to 2199/],
    ['2026-03-02T09:00:0xZ', /RFC 3339/],
    ['yesterday', /RFC 3339/],
    ['', /RFC 3339/],
  ])('is refused with the reason: %s', (text, reason) => {
    expect(parseInstant(text)).toMatchObject({ problem: expect.stringMatching(reason) });
  });

  it('in milliseconds is whole and within the centuries that have incidents', () => {
    expect(checkInstant(from)).toBe(from);
    expect(checkInstant(to)).toBe(to);
    for (const ms of [from - 1, to + 1, 0.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(checkInstant(ms)).toHaveProperty('problem');
    }
  });
});

describe('a duration', () => {
  it.each([
    ['PT60M', 3_600_000],
    ['PT2S', 2_000],
    ['P1D', 86_400_000],
    ['P2W', 1_209_600_000],
    ['P1DT1H1M1.5S', 90_061_500],
    ['PT0S', 0],
  ])('is read from ISO 8601: %s', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  it.each(['P1M', 'P1Y', 'P', 'PT', '60', 'PT-5M', 'P1.5D', '1H'])(
    'is not read from %s',
    (text) => {
      expect(parseDuration(text)).toBeUndefined();
    },
  );

  it('is told in the two units that matter', () => {
    expect(describeDuration(3_900_000)).toBe('1 h 5 min');
    expect(describeDuration(23 * 86_400_000 + 7_200_000)).toBe('23 days 2 h');
    expect(describeDuration(86_400_000)).toBe('1 day');
    expect(describeDuration(1)).toBe('1 ms');
  });
});
