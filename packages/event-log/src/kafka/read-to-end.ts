import { checkReaches } from '../checks.ts';
import { EventLogError } from '../errors.ts';
import type { LogRecord } from '../port.ts';
import type { ClusterReader } from './cluster-reader.ts';
import { fromMessage } from './records.ts';

/**
 * Reads one partition up to the end it has at the call, without a group. A transaction that is open
 * then is waited for: what it commits was there before the end.
 *
 * @throws EventLogError `offset-beyond-end`; `read-stalled` when a transaction stays open too long.
 */
export async function* readToEnd(
  reader: ClusterReader,
  place: { readonly topic: string; readonly partition: number },
  from: bigint,
  openTransactionMs: number,
): AsyncGenerator<LogRecord[]> {
  const { topic, partition } = place;
  const kept = (await reader.offsets(topic)).get(partition);
  if (kept === undefined) {
    throw new EventLogError('unknown-topic', `There is no partition ${partition} of ${topic}.`);
  }
  const { first, end } = kept;
  checkReaches(`${topic}/${partition}`, from, end);
  let position = from < first ? first : from;
  let movedAt = performance.now();
  while (position < end) {
    const { messages, next } = await reader.fetch(topic, partition, position);
    if (next > position) movedAt = performance.now();
    else if (performance.now() - movedAt > openTransactionMs) {
      throw new EventLogError(
        'read-stalled',
        `${topic}/${partition} gives nothing from ${position} on and ends at ${end}.`,
      );
    }
    position = next;
    const records = messages
      .map((message) => fromMessage(topic, partition, message))
      .filter(({ offset }) => offset < end);
    if (records.length > 0) yield records;
  }
}
