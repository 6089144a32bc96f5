import { type StreamEvents, streamEvents } from '@vigil/control-room/api/model';
import { createParser, type EventSourceMessage } from 'eventsource-parser';
import { backOffMs } from './back-off.ts';
import { problemOf } from './problem.ts';

/** An event of the stream, checked. */
export type StreamEvent = {
  [K in keyof StreamEvents]: { readonly kind: K; readonly value: StreamEvents[K] };
}[keyof StreamEvents];

/** How the page is connected; `failed` ends it, as trying again would not help. */
export type Link =
  | { readonly kind: 'connecting' | 'live' }
  | { readonly kind: 'lost'; readonly reason: string; readonly retryInMs: number }
  | { readonly kind: 'failed'; readonly why: 'logged-out' | 'forbidden' | 'page-outdated' };

/** The server says its clock every few seconds: a connection this silent is dead, whatever TCP thinks. */
const silentForMs = 15_000;

interface Following {
  readonly token: () => string | undefined;
  readonly onEvent: (event: StreamEvent) => void;
  readonly onLink: (link: Link) => void;
  /** Called when the token is refused: resolves to true when there is a new one. */
  readonly renew: () => Promise<boolean>;
}

/**
 * Follows `GET /api/stream` for ever: after each loss it connects again, waiting longer each time, and
 * asks for what came after the last event it saw. `EventSource` can send no token, hence `fetch`.
 *
 * @returns what ends it
 */
export function follow(following: Following): () => void {
  const ended = new AbortController();
  void run(following, ended.signal);
  return () => ended.abort();
}

async function run({ token, onEvent, onLink, renew }: Following, ended: AbortSignal) {
  let lastId: string | undefined;
  let failures = 0;
  let renewed = false;
  onLink({ kind: 'connecting' });
  while (!ended.aborted) {
    let reason = 'the server ended the connection';
    const silence = new AbortController();
    let watchdog = setTimeout(() => silence.abort(), silentForMs);
    try {
      const response = await fetch('/api/stream', {
        headers: headersOf(token(), lastId),
        signal: AbortSignal.any([ended, silence.signal]),
        cache: 'no-store',
      });
      if (response.status === 401) {
        if (renewed || !(await renew())) return onLink({ kind: 'failed', why: 'logged-out' });
        renewed = true;
        continue;
      }
      if (response.status === 403) return onLink({ kind: 'failed', why: 'forbidden' });
      if (!response.ok || response.body === null) throw await problemOf(response);
      renewed = false;
      let outdated = false;
      const parser = createParser({
        onEvent: (message) => {
          const event = eventOf(message);
          if (event === undefined) {
            outdated = true;
            return;
          }
          if (message.id !== undefined) lastId = message.id;
          if (failures > 0 || event.kind === 'snapshot') failures = 0;
          onLink({ kind: 'live' });
          onEvent(event);
        },
      });
      for await (const text of response.body.pipeThrough(new TextDecoderStream())) {
        clearTimeout(watchdog);
        watchdog = setTimeout(() => silence.abort(), silentForMs);
        parser.feed(text);
        if (outdated) return onLink({ kind: 'failed', why: 'page-outdated' });
      }
    } catch (error) {
      if (ended.aborted) return;
      reason = silence.signal.aborted ? 'nothing was heard from the server' : wordsOf(error);
    } finally {
      clearTimeout(watchdog);
    }
    failures += 1;
    const retryInMs = backOffMs(failures, Math.random());
    onLink({ kind: 'lost', reason, retryInMs });
    await pause(retryInMs, ended);
  }
}

function headersOf(token: string | undefined, lastId: string | undefined) {
  return {
    accept: 'text/event-stream',
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    ...(lastId === undefined ? {} : { 'last-event-id': lastId }),
  };
}

/** The event that a message says; `undefined` when this page is too old to understand it. */
function eventOf({ event, data }: EventSourceMessage): StreamEvent | undefined {
  const value: unknown = JSON.parse(data);
  switch (event) {
    case 'snapshot':
      return checked('snapshot', streamEvents.snapshot.safeParse(value).data);
    case 'rows':
      return checked('rows', streamEvents.rows.safeParse(value).data);
    case 'raised':
      return checked('raised', streamEvents.raised.safeParse(value).data);
    case 'notices':
      return checked('notices', streamEvents.notices.safeParse(value).data);
    case 'figures':
      return checked('figures', streamEvents.figures.safeParse(value).data);
    case 'connection':
      return checked('connection', streamEvents.connection.safeParse(value).data);
    case 'clock':
      return checked('clock', streamEvents.clock.safeParse(value).data);
    default:
      return undefined;
  }
}

function checked<K, V>(kind: K, value: V | undefined): { kind: K; value: V } | undefined {
  return value === undefined ? undefined : { kind, value };
}

/** Browsers say `Failed to fetch` or worse for a server that is not there. */
function wordsOf(error: unknown): string {
  if (error instanceof TypeError) return 'the server cannot be reached';
  return error instanceof Error ? error.message : 'the connection broke';
}

/** Waits, but no longer than until the browser is online again. */
function pause(ms: number, ended: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      window.removeEventListener('online', done);
      ended.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    window.addEventListener('online', done);
    ended.addEventListener('abort', done);
  });
}
