/** What was said: the records of the alert topic. */
import type { Decoder } from '@vigil/contracts/codec';
import { UnreadableLedger } from '@vigil/contracts/ledger-codec';
import type { LedgerRecord } from '@vigil/domain/ledger/alert';
import type { Instant } from '@vigil/domain/time/instant';
import type { LogReader, LogRecord } from '@vigil/event-log/reader';
import { type Reading, readBetween } from './read-between.ts';

/** A committed record of the alert topic, as it stands there. */
export interface LedgerEntry extends Omit<LogRecord, 'timestamp'> {
  readonly publishedAt: Instant;
  /** What it says, or why that cannot be read: then Vigil did not write it, or it is damaged. */
  readonly content:
    | { readonly kind: 'record'; readonly record: LedgerRecord }
    | { readonly kind: 'unreadable'; readonly detail: string };
}

/**
 * Reads what was published, to the ends that the partitions have when the reading begins. The records
 * of a partition come in order, the partitions one after the other.
 *
 * @throws EventLogError when the brokers refuse, or stay away; SchemaUnavailable when the registry does.
 */
export async function* readLedger(
  reader: LogReader,
  decoder: Pick<Decoder, 'decodeLedger' | 'topics'>,
  reading: Reading = {},
): AsyncGenerator<LedgerEntry> {
  for await (const records of readBetween(reader, [decoder.topics.alerts], reading)) {
    for (const record of records) yield await readEntry(decoder, record);
  }
}

async function readEntry(
  decoder: Pick<Decoder, 'decodeLedger'>,
  record: LogRecord,
): Promise<LedgerEntry> {
  const { topic, partition, offset, timestamp, key, value, headers } = record;
  const publishedAt = timestamp as Instant;
  return {
    ...{ topic, partition, offset, publishedAt, key, value, headers },
    content: await contentOf(decoder, record),
  };
}

async function contentOf(
  decoder: Pick<Decoder, 'decodeLedger'>,
  record: LogRecord,
): Promise<LedgerEntry['content']> {
  try {
    return { kind: 'record', record: await decoder.decodeLedger(record) };
  } catch (error) {
    if (!(error instanceof UnreadableLedger)) throw error;
    return { kind: 'unreadable', detail: error.message };
  }
}
