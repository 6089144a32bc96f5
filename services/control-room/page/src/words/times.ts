import { describeDuration } from '@vigil/domain/time/duration';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** How long is left to a due instant, or how long it is past. */
export interface Countdown {
  readonly over: boolean;
  /** `12:04`, `3:12:04`, `2 d 03 h`. */
  readonly digits: string;
  /** `12 min 4 s`, for sentences. */
  readonly words: string;
}

/**
 * Time left is rounded up and time past is rounded down, so that 0:00 shows at the due instant itself:
 * what happens there is still in time (semantics 4).
 *
 * @param coarse in a rehearsal that runs so fast that seconds would be a blur: whole minutes
 */
export function countdown(dueAt: number, now: number, coarse = false): Countdown {
  const over = now > dueAt;
  const ms = Math.abs(now - dueAt);
  const unit = coarse ? minute : 1000;
  const whole = (over ? Math.floor(ms / unit) : Math.ceil(ms / unit)) * unit;
  return { over, digits: digitsOf(whole, coarse), words: describeDuration(whole) };
}

function digitsOf(ms: number, coarse: boolean): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const hours = Math.floor(ms / hour);
  const minutes = Math.floor(ms / minute) % 60;
  if (ms >= day) return `${Math.floor(ms / day)} d ${two(hours % 24)} h`;
  if (coarse) return hours > 0 ? `${hours} h ${two(minutes)}` : `${minutes} min`;
  const seconds = two(Math.floor(ms / 1000) % 60);
  return hours > 0 ? `${hours}:${two(minutes)}:${seconds}` : `${minutes}:${seconds}`;
}

/** The length of time in words that fit a table: `1 min 30 s`, `48 min`, `1 h 5 min`, `3 days 2 h`. */
export function lengthOf(ms: number): string {
  const unit = ms >= 10 * minute ? minute : 1000;
  return describeDuration(Math.round(ms / unit) * unit);
}

/** Writes instants as the clock on the wall shows them, with the offset's name: `14:02:05 BST`. */
export interface WallClock {
  readonly time: (instant: number) => string;
  readonly timeWithSeconds: (instant: number) => string;
  /** With the day, where it is another than `now`'s. */
  readonly when: (instant: number, now: number) => string;
  readonly zoneName: (instant: number) => string;
}

/** @param timeZone an IANA name, the policy's */
export function wallClock(timeZone: string): WallClock {
  const format = (options: Intl.DateTimeFormatOptions) => {
    const formatter = new Intl.DateTimeFormat('en-GB', { timeZone, hourCycle: 'h23', ...options });
    return (instant: number) => formatter.format(instant);
  };
  const time = format({ hour: '2-digit', minute: '2-digit' });
  const dayOf = format({ day: 'numeric', month: 'short', year: 'numeric' });
  const dayAndTime = format({ day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' });
  const zone = new Intl.DateTimeFormat('en-GB', { timeZone, timeZoneName: 'short' });
  return {
    time,
    timeWithSeconds: format({ hour: '2-digit', minute: '2-digit', second: '2-digit' }),
    when: (instant, now) => (dayOf(instant) === dayOf(now) ? time(instant) : dayAndTime(instant)),
    zoneName: (instant) =>
      zone.formatToParts(instant).find(({ type }) => type === 'timeZoneName')?.value ?? timeZone,
  };
}
