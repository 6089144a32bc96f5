import type { IncidentId } from '@vigil/domain/facts/fact';
import type { Instant } from '@vigil/domain/time/instant';
import { UnreadableLedger } from './ledger-codec.ts';
import type { NewRecord, StoredRecord } from './log-record.ts';
import type { Wire } from './wire.ts';

/** Why a record was put aside. */
export interface Reason {
  readonly reason: string;
  readonly detail: string;
  readonly incidentId?: IncidentId;
  /** When it was put aside. */
  readonly at: Instant;
}

/** A record that was put aside, whole, and why. */
export interface DeadLetter extends Omit<Reason, 'at'> {
  readonly topic: string;
  readonly partition: number;
  readonly offset: string;
  readonly timestamp: Instant;
  readonly key?: Buffer;
  readonly value?: Buffer;
  readonly headers: Readonly<Record<string, Buffer>>;
  readonly putAsideAt: Instant;
}

/**
 * A dead letter, keyed by where the record stood, so that one put aside twice is seen to be one. Its
 * headers have the names that Kafka Connect gives them.
 */
export function encodeDeadLetter(wire: Wire, record: StoredRecord, why: Reason): NewRecord {
  const { topic, partition, offset, timestamp, key, value, headers } = record;
  return {
    key: `${topic}-${partition}-${offset}`,
    value: wire.encode('dead-letter', {
      topic,
      partition,
      offset: String(offset),
      timestamp,
      key,
      value,
      headers,
      reason: why.reason,
      detail: why.detail,
      incidentId: why.incidentId ?? null,
      putAsideAt: why.at,
    }),
    headers: {
      '__connect.errors.topic': topic,
      '__connect.errors.partition': String(partition),
      '__connect.errors.offset': String(offset),
      '__connect.errors.exception.class.name': why.reason,
      '__connect.errors.exception.message': why.detail,
      'content-type': 'application/avro',
    },
  };
}

/** Reads a dead letter. @throws UnreadableLedger when it is none. */
export async function decodeDeadLetter(wire: Wire, record: StoredRecord): Promise<DeadLetter> {
  const decoded = record.value === null ? undefined : await wire.decode(record.value);
  if (decoded?.ok !== true || decoded.name !== 'dead-letter') {
    throw new UnreadableLedger(
      `${record.topic}-${record.partition} at ${record.offset} is no dead letter`,
    );
  }
  return decoded.value as unknown as DeadLetter;
}
