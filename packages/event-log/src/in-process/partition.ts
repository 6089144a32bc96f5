import { EventLogError } from '../errors.ts';
import type { LogRecord } from '../port.ts';

/** How one topic of the in-process log behaves. */
export interface InProcessTopic {
  readonly partitions: number;
  /** Keep only the newest record of each key; a record without a value removes its key. */
  readonly compacted?: boolean;
}

/** Somebody who reads a partition: what it has not finished is not dropped. */
export interface Hold {
  /** Everything before this offset is done with. */
  offset: bigint;
}

/** One partition in memory. */
export interface StoredPartition {
  /** Adds a record at the end; its offset is the end before. */
  append(record: Omit<LogRecord, 'offset'>): void;
  /** Up to `most` records from an offset on, and the offset after the last of them. */
  read(from: bigint, most: number): { records: LogRecord[]; position: bigint };
  /** The first offset kept. */
  first(): bigint;
  /** The offset after the last record. */
  end(): bigint;
  /** Whether so many more records fit without dropping one that a reader has not finished. */
  hasRoom(count: number): boolean;
  hold(hold: Hold): () => void;
  /** Calls back once, when something changes: a record came, or room did. Returns how to forget it. */
  onChange(call: () => void): () => void;
  /** Says that a hold moved. */
  released(): void;
}

/**
 * Makes an empty partition that keeps at most `most` records: of a compacted topic one a key, else the
 * newest and all that a reader has not finished.
 */
export function storePartition(name: string, compacted: boolean, most: number): StoredPartition {
  let records: LogRecord[] = [];
  let first = 0n;
  let end = 0n;
  let compactAt = most;
  const holds = new Set<Hold>();
  const waiting = new Set<() => void>();

  function changed(): void {
    const calls = [...waiting];
    waiting.clear();
    for (const call of calls) call();
  }

  function finishedBy(): bigint {
    let lowest = end;
    for (const { offset } of holds) if (offset < lowest) lowest = offset;
    return lowest;
  }

  function expire(): void {
    // An eighth at a time: dropping one record at each append would move the rest each time.
    if (records.length <= most + Math.ceil(most / 8)) return;
    const droppable = Math.min(records.length - most, indexOf(records, finishedBy()));
    if (droppable === 0) return;
    records = records.slice(droppable);
    first = records[0]?.offset ?? end;
  }

  function compact(): void {
    if (records.length < compactAt) return;
    const newest = new Map<string, LogRecord>();
    for (const record of records) newest.set(record.key?.toString('latin1') ?? '', record);
    const finished = finishedBy();
    records = records.filter(
      (record) =>
        newest.get(record.key?.toString('latin1') ?? '') === record &&
        // A reader that has not come so far must still learn that the key went.
        (record.value !== null || record.offset >= finished),
    );
    compactAt = Math.max(most, records.length * 2);
  }

  return {
    append(record) {
      records.push({ ...record, offset: end });
      end += 1n;
      if (compacted) compact();
      else expire();
      changed();
    },
    read(from, count) {
      const start = indexOf(records, from);
      const read = records.slice(start, start + count);
      const last = read.at(-1);
      return { records: read, position: last === undefined ? end : last.offset + 1n };
    },
    first: () => first,
    end: () => end,
    hasRoom(count) {
      if (compacted) {
        if (records.length < most * 2) return true;
        throw new EventLogError('log-full', `${name} has more than ${most} keys.`);
      }
      const unfinished = records.length - indexOf(records, finishedBy());
      return unfinished === 0 || unfinished + count <= most;
    },
    hold(hold) {
      holds.add(hold);
      return () => {
        holds.delete(hold);
        changed();
      };
    },
    onChange(call) {
      waiting.add(call);
      return () => waiting.delete(call);
    },
    released: changed,
  };
}

/** The index of the first record at or after an offset: offsets have gaps after compaction. */
function indexOf(records: readonly LogRecord[], offset: bigint): number {
  let low = 0;
  let high = records.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const record = records[middle];
    if (record !== undefined && record.offset < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}
