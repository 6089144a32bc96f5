import { EventLogError } from './errors.ts';

/**
 * Checks that the topics of one group share their partitions.
 *
 * @throws EventLogError `partitions-differ`, with the numbers.
 */
export function checkAlike(topics: readonly string[], counts: readonly number[]): void {
  if (new Set(counts).size <= 1) return;
  const seen = topics.map((topic, index) => `${topic} has ${counts[index]}`).join(', ');
  throw new EventLogError('partitions-differ', `Partitions differ: ${seen}.`);
}

/**
 * Checks that a log reaches as far as somebody remembers having read it.
 *
 * @throws EventLogError `offset-beyond-end`.
 */
export function checkReaches(name: string, from: bigint, end: bigint): void {
  if (from <= end) return;
  throw new EventLogError(
    'offset-beyond-end',
    `${name} was to be read from ${from} and ends at ${end}.`,
  );
}
