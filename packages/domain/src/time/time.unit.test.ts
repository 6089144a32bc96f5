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

describe('an instant, character by character', () => {
  it.each(['2026-03-02T09:00:00.000Z', '2026-03-02T09:00:00Z'])('takes no other in %s', (text) => {
    for (const [place, character] of [...text].entries()) {
      for (const other of ['x', '-', ':', '.', ' ', '/', '٣', 'Z', 'T']) {
        if (other === character) continue;
        const spoilt = text.slice(0, place) + other + text.slice(place + 1);
        expect(parseInstant(spoilt), spoilt).toHaveProperty('problem');
      }
    }
  });

  it.each([
    '1900-01-01T00:00:00.000Z',
    '2199-12-28T23:59:59.999Z',
    '2199-12-31T23:59:59Z',
    '2024-02-29T12:00:00Z',
    '2026-01-31T01:02:03.004Z',
    '2026-12-28T23:00:59Z',
  ])('takes %s for what it is', (text) => {
    expect(parseInstant(text)).toBe(Date.parse(text));
  });

  it.each([
    '1899-12-31T23:59:59.999Z',
    '2200-01-01T00:00:00.000Z',
    '2026-00-10T00:00:00Z',
    '2026-13-10T00:00:00Z',
    '2026-01-00T00:00:00Z',
    '2026-02-29T00:00:00Z',
    '2026-04-31T00:00:00Z',
    '2026-01-01T24:00:00Z',
    '2026-01-01T00:60:00Z',
    '2026-01-01T00:00:60Z',
    '2026-01-01T24:00:00+01:00',
    '2026-01-01T00:60:00+01:00',
    '2026-01-01T00:00:60+01:00',
    '2026-01-01T00:00:00+24:00',
    '2026-01-01T00:00:00+01:60',
  ])('refuses %s', (text) => {
    expect(parseInstant(text)).toHaveProperty('problem');
  });

  it('takes offsets up to the last minute of a day, either way', () => {
    const noon = Date.UTC(2026, 0, 2, 12);
    const most = (23 * 60 + 59) * 60_000;
    expect(parseInstant('2026-01-02T12:00:00+23:59')).toBe(noon - most);
    expect(parseInstant('2026-01-02T12:00:00-23:59')).toBe(noon + most);
  });

  it.each(['2026-01-02T12:00', '2026-01-02T12:00:00', '2026-01-02 12:00:00.25'])(
    'says of %s that it has no offset',
    (text) => {
      expect(parseInstant(text)).toEqual({
        problem: 'has no offset; write Z or +hh:mm after the time',
      });
    },
  );

  it.each(['x2026-01-02T12:00', '2026-01-02T12:00x', '2026-01-02T12:00:00.x'])(
    'says of %s that it is none',
    (text) => {
      expect(parseInstant(text)).toMatchObject({ problem: expect.stringContaining('RFC 3339') });
    },
  );
});
