import type { Kafka, Producer, TopicMessages } from 'kafkajs';
import { EventLogError } from '../errors.ts';
import { errorFields, type Log } from '../logger.ts';
import type { OutgoingRecord } from '../port.ts';
import type { Bounds } from './connection.ts';
import { topicFailure } from './failures.ts';
import { choosePartition } from './publisher.ts';
import { pieces, toMessage } from './records.ts';

/** Appends records outside of transactions. */
export interface Appender {
  append(topic: string, records: readonly OutgoingRecord[]): Promise<void>;
  close(): Promise<void>;
}

interface Waiting {
  readonly topic: string;
  readonly records: readonly OutgoingRecord[];
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Makes an appender over one idempotent producer. Requests go one after the other, and appends that
 * come meanwhile go together in the next: were two under way, a retry of kafkajs could give the sequence
 * numbers of the one to the other, and the broker would drop records as duplicates.
 */
export function appender(client: Kafka, bounds: Bounds, log: Log): Appender {
  let waiting: Waiting[] = [];
  let working: Promise<void> | undefined;
  let producer: Producer | undefined;
  let closed = false;

  async function connected(): Promise<Producer> {
    if (producer !== undefined) return producer;
    const fresh = client.producer({
      idempotent: true,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
      createPartitioner: choosePartition,
    });
    await fresh.connect();
    producer = fresh;
    return fresh;
  }

  async function drop(): Promise<void> {
    const old = producer;
    producer = undefined;
    await old?.disconnect().catch((error: unknown) => {
      log('debug', 'A producer did not disconnect in order', errorFields(error));
    });
  }

  async function work(): Promise<void> {
    while (waiting.length > 0) {
      const [topic, together] = takeTogether(waiting, bounds.batchRecords);
      waiting = waiting.slice(together.length);
      try {
        for (const piece of pieces(
          together.flatMap(({ records }) => records),
          bounds,
        )) {
          const messages: TopicMessages = { topic, messages: piece.map(toMessage) };
          await (await connected()).sendBatch({ acks: -1, topicMessages: [messages] });
        }
        for (const { resolve } of together) resolve();
      } catch (error) {
        // Its sequence numbers no longer tell what the log has: the next one starts afresh.
        await drop();
        const known = topicFailure(error, topic);
        const failure =
          known instanceof EventLogError
            ? known
            : new EventLogError('append-failed', `Appending to ${topic} failed.`, { cause: error });
        for (const { reject } of together) reject(failure);
      }
    }
    working = undefined;
  }

  return {
    append(topic, records) {
      if (closed) return Promise.reject(new EventLogError('closed', 'Nothing can be appended.'));
      if (records.length === 0) return Promise.resolve();
      if (waiting.length >= bounds.appendsWaiting) {
        const what = `${waiting.length} appends wait already.`;
        return Promise.reject(new EventLogError('append-failed', what));
      }
      return new Promise((resolve, reject) => {
        waiting.push({ topic, records, resolve, reject });
        working ??= Promise.resolve().then(work);
      });
    },
    async close() {
      closed = true;
      await working;
      await drop();
    },
  };
}

/** The first appends of the queue that are for one topic and fill one request. */
function takeTogether(waiting: readonly Waiting[], most: number): [string, Waiting[]] {
  const together: Waiting[] = [];
  const topic = waiting[0]?.topic ?? '';
  let count = 0;
  for (const one of waiting) {
    if (one.topic !== topic || (count > 0 && count + one.records.length > most)) break;
    together.push(one);
    count += one.records.length;
  }
  return [topic, together];
}
