import { setTimeout as sleep } from 'node:timers/promises';
import { checkReaches } from '../checks.ts';
import { EventLogError } from '../errors.ts';
import { errorFields, type Log } from '../logger.ts';
import type { OffsetRange, Stretch } from '../reader.ts';
import type { ClusterReader, Fetched } from './cluster-reader.ts';
import { protocolError } from './failures.ts';
import { stampedRecord } from './records.ts';

/** How long a reading that gets nowhere goes on, in milliseconds. */
export interface Patience {
  /** While a transaction is open. */
  readonly openTransactionMs: number;
  /** While the brokers fail. */
  readonly brokersAwayMs: number;
}

/** The rest after a failure, in milliseconds; doubled each time in a row. */
const restMs = { first: 100, most: 5_000 } as const;

/**
 * Reads the committed records of a range without a group. What retention takes away before its turn
 * comes is passed over, and said.
 *
 * @throws EventLogError `offset-beyond-end`; `read-stalled` when a transaction stays open too long;
 * the brokers' failure when they stay away too long.
 */
export async function* readRange(
  reader: ClusterReader,
  { topic, partition, from, to }: OffsetRange,
  patience: Patience,
  log: Log,
): AsyncGenerator<Stretch> {
  let position = from;
  let movedAt = performance.now();
  let rest: number = restMs.first;
  const idleMs = (): number => performance.now() - movedAt;

  /** After a failed fetch: the offset to go on from. */
  async function recover(error: unknown): Promise<bigint> {
    if (protocolError(error) === 'OFFSET_OUT_OF_RANGE') {
      const { first, end } = await keptOf(reader, topic, partition);
      checkReaches(`${topic}/${partition}`, position, end);
      if (first > position) return first < to ? first : to;
    }
    if (error instanceof EventLogError || idleMs() + rest > patience.brokersAwayMs) throw error;
    const fields = { topic, partition, ...errorFields(error) };
    log('warn', 'The brokers fail; the reading goes on when they answer', fields);
    await sleep(rest);
    rest = Math.min(rest * 2, restMs.most);
    return position;
  }

  while (position < to) {
    let fetched: Fetched;
    try {
      fetched = await reader.fetch(topic, partition, position);
    } catch (error) {
      const next = await recover(error);
      const gone = next - position;
      position = next;
      if (gone > 0n) yield { records: [], position, gone };
      continue;
    }
    rest = restMs.first;
    if (fetched.next > position) {
      position = fetched.next < to ? fetched.next : to;
      const records = fetched.messages
        .map((message) => stampedRecord(topic, partition, message))
        .filter(({ offset }) => offset < to);
      yield { records, position, gone: 0n };
      // Whoever reads may have taken long over what it got.
      movedAt = performance.now();
    } else if (idleMs() > patience.openTransactionMs) {
      throw new EventLogError(
        'read-stalled',
        `${topic}/${partition} gives nothing from ${position} on and ends at ${to}.`,
      );
    }
  }
}

/**
 * What a partition keeps now.
 *
 * @throws EventLogError `unknown-topic` when there is no such partition.
 */
export async function keptOf(
  reader: ClusterReader,
  topic: string,
  partition: number,
): Promise<{ readonly first: bigint; readonly end: bigint }> {
  const kept = (await reader.offsets(topic)).get(partition);
  if (kept !== undefined) return kept;
  throw new EventLogError('unknown-topic', `There is no partition ${partition} of ${topic}.`);
}
