/** Readers of arguments that several commands take. */
import { type Instant, parseInstant } from '@vigil/domain/time/instant';
import { InvalidArgumentError } from 'commander';

/** @throws InvalidArgumentError when the text is no RFC 3339 date-time with an offset. */
export function instantArgument(text: string): Instant {
  const instant = parseInstant(text);
  if (typeof instant === 'number') return instant;
  throw new InvalidArgumentError(`It ${instant.problem}.`);
}

/** Reads a whole number in decimal digits within bounds. */
export function wholeArgument(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`);
  };
}
