/** Facts on the input topics, as `readFactBatches` gives them from files. */
import type { Decoder } from '@vigil/contracts/codec';
import type { RejectedFact } from '@vigil/contracts/facts-codec';
import { type Fact, type FeedHeartbeat, inputTopics } from '@vigil/domain/facts/fact';
import type { Instant } from '@vigil/domain/time/instant';
import type { LogReader, LogRecord } from '@vigil/event-log/reader';
import { type Reading, readBetween } from './read-between.ts';

/** Where a record stands, and when it came there. */
interface Place {
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
  readonly arrivedAt: Instant;
}

/** A record that is no fact. */
export interface RejectedRecord extends Place, RejectedFact {
  /** The record whole, so that nothing is lost. */
  readonly original: Pick<LogRecord, 'key' | 'value' | 'headers'>;
}

/** What a record of an input topic holds. */
export type ReadRecord =
  | (Place & { readonly kind: 'fact'; readonly fact: Fact })
  | (Place & { readonly kind: 'heartbeat'; readonly heartbeat: FeedHeartbeat })
  | RejectedRecord;

/**
 * Reads the three input topics between two instants, some thousand records at a time, and ends. The
 * records of a partition come in order, the partitions one after the other.
 *
 * @throws EventLogError when the brokers refuse, or stay away; SchemaUnavailable when the registry does.
 */
export async function* readTopics(
  reader: LogReader,
  decoder: FactDecoder,
  reading: Reading = {},
): AsyncGenerator<readonly ReadRecord[]> {
  for await (const records of readBetween(reader, topicsOf(decoder), reading)) {
    yield await readRecords(decoder, records);
  }
}

/** What reads the records of the input topics. */
export type FactDecoder = Pick<Decoder, 'decode' | 'topics'>;

/** The log's names of the input topics. */
export function topicsOf({ topics }: FactDecoder): readonly string[] {
  return inputTopics.map((name) => topics.input[name]);
}

/** Records of input topics, as what they hold. @throws SchemaUnavailable. */
export async function readRecords(
  decoder: FactDecoder,
  records: readonly LogRecord[],
): Promise<readonly ReadRecord[]> {
  const read: ReadRecord[] = [];
  for (const record of records) read.push(await readRecord(decoder, record));
  return read;
}

async function readRecord(decoder: FactDecoder, record: LogRecord): Promise<ReadRecord> {
  const { topic, partition, offset, timestamp, key, value, headers } = record;
  const place = { topic, partition, offset, arrivedAt: timestamp as Instant };
  const decoded = await decoder.decode(record);
  return decoded.kind === 'rejected'
    ? { ...place, ...decoded, original: { key, value, headers } }
    : { ...place, ...decoded };
}
