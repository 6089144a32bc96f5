/** Milliseconds since 1970-01-01T00:00:00Z. Vigil decides in whole milliseconds (semantics 1). */
export type Instant = number & { readonly __brand: 'Instant' };

const earliest = Date.UTC(1900, 0, 1);
const latest = Date.UTC(2200, 0, 1);
const outside = 'is outside the years 1900 to 2199';

/** Why a text is not an instant, in words that fit after "createdAt: ". */
export type InstantProblem = { readonly problem: string };

/**
 * Reads an RFC 3339 date-time; digits beyond the millisecond are cut off. It goes digit by digit because
 * a replay spends much of its time here.
 *
 * @returns the instant, or the problem: no offset (never guessed, semantics 1), a day that does not
 * exist, or a year outside 1900 to 2199, which no incident has.
 */
export function parseInstant(text: string): Instant | InstantProblem {
  const [year, month, day] = [digits(text, 0, 4), digits(text, 5, 7), digits(text, 8, 10)];
  const [hour, minute, second] = [digits(text, 11, 13), digits(text, 14, 16), digits(text, 17, 19)];
  const zone = zoneStart(text);
  const offset = offsetAt(text, zone);
  if (offset === undefined || !isDivided(text)) return { problem: problemOf(text) };
  const whole = year + month + day + hour + minute + second + offset.hours + offset.minutes;
  if (Number.isNaN(whole)) return { problem: problemOf(text) };
  if (hour > 23 || minute > 59 || second > 59) {
    return { problem: 'has a time of day that does not exist' };
  }
  if (month < 1 || month > 12 || day < 1 || day > daysIn(year, month)) {
    return { problem: 'has a day that does not exist' };
  }
  if (offset.hours > 23 || offset.minutes > 59) {
    return { problem: 'has an offset that does not exist' };
  }
  // Date.UTC takes the years 0 to 99 for those of the twentieth century.
  if (year < 1899) return { problem: outside };
  const ms = Date.UTC(year, month - 1, day, hour, minute, second, milliseconds(text, zone));
  return checkInstant(ms - offset.sign * (offset.hours * 60 + offset.minutes) * 60_000);
}

/** On the calendar that all years have had since 1582. */
function daysIn(year: number, month: number): number {
  if (month !== 2) return [4, 6, 9, 11].includes(month) ? 30 : 31;
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
}

function isDivided(text: string): boolean {
  const [date, time] = [text[4] === '-' && text[7] === '-', text[13] === ':' && text[16] === ':'];
  return date && time && (text[10] === 'T' || text[10] === 't');
}

/** The number that stands in `[from, to)`; NaN when there is anything but digits. */
function digits(text: string, from: number, to: number): number {
  let number = 0;
  for (let i = from; i < to; i++) number = number * 10 + digit(text, i);
  return number;
}

/** NaN when there is no digit at that place. */
function digit(text: string, place: number): number {
  const value = text.charCodeAt(place) - 0x30;
  return value >= 0 && value <= 9 ? value : Number.NaN;
}

/** Where the offset stands: behind the fraction of the second, where there is one. */
function zoneStart(text: string): number {
  if (text[19] !== '.' || Number.isNaN(digit(text, 20))) return 19;
  let end = 21;
  while (!Number.isNaN(digit(text, end))) end++;
  return end;
}

interface Offset {
  readonly sign: 1 | -1;
  readonly hours: number;
  readonly minutes: number;
}
const utc: Offset = { sign: 1, hours: 0, minutes: 0 };

/** The offset from there to the end of the text; none when something else stands there. */
function offsetAt(text: string, place: number): Offset | undefined {
  const [mark, length] = [text[place], text.length - place];
  if (mark === 'Z' || mark === 'z') return length === 1 ? utc : undefined;
  if ((mark !== '+' && mark !== '-') || text[place + 3] !== ':' || length !== 6) return undefined;
  const [hours, minutes] = [digits(text, place + 1, place + 3), digits(text, place + 4, place + 6)];
  return { sign: mark === '+' ? 1 : -1, hours, minutes };
}

/** The first three digits of the fraction, as if zeros followed it. */
function milliseconds(text: string, zone: number): number {
  let ms = 0;
  for (let i = 20; i < 23; i++) ms = ms * 10 + (i < zone ? digit(text, i) : 0);
  return ms;
}

function problemOf(text: string): string {
  return /^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?$/.test(text)
    ? 'has no offset; write Z or +hh:mm after the time'
    : 'is not an RFC 3339 date-time such as 2026-03-02T09:00:00.000Z';
}

/** Checks milliseconds since the epoch, as Avro's `timestamp-millis` carries them. */
export function checkInstant(ms: number): Instant | InstantProblem {
  if (!Number.isSafeInteger(ms)) return { problem: 'is not a whole number of milliseconds' };
  if (ms < earliest || ms >= latest) return { problem: outside };
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
