import { checkReaches } from '../checks.ts';
import type { Log } from '../logger.ts';
import type { LogRecord } from '../reader.ts';
import type { ClusterReader } from './cluster-reader.ts';
import { keptOf, readRange } from './read-range.ts';

/**
 * Reads one partition up to the end it has at the call, without a group. A transaction that is open
 * then is waited for: what it commits was there before the end. Whoever reads so tries again by itself
 * when the brokers fail.
 *
 * @throws EventLogError `offset-beyond-end`; `read-stalled` when a transaction stays open too long.
 */
export async function* readToEnd(
  reader: ClusterReader,
  { topic, partition }: { readonly topic: string; readonly partition: number },
  from: bigint,
  openTransactionMs: number,
  log: Log,
): AsyncGenerator<readonly LogRecord[]> {
  const { first, end } = await keptOf(reader, topic, partition);
  checkReaches(`${topic}/${partition}`, from, end);
  const range = { topic, partition, from: from < first ? first : from, to: end };
  const patience = { openTransactionMs, brokersAwayMs: 0 };
  for await (const { records } of readRange(reader, range, patience, log)) {
    if (records.length > 0) yield records;
  }
}
