import { checkInstant, type Instant, type InstantProblem } from '@vigil/domain/time/instant';
import { Temporal } from 'temporal-polyfill';
import type { WallTime } from './time-pattern.ts';

/** What becomes of a time that does not exist, or exists twice, on the day the clocks change. */
export const clockChangeChoices = ['earlier', 'later', 'reject'] as const;
export type ClockChangeChoice = (typeof clockChangeChoices)[number];

export interface ClockChange {
  /** For a time that the clocks jumped over in spring. */
  readonly skipped: ClockChangeChoice;
  /** For a time that they showed twice in autumn. */
  readonly repeated: ClockChangeChoice;
}

/**
 * Whether {@link instantOf} knows a time zone. Node's own formatter would also take abbreviations, and
 * takes BST for Bangladesh.
 */
export function isTimeZone(name: string): boolean {
  try {
    new Temporal.ZonedDateTime(0n, name);
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

/**
 * The instant at which the clocks of a zone showed a time.
 *
 * @param zone - an IANA name that exists, such as `Europe/London`: one that {@link isTimeZone} knows.
 * @returns the instant, or why there is none: the day does not exist, or on the day the clocks change
 * the time does not exist or exists twice and the choice is to reject that.
 */
export function instantOf(
  wall: WallTime,
  zone: string,
  { skipped, repeated }: ClockChange,
): Instant | InstantProblem {
  const plain = plainOf(wall);
  if (plain === undefined) return { problem: 'is a day or time that does not exist' };
  const earlier = plain.toZonedDateTime(zone, { disambiguation: 'earlier' });
  const later = plain.toZonedDateTime(zone, { disambiguation: 'later' });
  if (earlier.epochMilliseconds === later.epochMilliseconds) {
    return checkInstant(earlier.epochMilliseconds);
  }
  const exists = earlier.toPlainDateTime().equals(plain);
  const choice = exists ? repeated : skipped;
  if (choice === 'reject') {
    const what = exists ? 'exists twice' : 'does not exist';
    const key = exists ? 'repeated' : 'skipped';
    return { problem: `${what} in ${zone}: the clocks changed; times.${key} can choose` };
  }
  return checkInstant((choice === 'earlier' ? earlier : later).epochMilliseconds);
}

function plainOf(wall: WallTime): Temporal.PlainDateTime | undefined {
  try {
    return Temporal.PlainDateTime.from({ ...wall }, { overflow: 'reject' });
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
