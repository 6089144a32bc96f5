import type { IHeaders, KafkaMessage, Message } from 'kafkajs';
import type { OutgoingRecord } from '../port.ts';
import type { LogRecord, StampedRecord } from '../reader.ts';
import type { FetchedMessage } from './cluster-reader.ts';

/** A message of kafkajs in the form of the port. */
export function fromMessage(topic: string, partition: number, message: KafkaMessage): LogRecord {
  return {
    topic,
    partition,
    offset: BigInt(message.offset),
    timestamp: Number(message.timestamp),
    key: message.key,
    value: message.value,
    headers: headersOf(message.headers),
  };
}

/** A message as it was fetched without a group, in the form of a reader. */
export function stampedRecord(
  topic: string,
  partition: number,
  message: FetchedMessage,
): StampedRecord {
  const stampedBy = message.batchContext.timestampType === LOG_APPEND_TIME ? 'broker' : 'producer';
  return { ...fromMessage(topic, partition, message), stampedBy };
}

const LOG_APPEND_TIME = 1;

/**
 * Of a header that occurs several times the first counts, as in CloudEvents each occurs once. kafkajs
 * gathers headers in a plain object: one named `constructor` comes as a list of what every object has
 * there and the header. Headers without a value, which its types leave out, are left out.
 */
function headersOf(headers: IHeaders | undefined): Record<string, Buffer> {
  const kept: Record<string, Buffer> = {};
  // A loop, as every record that is read comes by here: `Object.fromEntries` takes four times as long.
  for (const [name, given] of Object.entries<unknown>(headers ?? {})) {
    const first = Array.isArray(given) ? given.find(isBytes) : given;
    if (!isBytes(first)) continue;
    const value = typeof first === 'string' ? Buffer.from(first) : first;
    if (name !== '__proto__') kept[name] = value;
    else Object.defineProperty(kept, name, { value, enumerable: true });
  }
  return kept;
}

function isBytes(value: unknown): value is Buffer | string {
  return Buffer.isBuffer(value) || typeof value === 'string';
}

/** A record of the port as a message of kafkajs. */
export function toMessage(record: OutgoingRecord): Message {
  const { key, value, headers, partition, timestamp } = record;
  return {
    key,
    value,
    ...(headers === undefined ? {} : { headers }),
    ...(partition === undefined ? {} : { partition }),
    ...(timestamp === undefined ? {} : { timestamp: String(timestamp) }),
  };
}

/**
 * Cuts records into pieces that a broker takes at once: each partition's part of a request is one
 * batch, whose size brokers limit, and kafkajs gathers a batch in quadratic time.
 */
export function* pieces<Record extends OutgoingRecord>(
  records: readonly Record[],
  limits: { readonly batchBytes: number; readonly batchRecords: number },
): Generator<Record[]> {
  let piece: Record[] = [];
  let bytes = 0;
  for (const record of records) {
    const size = sizeOf(record);
    if (
      piece.length >= limits.batchRecords ||
      (piece.length > 0 && bytes + size > limits.batchBytes)
    ) {
      yield piece;
      piece = [];
      bytes = 0;
    }
    piece.push(record);
    bytes += size;
  }
  if (piece.length > 0) yield piece;
}

const ENVELOPE_BYTES = 32;

function sizeOf({ key, value, headers }: OutgoingRecord): number {
  let size = ENVELOPE_BYTES + (key?.length ?? 0) * 3 + (value?.length ?? 0);
  for (const name in headers) size += name.length + (headers[name]?.length ?? 0) * 3 + 8;
  return size;
}
