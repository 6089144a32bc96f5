import { computed, signal } from '@preact/signals';
import type { Me, Session, StreamEvents } from '@vigil/control-room/api/model';
import { byUrgency } from '@vigil/domain/queue/rank';
import type { Link } from '../connection/stream.ts';
import { wallClock } from '../words/times.ts';
import { blurSpeed, type HeardClock } from './clock.ts';
import { matches } from './filter.ts';
import { glanceAt } from './order.ts';
import type { Pending } from './pending.ts';
import type { Picture } from './picture.ts';
import { place } from './place.ts';

/** Everything that the page shows, besides what the address says and this browser remembers. */
export const session = signal<Session | undefined>(undefined);
export const me = signal<Me | undefined>(undefined);
export const link = signal<Link>({ kind: 'connecting' });
export const picture = signal<Picture | undefined>(undefined);
export const clock = signal<HeardClock | undefined>(undefined);
/** The server's instant, moved on as often as a countdown changes. */
export const now = signal(0);
/** By the server's clock: when the stream last said anything. */
export const lastHeardAt = signal<number | undefined>(undefined);
/** By row. */
export const pending = signal<ReadonlyMap<string, Pending>>(new Map());
/** What was found at switch-on or after an outage, until it is put away. */
export const summary = signal<Extract<StreamEvents['raised'], { kind: 'summary' }> | undefined>(
  undefined,
);

export const wall = computed(() => wallClock(me.value?.policy.timeZone ?? 'Europe/London'));
export const coarse = computed(() => (clock.value?.speed ?? 1) > blurSpeed);
export const mayAct = computed(() => me.value?.roles.includes('operator') === true);

const allRanked = computed(() => [...(picture.value?.rows.values() ?? [])].sort(byUrgency));
/** The rows asked for, in the order of the queue, the long-standing among them. */
const asked = computed(() => allRanked.value.filter((row) => matches(row, place.value.filters)));
/** The rows of the queue, or of the digest when that is open. */
export const shown = computed(() => {
  const digest = place.value.filters.longStanding === true;
  return asked.value.filter(({ longStanding }) => longStanding === digest);
});
/** Rows that filters hide. */
export const hidden = computed(() =>
  allRanked.value.filter((row) => !matches(row, place.value.filters)),
);
export const glance = computed(() => glanceAt(asked.value));

/** Since when the picture may be wrong, and why; `undefined` while it is current. */
export const stale = computed((): { since: number | undefined; why: string } | undefined => {
  if (link.value.kind === 'lost') {
    return { since: lastHeardAt.value, why: `${link.value.reason}; trying again` };
  }
  if (link.value.kind === 'failed')
    return { since: lastHeardAt.value, why: failedWords[link.value.why] };
  const connection = picture.value?.connection;
  if (connection?.staleSince === undefined) return undefined;
  return { since: connection.staleSince, why: behindWords(connection) };
});

const failedWords = {
  'logged-out': 'the log-in has ended',
  forbidden: 'you may not see this control room',
  'page-outdated': 'the server is newer than this page',
} as const;

function behindWords({ log, workingSet }: Picture['connection']): string {
  const parts = [...(log.ok ? [] : ['the log']), ...(workingSet.ok ? [] : ['the working set'])];
  return parts.length === 0
    ? 'the server is catching up'
    : `the server cannot reach ${parts.join(' and ')}; it goes on trying`;
}
