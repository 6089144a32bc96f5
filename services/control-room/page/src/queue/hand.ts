import { signal } from '@preact/signals';
import type { Heights } from '../state/order.ts';

/** Where somebody's hand is in the queue. */

/** The row that has the keyboard's focus. */
export const focused = signal<string | undefined>(undefined);
/** The row that had it last: Tab comes back to it. */
export const current = signal<string | undefined>(undefined);
/** The row that is to have it, once it is in the document. */
export const wantsFocus = signal<string | undefined>(undefined);
/** Where the pointer is over the list, in pixels from the window's top; a parked one counts as none. */
export const pointerY = signal<number | undefined>(undefined);

/** A pointer that has not moved for so long is parked, not reading. */
const parkedAfterMs = 8_000;
let parked: ReturnType<typeof setTimeout> | undefined;

export function movePointer(clientY: number | undefined): void {
  clearTimeout(parked);
  pointerY.value = clientY;
  if (clientY !== undefined) parked = setTimeout(() => movePointer(undefined), parkedAfterMs);
}

const phone = window.matchMedia('(max-width: 760px)');

/** Rows are of one height each, so that five thousand are placed without measuring any. */
function heightsNow(): Heights {
  return phone.matches ? { row: 88, heading: 34 } : { row: 54, heading: 30 };
}

export const heights = signal(heightsNow());
phone.addEventListener('change', () => {
  heights.value = heightsNow();
});
