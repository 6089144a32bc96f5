import type { IHeaders, KafkaMessage, Message } from 'kafkajs';
import type { LogRecord, OutgoingRecord } from '../port.ts';

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

/** Of a header that occurs several times the first counts, as in CloudEvents each occurs once. */
function headersOf(headers: IHeaders | undefined): Record<string, Buffer> {
  const read: Record<string, Buffer> = {};
  for (const name in headers) {
    const value = headers[name];
    // Kafka has headers without a value, which the types of kafkajs leave out.
    const one: Buffer | string | null | undefined = Array.isArray(value) ? value[0] : value;
    if (one !== undefined && one !== null) {
      read[name] = typeof one === 'string' ? Buffer.from(one) : one;
    }
  }
  return read;
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
  let size = ENVELOPE_BYTES + key.length * 3 + (value?.length ?? 0);
  for (const name in headers) size += name.length + (headers[name]?.length ?? 0) * 3 + 8;
  return size;
}
