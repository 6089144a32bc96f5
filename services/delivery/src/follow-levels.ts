import { setTimeout as delay } from 'node:timers/promises';
import type { OpenBreach } from '@vigil/domain/ledger/alert';
import type { Instant } from '@vigil/domain/time/instant';
import type { EventLog, LogRecord, Running } from '@vigil/event-log/port';
import type { Level } from './alertmanager.ts';
import type { Route } from './deliveries.ts';
import type { HttpRequest } from './http-request.ts';
import { DeliveryRefused } from './send.ts';
import type { Trail } from './trail.ts';

/** What it takes to keep one receiver told of what is in breach. */
export interface Levels {
  readonly log: Pick<EventLog, 'subscribe'>;
  readonly codec: {
    decodeOpenBreach(record: LogRecord): Promise<OpenBreach | undefined>;
    readonly topics: { readonly openBreaches: string };
  };
  readonly group: string;
  readonly routes: readonly Route[];
  readonly isMeantFor: (routes: readonly Route[], breach: OpenBreach) => boolean;
  readonly clock: () => Instant;
  readonly requestOf: (levels: readonly Level[]) => HttpRequest;
  readonly send: (request: HttpRequest) => Promise<void>;
  readonly trail: Trail;
  readonly tellEveryMs: number;
  readonly signal: AbortSignal;
}

/** Breaches that are told in one request. */
const together = 500;

/**
 * Keeps a receiver told of what is in breach: each change at once, and everything again and again, so
 * that whatever either side forgets is told anew. It reads what is in breach from the start of the
 * topic, which holds nothing else; there is no progress that could be lost. An end is told until it was
 * taken.
 */
export async function followLevels(levels: Levels): Promise<Running> {
  const { log, codec, routes, isMeantFor, clock, signal } = levels;
  const known = new Map<string, Level>();
  const changed = new Set<string>();
  const running = await log.subscribe({
    ...{ group: levels.group, topics: [codec.topics.openBreaches], maxBatchRecords: 1_000 },
    handlers: {
      assigned: async () => undefined,
      revoked() {},
      async batch({ records }) {
        for (const record of records) {
          const key = record.key?.toString() ?? '';
          const breach = await codec.decodeOpenBreach(record);
          const before = known.get(key);
          if (breach !== undefined && isMeantFor(routes, breach)) known.set(key, { breach });
          else if (before !== undefined) known.set(key, { ...before, endedAt: clock() });
          else continue;
          changed.add(key);
        }
      },
      async caughtUp() {
        await tell([...changed], known, levels);
        for (const key of changed) changed.delete(key);
      },
    },
  });
  const telling = (async () => {
    while (!signal.aborted) {
      await delay(levels.tellEveryMs, undefined, { signal }).catch(() => {});
      if (!signal.aborted) await tell([...known.keys()], known, levels);
    }
  })();
  return {
    failed: Promise.race([running.failed, telling.then(() => new Promise<never>(() => {}))]),
    async stop() {
      await running.stop();
      await telling.catch(() => {});
    },
  };
}

async function tell(
  keys: readonly string[],
  known: Map<string, Level>,
  { requestOf, send, trail, clock }: Levels,
): Promise<void> {
  for (let i = 0; i < keys.length; i += together) {
    const some = keys.slice(i, i + together).flatMap((key) => {
      const level = known.get(key);
      return level === undefined ? [] : [{ key, level }];
    });
    if (some.length === 0) continue;
    try {
      await send(requestOf(some.map(({ level }) => level)));
      trail.told(some.length);
    } catch (error) {
      // It is told again with the next round; nothing of it is lost.
      if (!(error instanceof DeliveryRefused)) throw error;
      trail.refused(`${some.length} breaches at ${clock()}`, error.status);
      continue;
    }
    for (const { key, level } of some) {
      if (level.endedAt !== undefined && known.get(key) === level) known.delete(key);
    }
  }
}
