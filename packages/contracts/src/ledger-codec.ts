import type { IncidentId } from '@vigil/domain/facts/fact';
import type { LedgerRecord, OpenBreach } from '@vigil/domain/ledger/alert';
import type { NewRecord, StoredRecord } from './log-record.ts';
import type { RecordName } from './records.ts';
import { type Wire, withoutNulls } from './wire.ts';

/** A record on a topic that only Vigil writes cannot be read: somebody else wrote it, or it is damaged. */
export class UnreadableLedger extends Error {
  override readonly name = 'UnreadableLedger';
  readonly code = 'VIGIL_LEDGER_UNREADABLE';
}

/** What a record of the ledger says, as plain JSON: `kind`, and its fields as they were written. */
export type LedgerContent = Readonly<Record<string, unknown>>;

/** A record for the alert topic with what its bytes say, which is what the chain is about. */
export interface NewLedgerRecord extends NewRecord {
  readonly value: Buffer;
  readonly content: LedgerContent;
}

/** The record of the ledger for the alert topic, keyed by what it is about. */
export function encodeLedger(wire: Wire, record: LedgerRecord): NewLedgerRecord {
  const { kind, ...fields } = record;
  const value = wire.encode(kind, fields);
  // From the bytes: nothing is hashed that a reader would not find there.
  const content = contentOf(kind, wire.decodeOwn(kind, value));
  return { key: ledgerKey(record), value, headers: avro, content };
}

const contentOf = (
  kind: LedgerRecord['kind'],
  value: Readonly<Record<string, unknown>>,
): LedgerContent => ({ kind, ...withoutNulls(value) });

const avro = { 'content-type': 'application/avro' };

function ledgerKey(record: LedgerRecord): string {
  if (record.kind === 'feed-alert') return record.source;
  if (record.kind === 'objective-alert') return `${record.objective}|${record.forceId}`;
  return record.incidentId;
}

/**
 * Reads a record of the alert topic.
 * @throws UnreadableLedger when it is none; SchemaUnavailable when the registry cannot be asked.
 */
export async function decodeLedger(wire: Wire, record: StoredRecord): Promise<LedgerRecord> {
  const { name, value } = await readOwn(record, wire.decode);
  // Written by encodeLedger from a LedgerRecord and checked against its schema by Avro.
  return { kind: kindOf(name, record), ...withoutNulls(value) } as unknown as LedgerRecord;
}

/**
 * Reads what a record of the alert topic said when it was written, with the schema of then: the form in
 * which it was hashed.
 * @throws as decodeLedger.
 */
export async function decodeLedgerContent(
  wire: Wire,
  record: StoredRecord,
): Promise<LedgerContent> {
  const { name, value } = await readOwn(record, wire.decodeAsWritten);
  return contentOf(kindOf(name, record), value);
}

function kindOf(name: RecordName, record: StoredRecord): LedgerRecord['kind'] {
  switch (name) {
    case 'alert':
    case 'retraction':
    case 'confirmation':
    case 'feed-alert':
    case 'objective-alert':
      return name;
    default:
      throw new UnreadableLedger(`${placeOf(record)} is a ${name}, which is not of the ledger`);
  }
}

/** The key of an open breach on the compacted topic. */
export const openBreachKey = (incidentId: IncidentId, target: string): string =>
  `${incidentId}|${target}`;

/** What is in breach now; none takes it off the compacted topic. */
export function encodeOpenBreach(
  wire: Wire,
  incidentId: IncidentId,
  target: string,
  breach: OpenBreach | null,
): NewRecord {
  const key = openBreachKey(incidentId, target);
  return { key, value: breach === null ? null : wire.encode('open-breach', breach), headers: avro };
}

/** Reads the value of an open breach; none where it was taken off. @throws as decodeLedger. */
export async function decodeOpenBreach(
  wire: Wire,
  record: StoredRecord,
): Promise<OpenBreach | undefined> {
  if (record.value === null) return undefined;
  const { name, value } = await readOwn(record, wire.decode);
  if (name !== 'open-breach') throw new UnreadableLedger(`${placeOf(record)} is a ${name}`);
  return withoutNulls(value) as unknown as OpenBreach;
}

async function readOwn(record: StoredRecord, decode: Wire['decode']) {
  if (record.value === null) throw new UnreadableLedger(`${placeOf(record)} has no value`);
  const decoded = await decode(record.value);
  if (!decoded.ok) throw new UnreadableLedger(`${placeOf(record)} ${decoded.detail}`);
  return decoded;
}

const placeOf = ({ topic, partition, offset }: StoredRecord): string =>
  `${topic}-${partition} at ${offset}`;
