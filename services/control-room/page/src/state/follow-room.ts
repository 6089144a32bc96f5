import { batch } from '@preact/signals';
import type { Login } from '../connection/login.ts';
import { follow, type StreamEvent } from '../connection/stream.ts';
import { sayAlarms, saySummary } from './attention.ts';
import { instantAt } from './clock.ts';
import { isSettled } from './pending.ts';
import { applyEvents } from './picture.ts';
import { clock, lastHeardAt, link, now, pending, picture, summary } from './room.ts';

/** Events that come together are painted together; nobody sees a fiftieth of a second. */
const togetherMs = 20;
/** How often the page asks whether a countdown shows another digit. */
const tickMs = 100;

/** Follows the stream and keeps the room's signals by it, for as long as the page lives. */
export function followRoom(login: Login): void {
  let waiting: StreamEvent[] = [];

  function take(event: StreamEvent) {
    if (event.kind === 'snapshot') hear(event.value.clock);
    if (event.kind === 'clock') hear(event.value);
    if (waiting.length === 0) setTimeout(show, togetherMs);
    waiting.push(event);
  }

  function show() {
    const events = waiting;
    waiting = [];
    batch(() => {
      picture.value = applyEvents(picture.value, events);
      settle();
      tick();
      lastHeardAt.value = now.value;
    });
    for (const event of events) {
      if (event.kind !== 'raised') continue;
      if (event.value.kind === 'alarms') sayAlarms(event.value.rows);
      else {
        summary.value = event.value;
        saySummary(event.value);
      }
    }
  }

  follow({
    token: login.token,
    renew: login.renew,
    onEvent: take,
    onLink: (state) => {
      link.value = state;
    },
  });
  setInterval(tick, tickMs);
}

function hear(heard: { now: number; speed: number }) {
  clock.value = { ...heard, heardAt: performance.now() };
}

/** Moves `now` on when a second of the server's has passed, in a fast rehearsal at each tick. */
function tick() {
  if (clock.value === undefined) return;
  const instant = instantAt(clock.value, performance.now());
  if (Math.floor(instant / 1000) !== Math.floor(now.value / 1000)) now.value = instant;
}

function settle() {
  const open = [...pending.value].filter(
    ([id, what]) => !isSettled(what, picture.value?.rows.get(id)),
  );
  if (open.length !== pending.value.size) pending.value = new Map(open);
}
