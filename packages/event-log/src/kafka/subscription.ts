import { setTimeout as sleep } from 'node:timers/promises';
import type { Kafka } from 'kafkajs';
import { checkAlike } from '../checks.ts';
import { EventLogError } from '../errors.ts';
import { errorFields, type Log } from '../logger.ts';
import type { Running, Subscription } from '../port.ts';
import type { ClusterReader } from './cluster-reader.ts';
import type { Bounds } from './connection.ts';
import { isRefusal } from './failures.ts';
import { type Session, startSession } from './session.ts';

interface SubscriptionOptions {
  readonly newClient: () => Kafka;
  readonly reader: ClusterReader;
  readonly subscription: Subscription;
  readonly bounds: Bounds;
  readonly log: Log;
}

/** How long a consumer that failed rests before the next is made, in milliseconds; doubled in a row. */
const restMs = { first: 200, most: 15_000 } as const;

/** A consumer that lived so long had recovered: the next rest is short again, in milliseconds. */
const HEALTHY_MS = 60_000;

/**
 * Reads topics as a member of a group, with one consumer after another: whatever ends a consumer, except
 * a refusal by the brokers, is followed by a fresh one.
 *
 * @throws EventLogError `unknown-topic`, `partitions-differ` or `refused`.
 */
export async function subscribe(options: SubscriptionOptions): Promise<Running> {
  const { reader, subscription, bounds, log } = options;
  const counts = await Promise.all(subscription.topics.map((topic) => reader.partitions(topic)));
  checkAlike(subscription.topics, counts);

  const stopping = new AbortController();
  const given = Promise.withResolvers<never>();
  // Whoever does not watch for the end for good still has it in the log.
  given.promise.catch(() => undefined);
  const done = new Map<string, Promise<void>>();
  const held = new Set<number>();
  const begin = (): Promise<Session> =>
    startSession({ client: options.newClient(), reader, subscription, done, held, bounds, log });

  const first = await begin();
  const supervised = supervise(first);

  async function supervise(initial: Session): Promise<void> {
    let session: Session | undefined = initial;
    let rest: number = restMs.first;
    const stopped = new Promise<undefined>((resolve) => {
      stopping.signal.addEventListener('abort', () => resolve(undefined), { once: true });
    });
    while (!stopping.signal.aborted) {
      const begun = performance.now();
      let failure: unknown;
      try {
        session ??= await begin();
        failure = await Promise.race([session.failed, stopped]);
        if (failure === undefined) break;
        await session.abandon();
      } catch (error) {
        failure = error;
      }
      session = undefined;
      const fields = { group: subscription.group, ...errorFields(failure) };
      if (isRefusal(failure)) {
        log('error', 'The brokers refuse the consumer; it is given up', fields);
        given.reject(
          new EventLogError('refused', `Group ${subscription.group} cannot read.`, {
            cause: failure,
          }),
        );
        return;
      }
      if (performance.now() - begun > HEALTHY_MS) rest = restMs.first;
      log('warn', 'A consumer failed; another takes its place', { ...fields, restMs: rest });
      const { signal } = stopping;
      await sleep(rest, undefined, { signal }).catch(() => undefined);
      rest = Math.min(rest * 2, restMs.most);
    }
    await session?.finish();
  }

  return {
    failed: given.promise,
    async stop() {
      stopping.abort();
      await supervised;
      // Readers of consumers that failed earlier may still be at their last batch.
      await Promise.all(done.values());
    },
  };
}
