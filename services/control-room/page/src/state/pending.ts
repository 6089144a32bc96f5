import type { QueueRow } from '@vigil/control-room/api/model';

/** What somebody did here and the stream has not brought back yet. */
export interface Pending {
  readonly kind: 'acknowledgement' | 'silence';
  /** The alert that was acknowledged. */
  readonly alertId?: string;
  /** By the browser's monotonic clock, in milliseconds. */
  readonly sentAt: number;
}

/** An action comes back within a second; after this long the page says that it has not. */
export const slowAfterMs = 10_000;

/** Whether the row, as it came over the stream, shows what was done; a row that has gone does. */
export function isSettled(pending: Pending, row: QueueRow | undefined): boolean {
  if (row === undefined) return true;
  if (pending.kind === 'silence') return row.silenced !== undefined;
  const answered = row.alarm !== 'unacknowledged' && row.alarm !== 'returned-unacknowledged';
  return answered || row.alert?.alertId !== pending.alertId;
}
