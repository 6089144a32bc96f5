/** The ports with a watch on every call: what is asked and answered stays as it is. */
import type { EventLog, Publisher } from '@vigil/event-log/port';
import type { WorkingSet } from '@vigil/working-set/port';
import type { ServerWatch } from './server-watch.ts';

/** The working set, each call to it watched. */
export function measuredWorkingSet(inner: WorkingSet, { measure }: ServerWatch): WorkingSet {
  return {
    shard: (shard) => measure('shard', () => inner.shard(shard)),
    incidents: (shard, ids) => measure('incidents', () => inner.incidents(shard, ids)),
    due: (shard, upTo, limit) => measure('due', () => inner.due(shard, upTo, limit)),
    outbox: (shard, limit) => measure('outbox', () => inner.outbox(shard, limit)),
    slots: (shard) => measure('slots', () => inner.slots(shard)),
    // As long as whoever reads takes its time: not a call to be timed.
    scan: (shard, limit) => inner.scan(shard, limit),
    commit: (shard, commit) => measure('commit', () => inner.commit(shard, commit)),
    sizes: (shard) => measure('sizes', () => inner.sizes(shard)),
    close: () => inner.close(),
  };
}

/** The event log, its short calls watched; reading is seen by the progress of the partitions. */
export function measuredLog<Log extends EventLog>(inner: Log, { measure }: ServerWatch): Log {
  return {
    ...inner,
    append: (topic, records) => measure('append', () => inner.append(topic, records)),
    offsets: (topic) => measure('offsets', () => inner.offsets(topic)),
    partitions: (topic) => measure('partitions', () => inner.partitions(topic)),
    async openPublisher(ownership): Promise<Publisher> {
      const publisher = await measure('open-publisher', () => inner.openPublisher(ownership));
      return {
        publish: (records) => measure('publish', () => publisher.publish(records)),
        close: () => publisher.close(),
      };
    },
  };
}
