import { signal } from '@preact/signals';
import type { QueueRow } from '@vigil/control-room/api/model';
import type { Api } from '../connection/api.ts';
import type { Pending } from '../state/pending.ts';
import { pending } from '../state/room.ts';

/** The API, once somebody is logged in. */
export const api = signal<Api | undefined>(undefined);

/** Acknowledges the row's alert; it shows as pending until the stream brings it back. */
export async function acknowledge(row: QueueRow, note: string): Promise<void> {
  const { alert } = row;
  if (alert === undefined) return;
  await sending(row, { kind: 'acknowledgement', alertId: alert.alertId }, async (server) => {
    const said = note.trim();
    await server.acknowledge(alert.alertId, {
      incidentId: row.incidentId,
      ...(said === '' ? {} : { note: said }),
    });
  });
}

export interface Silence {
  /** The incident alone, or everything of its target in its area. */
  readonly scope: 'incident' | 'area';
  readonly minutes: number;
  readonly reason: string;
}

/** Silences as asked. */
export async function silence(row: QueueRow, { scope, minutes, reason }: Silence): Promise<void> {
  const { incidentId, forceId, target, areaId } = row;
  await sending(row, { kind: 'silence' }, (server) =>
    server.silence({
      scope:
        scope === 'area' && areaId !== undefined ? { forceId, target, areaId } : { incidentId },
      minutes,
      reason,
    }),
  );
}

/** @throws ApiProblem when the server refuses; then nothing is pending */
async function sending(
  row: QueueRow,
  what: Omit<Pending, 'sentAt'>,
  send: (server: Api) => Promise<void>,
): Promise<void> {
  if (api.value === undefined) return;
  pending.value = new Map(pending.value).set(row.id, { ...what, sentAt: performance.now() });
  try {
    await send(api.value);
  } catch (error) {
    const rest = new Map(pending.value);
    rest.delete(row.id);
    pending.value = rest;
    throw error;
  }
}
