import {
  type Broker,
  type Cluster,
  type Kafka,
  type KafkaMessage,
  PartitionAssigners,
} from 'kafkajs';
import { EventLogError } from '../errors.ts';
import { topicFailure } from './failures.ts';

/** What one fetch of one partition brought. */
export interface Fetched {
  /** Committed records from the offset on. */
  readonly messages: readonly FetchedMessage[];
  /** The offset to go on from: past control records, aborted records and batches without records. */
  readonly next: bigint;
}

/** Asks the brokers about partitions without being a member of any group. */
export interface ClusterReader {
  /** The offset after the last record of each partition, transactions that are still open included. */
  ends(topics: readonly string[]): Promise<Map<string, Map<number, bigint>>>;
  /** The same of one partition of each topic. */
  endsOf(topics: readonly string[], partition: number): Promise<Map<string, bigint>>;
  /** The first kept offset and the end, by partition. */
  offsets(topic: string): Promise<Map<number, { first: bigint; end: bigint }>>;
  /** By partition the first offset stamped at or after an instant, in milliseconds, where there is one. */
  offsetsAt(topic: string, instant: number): Promise<Map<number, bigint>>;
  partitions(topic: string): Promise<number>;
  /** Fetches committed records of one partition; waits a moment when there are none. */
  fetch(topic: string, partition: number, from: bigint): Promise<Fetched>;
  close(): Promise<void>;
}

interface ReaderLimits {
  readonly fetchWaitMs: number;
  readonly fetchBytes: number;
}

/** Makes a reader; it connects at its first use, and again after a failure. */
export function clusterReader(client: Kafka, limits: ReaderLimits): ClusterReader {
  const cluster = clusterOf(client);
  let closed = false;

  async function ask<Answer>(topic: string, question: () => Promise<Answer>): Promise<Answer> {
    if (closed) throw new EventLogError('closed', 'The brokers cannot be asked.');
    try {
      await cluster.connect();
      return await question();
    } catch (first) {
      const failure = topicFailure(first, topic);
      if (failure instanceof EventLogError || closed) throw failure;
      // Leaders move and connections end; once with fresh metadata tells whether it is more than that.
      try {
        await cluster.connect();
        await cluster.refreshMetadata();
        return await question();
      } catch (second) {
        throw topicFailure(second, topic);
      }
    }
  }

  async function partitionsOf(topic: string): Promise<number[]> {
    await cluster.addTargetTopic(topic);
    await cluster.refreshMetadataIfNecessary();
    const found = cluster.findTopicPartitionMetadata(topic).map(({ partitionId }) => partitionId);
    if (found.length === 0) throw new EventLogError('unknown-topic', `There is no topic ${topic}.`);
    return found.sort((a, b) => a - b);
  }

  async function listOffsets(
    topics: readonly string[],
    place: { readonly fromBeginning: boolean } | { readonly fromTimestamp: number },
    only?: number,
  ): Promise<Map<string, Map<number, bigint>>> {
    const asked = [];
    for (const topic of topics) {
      const all = await partitionsOf(topic);
      const partitions = (only === undefined ? all : [only]).map((partition) => ({ partition }));
      asked.push({ topic, partitions, ...place });
    }
    const answers = await cluster.fetchTopicsOffset(asked);
    return new Map(
      answers.map(({ topic, partitions }) => [
        topic,
        new Map(partitions.map(({ partition, offset }) => [partition, BigInt(offset)])),
      ]),
    );
  }

  return {
    ends: (topics) => ask(topics.join(', '), () => listOffsets(topics, { fromBeginning: false })),
    endsOf: (topics, partition) =>
      ask(topics.join(', '), async () => {
        const all = await listOffsets(topics, { fromBeginning: false }, partition);
        return new Map(
          [...all].flatMap(([topic, ends]) => {
            const end = ends.get(partition);
            return end === undefined ? [] : [[topic, end] as const];
          }),
        );
      }),
    offsets: (topic) =>
      ask(topic, async () => {
        // The first before the end: records that go meanwhile must not put it past the end.
        const first = (await listOffsets([topic], { fromBeginning: true })).get(topic);
        const end = (await listOffsets([topic], { fromBeginning: false })).get(topic);
        return new Map(
          [...(end ?? [])].map(([partition, offset]) => [
            partition,
            { first: first?.get(partition) ?? 0n, end: offset },
          ]),
        );
      }),
    offsetsAt: (topic, instant) =>
      ask(topic, async () => {
        const found = (await listOffsets([topic], { fromTimestamp: instant })).get(topic);
        // Where no record is so late the brokers say -1.
        return new Map([...(found ?? [])].filter(([, offset]) => offset >= 0n));
      }),
    partitions: (topic) => ask(topic, async () => (await partitionsOf(topic)).length),
    fetch: (topic, partition, from) =>
      ask(topic, async () => {
        await partitionsOf(topic);
        const broker = await leaderOf(cluster, topic, partition);
        const { responses }: FetchResponse = await broker.fetch({
          isolationLevel: READ_COMMITTED,
          maxWaitTime: limits.fetchWaitMs,
          minBytes: 1,
          maxBytes: limits.fetchBytes,
          topics: [
            {
              topic,
              partitions: [{ partition, fetchOffset: String(from), maxBytes: limits.fetchBytes }],
            },
          ],
        });
        const [answer] = responses.flatMap(({ partitions }) => partitions);
        return answer === undefined ? { messages: [], next: from } : committed(answer, from);
      }),
    async close() {
      closed = true;
      await cluster.disconnect();
    },
  };
}

