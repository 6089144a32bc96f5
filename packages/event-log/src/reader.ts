/**
 * The log for those who only look at it: a replay, an audit. Nothing here writes, and nothing joins a
 * group or commits, so the log is after the reading as it was before.
 */
export interface LogReader {
  /** What each partition keeps: the first offset, and the one after the last. */
  offsets(topic: string): Promise<Map<number, { readonly first: bigint; readonly end: bigint }>>;
  /**
   * By partition the first offset whose record is stamped at or after an instant, in milliseconds since
   * the epoch. Every record before it is stamped earlier; a partition without such a record is left out.
   */
  offsetsAt(topic: string, instant: number): Promise<Map<number, bigint>>;
  /**
   * Reads the committed records of a range in order, some thousand at a time, and ends. A transaction
   * that is open within the range is waited for; brokers that are away for a while are, too.
   *
   * @throws EventLogError `unknown-topic`, `refused`, `offset-beyond-end` or `read-stalled`.
   */
  read(range: OffsetRange): AsyncIterable<Stretch>;
  close(): Promise<void>;
}

/** Offsets of one partition, `to` not included. */
export interface OffsetRange {
  readonly topic: string;
  readonly partition: number;
  readonly from: bigint;
  readonly to: bigint;
}

/** What one step of reading a range brought; each begins where the one before ended. */
export interface Stretch {
  readonly records: readonly StampedRecord[];
  /** The offset after the last one read, those included that hold nothing for readers. */
  readonly position: bigint;
  /** How many offsets the log no longer kept when their turn came; there are no records then. */
  readonly gone: bigint;
}

export interface LogRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
  /** Milliseconds since the epoch, as the log or the producer stamped it. */
  readonly timestamp: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: Readonly<Record<string, Buffer>>;
}

export interface StampedRecord extends LogRecord {
  /** Stamps of the broker rise with the offset; those of producers come as their clocks go. */
  readonly stampedBy: 'broker' | 'producer';
}
