import type { IncidentId } from '@vigil/domain/facts/fact';
import type { LedgerRecord, OpenBreach } from '@vigil/domain/ledger/alert';
import type { NewRecord, StoredRecord } from './log-record.ts';
import { type Wire, withoutNulls } from './wire.ts';

/** A record on a topic that only Vigil writes cannot be read: somebody else wrote it, or it is damaged. */
export class UnreadableLedger extends Error {
  override readonly name = 'UnreadableLedger';
  readonly code = 'VIGIL_LEDGER_UNREADABLE';
}

/** The record of the ledger for the alert topic, keyed by what it is about. */
export function encodeLedger(wire: Wire, record: LedgerRecord): NewRecord {
  const { kind, ...value } = record;
  return { key: ledgerKey(record), value: wire.encode(kind, value), headers: avro };
}

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
  const { name, value } = await decodeOwn(wire, record);
  switch (name) {
    case 'alert':
    case 'retraction':
    case 'confirmation':
    case 'feed-alert':
    case 'objective-alert':
      // Written by encodeLedger from a LedgerRecord and checked against its schema by Avro.
      return { kind: name, ...value } as unknown as LedgerRecord;
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
  const { name, value } = await decodeOwn(wire, record);
  if (name !== 'open-breach') throw new UnreadableLedger(`${placeOf(record)} is a ${name}`);
  return value as unknown as OpenBreach;
}

async function decodeOwn(wire: Wire, record: StoredRecord) {
  if (record.value === null) throw new UnreadableLedger(`${placeOf(record)} has no value`);
  const decoded = await wire.decode(record.value);
  if (!decoded.ok) throw new UnreadableLedger(`${placeOf(record)} ${decoded.detail}`);
  return { name: decoded.name, value: withoutNulls(decoded.value) };
}

const placeOf = ({ topic, partition, offset }: StoredRecord): string =>
  `${topic}-${partition} at ${offset}`;