/**
 * A consumer of kafkajs hands its connection to its assigners, and the connection can do what neither
 * consumer nor admin offers: ask for all ends at once without stopping at open transactions, and fetch
 * without a group. The consumer itself is never started.
 */
export function clusterOf(client: Kafka): Cluster {
  const handed: Cluster[] = [];
  client.consumer({
    groupId: 'never-joined',
    readUncommitted: true,
    allowAutoTopicCreation: false,
    partitionAssigners: [
      (config) => {
        handed.push(config.cluster);
        return PartitionAssigners.roundRobin(config);
      },
    ],
  });
  const [cluster] = handed;
  if (cluster === undefined) throw new Error('kafkajs did not hand over its connection');
  return cluster;
}

async function leaderOf(cluster: Cluster, topic: string, partition: number): Promise<Broker> {
  const [nodeId] = Object.keys(cluster.findLeaderForPartitions(topic, [partition]));
  if (nodeId === undefined) {
    throw new EventLogError('unknown-topic', `There is no partition ${partition} of ${topic}.`);
  }
  return cluster.findBroker({ nodeId });
}

const READ_COMMITTED = 1;

interface FetchResponse {
  readonly responses: readonly { readonly partitions: readonly FetchedPartition[] }[];
}

/** As kafkajs decodes a fetch response from version 4 on. */
export interface FetchedPartition {
  readonly lastStableOffset: string;
  readonly abortedTransactions: readonly {
    readonly producerId: string;
    readonly firstOffset: string;
  }[];
  readonly messages: readonly FetchedMessage[];
}

export type FetchedMessage = KafkaMessage & {
  readonly isControlRecord: boolean;
  readonly batchContext: {
    readonly producerId: string;
    readonly inTransaction: boolean;
    /** 1: stamped by the broker as it was appended. */
    readonly timestampType: number;
  };
};

/**
 * Keeps the records of a fetch that are committed and at or after an offset.
 *
 * @returns them, and where to go on. A batch that compaction has emptied comes as nothing at all
 * although committed offsets follow: then the next offset is tried.
 */
export function committed(answer: FetchedPartition, from: bigint): Fetched {
  const messages: FetchedMessage[] = [];
  const aborted = answer.abortedTransactions
    .map(({ producerId, firstOffset }) => ({ producerId, firstOffset: BigInt(firstOffset) }))
    .sort((a, b) => (a.firstOffset < b.firstOffset ? -1 : 1));
  const aborting = new Set<string>();
  let next = from;
  let begun = 0;
  for (const message of answer.messages) {
    const offset = BigInt(message.offset);
    for (let one = aborted[begun]; one && one.firstOffset <= offset; one = aborted[begun]) {
      aborting.add(one.producerId);
      begun += 1;
    }
    const { producerId, inTransaction } = message.batchContext;
    if (message.isControlRecord) {
      if (isAbortMark(message.key)) aborting.delete(producerId);
    } else if (offset >= from && !(inTransaction && aborting.has(producerId))) {
      messages.push(message);
    }
    if (offset >= next) next = offset + 1n;
  }
  if (next === from && BigInt(answer.lastStableOffset) > from) next = from + 1n;
  return { messages, next };
}

/** The key of a control record is its version and its type; type 0 aborts. */
function isAbortMark(key: Buffer | null): boolean {
  return key !== null && key.length >= 4 && key.readInt16BE(2) === 0;
}
