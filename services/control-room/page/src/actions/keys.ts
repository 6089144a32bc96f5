import { current, focused, wantsFocus } from '../queue/hand.ts';
import { closeIncident, go, openIncident, place } from '../state/place.ts';
import { singleKeys } from '../state/preferences.ts';
import { picture, shown } from '../state/room.ts';
import { askAcknowledge, asking, askSilence } from './ask.ts';

/** The keys as the help shows them. */
export const keys = [
  { shown: 'j, ↓', does: 'next row' },
  { shown: 'k, ↑', does: 'row before' },
  { shown: 'Home, End', does: 'first and last row' },
  { shown: 'Enter', does: 'the story of the incident' },
  { shown: 'a', does: 'acknowledge' },
  { shown: 's', does: 'silence' },
  { shown: '/', does: 'find an incident by its number' },
  { shown: 'q, f, n', does: 'queue, figures, notices' },
  { shown: 'Escape', does: 'close the story' },
  { shown: '?', does: 'this help' },
] as const;

/** Listens for keys, for as long as the page lives. */
export function listenToKeys(): void {
  window.addEventListener('keydown', (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey) return;
    if (asking.value !== undefined || isTyping(event.target)) return;
    if (isLetter(event.key) && singleKeys.value === 'off') return;
    if (act(event.key)) event.preventDefault();
  });
}

/** @returns whether the key meant something */
function act(key: string): boolean {
  switch (key) {
    case 'j':
      return move(1);
    case 'k':
      return move(-1);
    case 'ArrowDown':
      return inQueue() && move(1);
    case 'ArrowUp':
      return inQueue() && move(-1);
    case 'PageDown':
      return inQueue() && move(page);
    case 'PageUp':
      return inQueue() && move(-page);
    case 'Home':
      return inQueue() && move(Number.NEGATIVE_INFINITY);
    case 'End':
      return inQueue() && move(Number.POSITIVE_INFINITY);
    case 'Enter': {
      const row = picture.value?.rows.get(focused.value ?? '');
      if (row === undefined) return false;
      openIncident(row.incidentId);
      return true;
    }
    case 'a':
      askAcknowledge(chosen());
      return true;
    case 's':
      askSilence(chosen());
      return true;
    case 'Escape':
      if (place.value.incident === undefined) return false;
      leaveStory();
      return true;
    case '/':
      go({ ...place.value, view: 'queue' });
      requestAnimationFrame(() => document.getElementById('filter-text')?.focus());
      return true;
    case '?':
      asking.value = { kind: 'help' };
      return true;
    case 'q':
      go({ ...place.value, view: 'queue' });
      return true;
    case 'f':
      go({ ...place.value, view: 'figures' });
      return true;
    case 'n':
      go({ ...place.value, view: 'notices' });
      return true;
    default:
      return false;
  }
}

const page = 8;

/** Closes the story; the focus goes back to the row it was opened from. */
export function leaveStory(): void {
  closeIncident();
  wantsFocus.value = current.value;
}

function inQueue(): boolean {
  return focused.value !== undefined;
}

/** Moves the focus by rows; from outside the queue to the row that had it last, or the first. */
function move(by: number): boolean {
  const rows = shown.value;
  if (place.value.view !== 'queue' || rows.length === 0) return false;
  const at = rows.findIndex(({ id }) => id === current.value);
  const next = focused.value === undefined ? Math.max(0, at) : clamp(at + by, rows.length - 1);
  wantsFocus.value = rows[next]?.id;
  return true;
}

function clamp(index: number, last: number): number {
  return Math.max(0, Math.min(last, index));
}

/** The row that the keys act on: the focused one, or the worst of the incident that is open. */
function chosen() {
  const row = picture.value?.rows.get(focused.value ?? '');
  if (row !== undefined || focused.value !== undefined) return row;
  return shown.value.find(({ incidentId }) => incidentId === place.value.incident);
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches('input, select, textarea');
}

function isLetter(key: string): boolean {
  return key.length === 1;
}
