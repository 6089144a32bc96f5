/** Milliseconds since 1970-01-01T00:00:00Z. Vigil decides in whole milliseconds (semantics 1). */
export type Instant = number & { readonly __brand: 'Instant' };

/** RFC 3339 with `Z` or an offset; the fraction may have any number of digits. */
const rfc3339 =
  /^(\d{4})-(\d{2})-(\d{2})[Tt](\d{2}):(\d{2}):(\d{2})(?:\.(\d+))?(?:[Zz]|([+-])(\d{2}):(\d{2}))$/;

const earliest = Date.UTC(1900, 0, 1);
const latest = Date.UTC(2200, 0, 1);

/** Why a text is not an instant, in words that fit after "createdAt: ". */
export type InstantProblem = { readonly problem: string };

/**
 * Reads an RFC 3339 date-time; digits beyond the millisecond are cut off.
 *
 * @returns the instant, or the problem: no offset (never guessed, semantics 1), a day that does not
 * exist, or a year outside 1900 to 2199, which no incident has.
 */
export function parseInstant(text: string): Instant | InstantProblem {
  return parseUtc(text) ?? parseAny(text);
}

/**
 * The form that nearly all instants have, `2026-03-02T09:00:00.000Z` or without the fraction, digit by
 * digit: four times as fast as the expression, and half of the time a replay spends on reading.
 */
function parseUtc(text: string): Instant | undefined {
  const { length } = text;
  if ((length !== 24 && length !== 20) || text.charCodeAt(length - 1) !== 0x5a) return undefined;
  if (text[4] !== '-' || text[7] !== '-' || text[10] !== 'T' || text[13] !== ':') return undefined;
  if (text[16] !== ':' || (length === 24 && text[19] !== '.')) return undefined;
  const ms = length === 24 ? digits(text, 20, 23) : 0;
  const [year, month, day] = [digits(text, 0, 4), digits(text, 5, 7), digits(text, 8, 10)];
  const [hour, minute, second] = [digits(text, 11, 13), digits(text, 14, 16), digits(text, 17, 19)];
  // What is not plainly right, a day 31 of any month say, is left to the thorough way.
  const plain =
    year >= 1900 &&
    year < 2200 &&
    month >= 1 &&
    month <= 12 &&
    day >= 1 &&
    day <= 28 &&
    hour <= 23 &&
    minute <= 59 &&
    second <= 59 &&
    ms >= 0;
  return plain ? (Date.UTC(year, month - 1, day, hour, minute, second, ms) as Instant) : undefined;
}

/** The number that stands in `[from, to)`; NaN when there is anything but digits. */
function digits(text: string, from: number, to: number): number {
  let number = 0;
  for (let i = from; i < to; i++) {
    const digit = text.charCodeAt(i) - 0x30;
    if (digit < 0 || digit > 9) return Number.NaN;
    number = number * 10 + digit;
  }
  return number;
}

function parseAny(text: string): Instant | InstantProblem {
  const match = rfc3339.exec(text);
  if (match === null) {
    return /^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?$/.test(text)
      ? { problem: 'has no offset; write Z or +hh:mm after the time' }
      : { problem: 'is not an RFC 3339 date-time such as 2026-03-02T09:00:00.000Z' };
  }
  const [, year, month, day, hour, minute, second, fraction = '', sign, offsetHour, offsetMinute] =
    match;
  const [y, mo, d, h, mi, s] = [year, month, day, hour, minute, second].map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  if (h > 23 || mi > 59 || s > 59) return { problem: 'has a time of day that does not exist' };
  const utc = new Date(0);
  utc.setUTCFullYear(y, mo - 1, d);
  if (utc.getUTCMonth() !== mo - 1 || utc.getUTCDate() !== d) {
    return { problem: 'has a day that does not exist' };
  }
  utc.setUTCHours(h, mi, s, Number(fraction.slice(0, 3).padEnd(3, '0')));
  let ms = utc.getTime();
  if (sign !== undefined) {
    const [oh, om] = [Number(offsetHour), Number(offsetMinute)];
    if (oh > 23 || om > 59) return { problem: 'has an offset that does not exist' };
    ms -= (sign === '-' ? -1 : 1) * (oh * 60 + om) * 60_000;
  }
  return checkInstant(ms);
}

/** Checks milliseconds since the epoch, as Avro's `timestamp-millis` carries them. */
export function checkInstant(ms: number): Instant | InstantProblem {
  if (!Number.isSafeInteger(ms)) return { problem: 'is not a whole number of milliseconds' };
  if (ms < earliest || ms >= latest) return { problem: 'is outside the years 1900 to 2199' };
  return ms as Instant;
}

/** UTC with three decimals: `2026-03-02T09:00:00.000Z`. */
export function formatInstant(instant: Instant): string {
  return new Date(instant).toISOString();
}

/** The instant that many milliseconds later (earlier when negative). */
export function plus(instant: Instant, ms: number): Instant {
  return (instant + ms) as Instant;
}

/** The later of two instants. */
export function later(a: Instant, b: Instant): Instant {
  return Math.max(a, b) as Instant;
}

/** The earlier of two instants. */
export function earlier(a: Instant, b: Instant): Instant {
  return Math.min(a, b) as Instant;
}
