import type { Action, AlertSilenced } from '@vigil/domain/ledger/action';
import type { NewRecord, StoredRecord } from './log-record.ts';
import { type Wire, withoutNulls } from './wire.ts';

/**
 * The record of an action for `control-room-actions`. It is keyed by its incident; a silence of a target
 * in an area by force, target and area, so that those of one area stay in order.
 */
export function encodeAction(wire: Wire, action: Action): NewRecord {
  const { kind, ...fields } = action;
  const key = kind === 'alert-silenced' ? silenceKey(action) : action.incidentId;
  return { key, value: wire.encode(kind, fields), headers: { 'content-type': 'application/avro' } };
}

function silenceKey({ incidentId, forceId, target, areaId }: AlertSilenced): string {
  return incidentId ?? [forceId, target, areaId].map((part) => part ?? '').join('|');
}

/**
 * Reads an action.
 *
 * @returns none when the record is no action.
 * @throws SchemaUnavailable when its schema cannot be asked for.
 */
export async function decodeAction(wire: Wire, record: StoredRecord): Promise<Action | undefined> {
  const decoded = record.value === null ? undefined : await wire.decode(record.value);
  if (decoded?.ok !== true) return undefined;
  const { name, value } = decoded;
  if (name !== 'alert-acknowledged' && name !== 'alert-silenced') return undefined;
  // Checked against its schema by Avro.
  return { kind: name, ...withoutNulls(value) } as unknown as Action;
}
