import type { Kafka, Producer, TopicMessages, Transaction } from 'kafkajs';
import { EventLogError } from '../errors.ts';
import { errorFields, type Log } from '../logger.ts';
import { partitionOf } from '../partitioner.ts';
import { type OutgoingRecord, type Publisher, PublishUnknown } from '../port.ts';
import type { Bounds } from './connection.ts';
import { fenced, isFencing, isRefusal } from './failures.ts';
import { pieces, toMessage } from './records.ts';

interface PublisherOptions {
  readonly client: Kafka;
  readonly topic: string;
  readonly partition: number;
  readonly transactionalId: string;
  /** The offset after the last record of the partition owned. */
  readonly endOf: () => Promise<bigint>;
  readonly bounds: Bounds;
  readonly log: Log;
}

type Published = OutgoingRecord & { readonly topic: string };

/**
 * Opens the transactional producer of a partition. When it resolves an earlier owner is fenced off,
 * and what that one left open is aborted.
 *
 * A publisher that failed once is done: kafkajs counts the records of a failed request as not sent, and
 * would give their sequence numbers to others, which the broker then takes for duplicates.
 */
export async function openPublisher(options: PublisherOptions): Promise<Publisher> {
  const { client, topic, partition, transactionalId, bounds, log } = options;
  const name = `${topic}/${partition}`;
  const producer = client.producer({
    transactionalId,
    idempotent: true,
    maxInFlightRequests: 1,
    transactionTimeout: bounds.transactionMs,
    allowAutoTopicCreation: false,
    createPartitioner: choosePartition,
  });
  let end: bigint;
  try {
    await producer.connect();
    // kafkajs asks for its epoch, which is what fences, only when a transaction begins.
    await (await producer.transaction()).abort();
    end = await options.endOf();
  } catch (error) {
    await disconnect(producer, log);
    if (isFencing(error)) throw fenced(name, error);
    if (isRefusal(error)) {
      throw new EventLogError('refused', `${name} cannot be published to.`, { cause: error });
    }
    throw error;
  }

  let usable = true;
  let last: Promise<unknown> = Promise.resolve();

  async function publish(records: readonly Published[]): Promise<bigint> {
    if (!usable) throw new EventLogError('publisher-closed', `The publisher of ${name} is closed.`);
    if (records.length === 0) return end;
    let transaction: Transaction | undefined;
    try {
      transaction = await producer.transaction();
      const sent = await send(transaction, records, partition, bounds, topic);
      await transaction.commit();
      end = sent ?? end;
      return end;
    } catch (error) {
      usable = false;
      throw await failed(name, transaction, error);
    }
  }

  return {
    publish(records) {
      // One transaction at a time is all a producer can have.
      const result = last.then(() => publish(records));
      last = result.catch(() => undefined);
      return result;
    },
    async close() {
      usable = false;
      await last;
      await disconnect(producer, log);
    },
  };
}

/** Sends records in a transaction and says where the owned partition then ends. */
async function send(
  transaction: Transaction,
  records: readonly Published[],
  partition: number,
  bounds: Bounds,
  owned: string,
): Promise<bigint | undefined> {
  let end: bigint | undefined;
  for (const piece of pieces(records, bounds)) {
    const byTopic = new Map<string, TopicMessages>();
    for (const record of piece) {
      const messages = byTopic.get(record.topic)?.messages ?? [];
      messages.push(toMessage({ ...record, partition }));
      byTopic.set(record.topic, { topic: record.topic, messages });
    }
    const answers = await transaction.sendBatch({
      acks: ALL_REPLICAS,
      topicMessages: [...byTopic.values()],
    });
    const answer = answers.find(({ topicName }) => topicName === owned);
    const count = byTopic.get(owned)?.messages.length ?? 0;
    if (answer?.baseOffset !== undefined) end = BigInt(answer.baseOffset) + BigInt(count);
  }
  return end;
}

const ALL_REPLICAS = -1;

/** What to tell the caller of a publication that failed: fenced, refused, or not known. */
async function failed(
  name: string,
  transaction: Transaction | undefined,
  error: unknown,
): Promise<Error> {
  if (isFencing(error)) return fenced(name, error);
  // While the commit was not asked for nothing can have been published; only its answer can get lost.
  if (transaction?.isActive() === true) {
    const aborted = await transaction.abort().then(
      () => true,
      (cause: unknown) => (isFencing(cause) ? fenced(name, cause) : false),
    );
    if (aborted instanceof Error) return aborted;
    if (aborted && isRefusal(error)) {
      return new EventLogError('publish-refused', `${name} was not published to.`, {
        cause: error,
      });
    }
  }
  return new PublishUnknown(
    `The brokers did not say whether ${name} was published to. Open another publisher and read the end of the partition.`,
    { cause: error },
  );
}

async function disconnect(producer: Producer, log: Log): Promise<void> {
  await producer.disconnect().catch((error: unknown) => {
    log('debug', 'A producer did not disconnect in order', errorFields(error));
  });
}

/** The partitioner of both adapters, in the form that kafkajs wants. */
export function choosePartition(): (choice: {
  readonly partitionMetadata: readonly unknown[];
  readonly message: { readonly key?: Buffer | string | null; readonly partition?: number };
}) => number {
  return ({ partitionMetadata, message }) =>
    message.partition ?? partitionOf(message.key ?? '', partitionMetadata.length);
}
