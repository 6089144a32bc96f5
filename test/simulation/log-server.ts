import { EventLogError } from '@vigil/event-log/errors';
import { partitionOf } from '@vigil/event-log/partitioner';
import type { LogRecord, OutgoingRecord } from '@vigil/event-log/port';
import { Fenced } from '@vigil/event-log/port';
import { bounds } from './faults.ts';
import type { Scheduler } from './scheduler.ts';

/** A record as the brokers keep it; where a control record stands, there is none. */
export interface StoredRecord {
  readonly record: LogRecord;
  /** Only committed ones are read. */
  state: 'open' | 'committed' | 'aborted';
  /** The true time at which readers could have it. */
  committedAt: number;
}
type Entry = StoredRecord | 'control';

/** The brokers: partitions, transactions and the epochs that fence. Every call is one step. */
export interface LogServer {
  partitions(topic: string): number;
  append(topic: string, records: readonly OutgoingRecord[]): readonly LogRecord[];
  /** A new epoch of a producer; what an earlier one left open is aborted. */
  openProducer(id: string): number;
  /** @returns the offset after the last record on the owned topic. @throws Fenced */
  produce(
    producer: Producer,
    records: readonly (OutgoingRecord & { readonly topic: string })[],
  ): bigint;
  commit(producer: Producer): void;
  abort(producer: Producer): void;
  /** Committed records from an offset on. */
  fetch(topic: string, partition: number, from: bigint, most: number): Fetched;
  end(topic: string, partition: number): bigint;
  /** Every committed record, for whoever looks at it from outside. */
  committed(topic: string, partition: number): readonly StoredRecord[];
}

export interface Producer {
  readonly id: string;
  readonly topic: string;
  readonly partition: number;
  readonly epoch: number;
}

export interface Fetched {
  readonly records: readonly LogRecord[];
  readonly position: bigint;
  readonly end: bigint;
}

interface LogServerOptions {
  readonly topics: ReadonlyMap<string, number>;
  readonly scheduler: Scheduler;
  /** False: a producer that was replaced goes on, which brokers do not allow; to show what it would do. */
  readonly fences: boolean;
}

export function createLogServer({ topics, scheduler, fences }: LogServerOptions): LogServer {
  const { now } = scheduler;
  const stored = new Map<string, Entry[]>();
  for (const [topic, partitions] of topics) {
    for (let partition = 0; partition < partitions; partition++) {
      stored.set(`${topic}/${partition}`, []);
    }
  }
  const epochs = new Map<string, number>();
  const open = new Map<string, { readonly entry: StoredRecord; readonly at: Entry[] }[]>();

  function entriesOf(topic: string, partition: number): Entry[] {
    const entries = stored.get(`${topic}/${partition}`);
    if (entries === undefined) throw new EventLogError('unknown-topic', `${topic}/${partition}.`);
    return entries;
  }
  const partitions = (topic: string): number => topics.get(topic) ?? 0;

  function add(
    topic: string,
    partition: number,
    one: OutgoingRecord,
    state: StoredRecord['state'],
  ) {
    const at = entriesOf(topic, partition);
    const record: LogRecord = {
      topic,
      partition,
      offset: BigInt(at.length),
      timestamp: now(),
      key: one.key === null ? null : Buffer.from(one.key),
      value: one.value,
      headers: Object.fromEntries(
        Object.entries(one.headers ?? {}).map(([name, text]) => [name, Buffer.from(text)]),
      ),
    };
    const entry: StoredRecord = { record, state, committedAt: now() };
    at.push(entry);
    return { entry, at };
  }

  function checkEpoch({ id, epoch }: Producer): void {
    if (fences && epochs.get(id) !== epoch) throw new Fenced(`${id} has another owner now.`);
  }

  function finish(name: string, state: 'committed' | 'aborted'): void {
    const records = open.get(name) ?? [];
    open.delete(name);
    for (const { entry } of records) {
      entry.state = state;
      entry.committedAt = now();
    }
    for (const at of new Set(records.map((one) => one.at))) at.push('control');
  }
  const nameOf = ({ id, epoch }: Producer): string => `${id}#${epoch}`;

  return {
    partitions,
    append(topic, records) {
      return records.map((one) => {
        const partition = one.partition ?? partitionOf(one.key ?? '', partitions(topic));
        return add(topic, partition, one, 'committed').entry.record;
      });
    },
    openProducer(id) {
      const epoch = (epochs.get(id) ?? 0) + 1;
      if (fences) finish(`${id}#${epoch - 1}`, 'aborted');
      epochs.set(id, epoch);
      return epoch;
    },
    produce(producer, records) {
      checkEpoch(producer);
      const name = nameOf(producer);
      const transaction = open.get(name) ?? [];
      if (!open.has(name)) {
        open.set(name, transaction);
        scheduler.after(bounds.transaction, `the brokers look for transactions of ${name}`, () => {
          if (open.get(name) === transaction) finish(name, 'aborted');
        });
      }
      let end = BigInt(entriesOf(producer.topic, producer.partition).length);
      for (const one of records) {
        const added = add(one.topic, producer.partition, one, 'open');
        transaction.push(added);
        if (one.topic === producer.topic) end = added.entry.record.offset + 1n;
      }
      return end;
    },
    commit(producer) {
      checkEpoch(producer);
      if (!open.has(nameOf(producer))) throw new Error('the transaction was given up');
      finish(nameOf(producer), 'committed');
    },
    abort(producer) {
      checkEpoch(producer);
      finish(nameOf(producer), 'aborted');
    },
    fetch(topic, partition, from, most) {
      const entries = entriesOf(topic, partition);
      const records: LogRecord[] = [];
      let position = Number(from);
      for (; position < entries.length && records.length < most; position++) {
        const entry = entries[position];
        if (entry === undefined || entry === 'control') continue;
        if (entry.state === 'open') break;
        if (entry.state === 'committed') records.push(entry.record);
      }
      return { records, position: BigInt(position), end: BigInt(entries.length) };
    },
    end: (topic, partition) => BigInt(entriesOf(topic, partition).length),
    committed: (topic, partition) =>
      entriesOf(topic, partition).flatMap((entry) =>
        entry === 'control' || entry.state !== 'committed' ? [] : [entry],
      ),
  };
}
