import type { EventLog } from '@vigil/event-log/port';

/** Between two questions, in milliseconds. */
const everyMs = 2_000;

/**
 * Asks the brokers something small again and again: a consumer that lost them has no partitions, and
 * from an instance that has none nothing else would show that they are away.
 *
 * @param log - watched, so that what comes of it is known there.
 * @returns ends it.
 */
export function probe(log: Pick<EventLog, 'offsets'>, topic: string): () => void {
  let asking = false;
  const timer = setInterval(() => {
    if (asking) return;
    asking = true;
    log
      .offsets(topic)
      .catch(() => undefined)
      .finally(() => {
        asking = false;
      });
  }, everyMs);
  timer.unref();
  return () => clearInterval(timer);
}
