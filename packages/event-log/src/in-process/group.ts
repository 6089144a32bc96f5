import { assignPartitions } from '../assignment.ts';
import type { Log } from '../logger.ts';
import { type PartitionReader, readPartition } from '../partition-reader.ts';
import type { Running, Subscription } from '../port.ts';
import type { StoredPartition } from './partition.ts';
import { inProcessSource } from './source.ts';

interface Member {
  readonly id: string;
  readonly subscription: Subscription;
  readonly readers: Map<string, { readonly partition: number; readonly reader: PartitionReader }>;
}

/** A consumer group of this process: its members share the partitions of its topics. */
export interface InProcessGroup {
  join(subscription: Subscription): Running;
}

interface GroupOptions {
  readonly partitionsOf: (topic: string) => readonly StoredPartition[];
  readonly caughtUpEveryMs: number;
  readonly clock: () => number;
  readonly log: Log;
}

/** Makes a group without members. */
export function inProcessGroup(options: GroupOptions): InProcessGroup {
  const members = new Map<string, Member>();
  /** When the last reader of each topic partition is done, so that two never read at once. */
  const done = new Map<string, Promise<void>>();
  let joined = 0;

  function rebalance(): void {
    if (members.size === 0) return;
    const all = [...members.values()];
    const topics = new Set(all.flatMap(({ subscription }) => subscription.topics));
    const most = Math.max(...[...topics].map((topic) => options.partitionsOf(topic).length));
    const shares = assignPartitions(
      all.map(({ id, readers }) => ({
        id,
        owned: [...readers.values()].map(({ partition }) => partition),
      })),
      most,
    );
    for (const member of all) giveUp(member, shares.get(member.id) ?? []);
    for (const member of all) takeUp(member, shares.get(member.id) ?? []);
  }

  function giveUp(member: Member, share: readonly number[]): void {
    for (const [name, { partition, reader }] of member.readers) {
      if (share.includes(partition)) continue;
      reader.take();
      member.readers.delete(name);
    }
  }

  function takeUp({ subscription, readers }: Member, share: readonly number[]): void {
    const { handlers, maxBatchRecords } = subscription;
    for (const topic of subscription.topics) {
      for (const partition of share) {
        const name = `${topic}/${partition}`;
        const stored = options.partitionsOf(topic)[partition];
        if (stored === undefined || readers.has(name)) continue;
        const { caughtUpEveryMs, clock, log } = options;
        const source = inProcessSource({ name, stored, maxBatchRecords, caughtUpEveryMs, clock });
        const reader = readPartition({
          topic,
          partition,
          handlers,
          source,
          after: done.get(name),
          isMember: () => true,
          log,
        });
        readers.set(name, { partition, reader });
        done.set(name, reader.done.finally(source.close));
      }
    }
  }

  return {
    join(subscription) {
      joined += 1;
      const member: Member = { id: `member-${joined}`, subscription, readers: new Map() };
      members.set(member.id, member);
      rebalance();
      return {
        failed: new Promise<never>(() => {}),
        async stop() {
          members.delete(member.id);
          const readers = [...member.readers.values()];
          for (const { reader } of readers) reader.finish();
          rebalance();
          await Promise.all(readers.map(({ reader }) => reader.done));
        },
      };
    },
  };
}
