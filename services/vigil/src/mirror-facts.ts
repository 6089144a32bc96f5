import type { TopicNames } from '@vigil/contracts/topics';
import { inputTopics } from '@vigil/domain/facts/fact';
import type { KafkaLog } from '@vigil/event-log/kafka/log';
import type { Running } from '@vigil/event-log/port';

/** What is copied, and to where. */
export interface Mirror {
  readonly log: Pick<KafkaLog, 'subscribe' | 'append' | 'offsets' | 'committed'>;
  readonly from: TopicNames;
  readonly to: TopicNames;
  /** Notes how far it came: the next run goes on from there. */
  readonly group: string;
  /** Called with what was copied since the last call. */
  readonly copied: (records: number) => void;
  /** Called once, when all topics have been read to their end. */
  readonly level: () => void;
}

const maxBatchRecords = 1_000;

/**
 * Copies the records of one deployment's input topics to those of another, byte for byte, each to the
 * partition that its key has there: the two may have different numbers of partitions. Records with one key
 * keep their order. What was copied since the group last noted its place is copied again after a crash; the
 * services take a repeated fact for what it is.
 */
export async function mirrorFacts({
  log,
  from,
  to,
  group,
  copied,
  level,
}: Mirror): Promise<Running> {
  const target = new Map(inputTopics.map((input) => [from.input[input], to.input[input]]));
  const behind = new Set<string>();
  for (const topic of target.keys()) {
    for (const partition of (await log.offsets(topic)).keys()) behind.add(`${topic} ${partition}`);
  }
  return log.subscribe({
    ...{ group, maxBatchRecords, topics: [...target.keys()] },
    handlers: {
      assigned: async (topic, partition) => (await log.committed(group, topic)).get(partition),
      revoked() {},
      async batch({ topic, records }) {
        const there = target.get(topic);
        if (there === undefined) throw new Error(`${topic} is not mirrored`);
        await log.append(
          there,
          records.map(({ key, value, headers }) => ({ key, value, headers })),
        );
        copied(records.length);
      },
      async caughtUp(topic, partition) {
        if (behind.delete(`${topic} ${partition}`) && behind.size === 0) level();
      },
    },
  });
}
