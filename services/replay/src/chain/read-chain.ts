import type { Decoder } from '@vigil/contracts/codec';
import { UnreadableLedger } from '@vigil/contracts/ledger-codec';
import { chainHeader, parseLink } from '@vigil/domain/ledger/chain';
import type { ChainRecord } from '@vigil/domain/ledger/chain-stretches';
import type { LogReader, LogRecord } from '@vigil/event-log/reader';
import { readBetween } from '../kafka/read-between.ts';

/** What is read of the alert topic for its chain: bytes, and what they said when they were written. */
export interface ChainSource {
  readonly reader: LogReader;
  readonly decoder: Pick<Decoder, 'decodeLedgerContent' | 'topics'>;
}

/**
 * Reads the whole ledger from its topic, to the ends that the partitions have when the reading begins,
 * without a group and without committing anything.
 *
 * @throws EventLogError when the brokers refuse, or stay away; SchemaUnavailable when the registry does.
 */
export async function* readChain(
  { reader, decoder }: ChainSource,
  onProgress: (read: number, all: number) => void = () => {},
): AsyncGenerator<ChainRecord> {
  for await (const records of readBetween(reader, [decoder.topics.alerts], { onProgress })) {
    for (const record of records) yield await chainRecord(decoder, record);
  }
}

/** A record of the alert topic as its chain has it. */
export async function chainRecord(
  decoder: ChainSource['decoder'],
  record: LogRecord,
): Promise<ChainRecord> {
  const { partition, offset, key, headers } = record;
  return {
    partition,
    offset: String(offset),
    key: key?.toString() ?? '',
    link: parseLink(headers[chainHeader]),
    record: await contentOf(decoder, record),
  };
}

/** Null for what cannot be read: no hash covers that, so it is found to be altered or inserted. */
async function contentOf(decoder: ChainSource['decoder'], record: LogRecord): Promise<unknown> {
  try {
    return await decoder.decodeLedgerContent(record);
  } catch (error) {
    if (error instanceof UnreadableLedger) return null;
    throw error;
  }
}
