import type { IncidentId } from '@vigil/domain/facts/fact';
import { identifierProblem } from '@vigil/domain/facts/field';
import type { Instant } from '@vigil/domain/time/instant';
import { UnreadableLedger } from './ledger-codec.ts';
import type { NewRecord, StoredRecord } from './log-record.ts';
import { type Wire, withoutNulls } from './wire.ts';

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

/** The characters that a reason's detail may have; what is longer is cut off. */
export const maxDetailLength = 2_000;

/**
 * A dead letter, keyed by where the record stood, so that one put aside twice is seen to be one. Its
 * headers have the names that Kafka Connect gives them.
 */
export function encodeDeadLetter(wire: Wire, record: StoredRecord, why: Reason): NewRecord {
  const { topic, partition, offset, timestamp, key, value } = record;
  const detail = why.detail.slice(0, maxDetailLength).toWellFormed();
  return {
    key: `${topic}-${partition}-${offset}`,
    value: wire.encode('dead-letter', {
      topic,
      partition,
      offset: String(offset),
      timestamp,
      key,
      value,
      headers: wholeHeaders(record),
      reason: why.reason,
      detail,
      incidentId: why.incidentId ?? incidentOf(record),
      putAsideAt: why.at,
    }),
    headers: {
      '__connect.errors.topic': topic,
      '__connect.errors.partition': String(partition),
      '__connect.errors.offset': String(offset),
      '__connect.errors.exception.class.name': why.reason,
      '__connect.errors.exception.message': detail,
      'content-type': 'application/avro',
    },
  };
}

/** Kafka knows headers without a value; a dead letter that could not be written would stop its partition. */
function wholeHeaders({ headers }: StoredRecord): Record<string, Buffer> {
  const entries = Object.entries<Buffer | null>(headers);
  return Object.fromEntries(entries.map(([name, value]) => [name, value ?? Buffer.alloc(0)]));
}

/** The incident that key and subject agree on, so that a person can find what a letter may have changed. */
function incidentOf({ key, headers }: StoredRecord): string | null {
  const subject = headers['ce_subject'];
  if (key === null || subject?.equals(key) !== true) return null;
  const text = key.toString();
  return identifierProblem(text) === undefined ? text : null;
}

/** Reads a dead letter. @throws UnreadableLedger when it is none. */
export async function decodeDeadLetter(wire: Wire, record: StoredRecord): Promise<DeadLetter> {
  const decoded = record.value === null ? undefined : await wire.decode(record.value);
  if (decoded?.ok !== true || decoded.name !== 'dead-letter') {
    throw new UnreadableLedger(
      `${record.topic}-${record.partition} at ${record.offset} is no dead letter`,
    );
  }
  return withoutNulls(decoded.value) as unknown as DeadLetter;
}
