import { signal } from '@preact/signals';
import type { QueueRow } from '@vigil/control-room/api/model';
import { mayAct, pending } from '../state/room.ts';
import { needsAnswer } from '../words/terms.ts';

/** The dialog that is open, if one is. */
export const asking = signal<
  | { readonly kind: 'acknowledge' | 'silence'; readonly row: QueueRow }
  | { readonly kind: 'help' }
  | undefined
>(undefined);

/** Asks for a note, where there is something to acknowledge and somebody who may. */
export function askAcknowledge(row: QueueRow | undefined): void {
  if (row === undefined || !mayAct.value || pending.value.has(row.id)) return;
  if (needsAnswer(row) && row.alert !== undefined) asking.value = { kind: 'acknowledge', row };
}

/** Asks for how long and why; the dialog says so when it may not be silenced. */
export function askSilence(row: QueueRow | undefined): void {
  if (row === undefined || !mayAct.value || pending.value.has(row.id)) return;
  if (row.phase !== 'cleared') asking.value = { kind: 'silence', row };
}

export function askNothing(): void {
  asking.value = undefined;
}
