import type { LogRecord } from './reader.ts';

export type { LogRecord } from './reader.ts';

/**
 * The event log: partitions of records, read in order from an offset the reader chooses, and
 * appended to in transactions by one owner a partition. Two adapters: Kafka and in-process.
 * Values are bytes here; what they mean is for `@vigil/contracts`.
 */
export interface EventLog {
  /**
   * Joins a consumer group over topics that share their partitions. The log calls `handlers` for
   * each partition assigned; positions are the handler's to choose, the group's own committed
   * offsets are written for lag dashboards only.
   */
  subscribe(subscription: Subscription): Promise<Running>;
  /** A publisher that owns one partition; an earlier owner of it is fenced off by the log. */
  openPublisher(ownership: { topic: string; partition: number }): Promise<Publisher>;
  /** Appends without a transaction (facts, dead letters, heartbeats). Resolves when acknowledged. */
  append(topic: string, records: readonly OutgoingRecord[]): Promise<void>;
  /** Reads one partition from an offset to the end it has at the call (read committed), then stops. */
  readToEnd(topic: string, partition: number, from: bigint): AsyncIterable<readonly LogRecord[]>;
  /** The offset after the last record, and the first that is kept, by partition. */
  offsets(topic: string): Promise<Map<number, { first: bigint; end: bigint }>>;
  /** The offset after the last record of one partition of each topic, asked for after the call. */
  ends(topics: readonly string[], partition: number): Promise<Map<string, bigint>>;
  partitions(topic: string): Promise<number>;
  close(): Promise<void>;
}

export interface OutgoingRecord {
  readonly key: string | Buffer | null;
  readonly value: Buffer | null;
  readonly headers?: Readonly<Record<string, string | Buffer>>;
  /** Chosen from the key when absent. */
  readonly partition?: number;
  /** Milliseconds since the epoch; now when absent. */
  readonly timestamp?: number;
}

export interface Subscription {
  readonly group: string;
  readonly topics: readonly string[];
  readonly handlers: PartitionHandlers;
  /** At most this many records a batch handed over. */
  readonly maxBatchRecords: number;
}

/** All calls for one topic partition are in order, one at a time. */
export interface PartitionHandlers {
  /**
   * A topic partition was assigned. Resolves to the offset to read from (`undefined`: the first
   * kept). Nothing of it is handed over before this resolves; it may take its time, the partition
   * stays paused and the membership alive.
   */
  assigned(topic: string, partition: number): Promise<bigint | undefined>;
  /** It was taken away, or is about to be read again by somebody else. */
  revoked(topic: string, partition: number): void;
  /**
   * Records in order of offset. `position` is the offset after the last one read, control records
   * and filtered ones included. When it rejects, the partition is assigned anew (`assigned` is
   * asked again) after a back-off; nothing is skipped.
   */
  batch(batch: Batch): Promise<void>;
  /**
   * The partition was read to its end: at wall clock `readAt`, taken before the end was asked for,
   * there was nothing after `position`. Called again and again while it stays so, at least twice a second.
   */
  caughtUp(topic: string, partition: number, position: bigint, readAt: number): Promise<void>;
}

export interface Batch {
  readonly topic: string;
  readonly partition: number;
  readonly records: readonly LogRecord[];
  readonly position: bigint;
  /** The end of the partition as known when the batch was fetched. */
  readonly end: bigint;
  /** Keeps the group membership alive during long work; throws when the partition was taken away. */
  readonly alive: () => Promise<void>;
}

export interface Running {
  /** Finishes the batch at hand, leaves the group, resolves when nothing more will be called. */
  stop(): Promise<void>;
  /** Rejects when the consumer failed for good; a retriable failure is retried inside. */
  readonly failed: Promise<never>;
}

export interface Publisher {
  /**
   * Publishes all or nothing, in order, with their partition set to the one owned (other topics in
   * `records`, such as `open-breaches`, go in the same transaction).
   *
   * @returns the offset after the last record on the owned topic.
   * @throws Fenced when another owner has taken over; nothing was published.
   * @throws PublishUnknown when the log did not answer: the tail must be read before going on.
   */
  publish(records: readonly (OutgoingRecord & { readonly topic: string })[]): Promise<bigint>;
  close(): Promise<void>;
}

export class Fenced extends Error {
  override readonly name = 'Fenced';
}
export class PublishUnknown extends Error {
  override readonly name = 'PublishUnknown';
}
