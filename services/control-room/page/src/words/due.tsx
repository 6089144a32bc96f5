import { coarse, now } from '../state/room.ts';
import { countdown } from './times.ts';

/** A countdown, or how long it is past, that counts by the server's clock. */
export function Due({ at }: { at: number }) {
  const { over, digits, words } = countdown(at, now.value, coarse.value);
  return (
    <span class={over ? 'due due-over' : 'due'}>
      <span aria-hidden="true">
        {over ? '+' : ''}
        {digits}
      </span>
      <span class="unseen">{over ? `overdue by ${words}` : `${words} left`}</span>
    </span>
  );
}

/** How much of the time allowed is used up: a bar that is full, and striped, when it is all gone. */
export function Used({ from, to }: { from: number; to: number }) {
  const share = to > from ? Math.min(1, Math.max(0, (now.value - from) / (to - from))) : 1;
  return (
    <span class={share >= 1 ? 'used used-up' : 'used'} aria-hidden="true">
      <span class="used-part" style={{ width: `${(share * 100).toFixed(1)}%` }} />
    </span>
  );
}
