import { randomBytes } from 'node:crypto';
import type { Batch, EventLog, LogRecord, PartitionHandlers, Running } from './port.ts';

/** How a reader of the conformance suite behaves. */
export interface ReadOptions {
  readonly group?: string;
  readonly maxBatchRecords?: number;
  /** Where each partition was read to, as a working set would keep it; members share it. */
  readonly positions?: Map<string, bigint>;
  readonly assigned?: () => Promise<bigint | undefined>;
  readonly refuse?: (batch: Batch) => boolean;
  readonly during?: (batch: Batch) => Promise<void>;
  readonly onCaughtUp?: () => void;
}

/** A reader that writes down what it is told. */
export interface Observed {
  /** What was handled to the end. */
  readonly records: LogRecord[];
  /** What was handed over. */
  readonly batches: Batch[];
  readonly assignments: string[];
  readonly caughtUp: { readonly position: bigint; readonly readAt: number }[];
  readonly stop: () => Promise<void>;
  readonly owned: () => ReadonlySet<string>;
  readonly values: () => string[];
  readonly calls: () => number;
}

/** Subscribes with handlers that keep positions as a working set does, and write down each call. */
export async function read(
  log: EventLog,
  topics: readonly string[],
  options: ReadOptions = {},
): Promise<Observed> {
  const positions = options.positions ?? new Map<string, bigint>();
  const records: LogRecord[] = [];
  const batches: Batch[] = [];
  const assignments: string[] = [];
  const caughtUp: { position: bigint; readAt: number }[] = [];
  const owned = new Set<string>();
  let calls = 0;
  const handlers: PartitionHandlers = {
    async assigned(topic, partition) {
      calls += 1;
      assignments.push(`${topic}/${partition}`);
      owned.add(`${topic}/${partition}`);
      return options.assigned?.() ?? positions.get(`${topic}/${partition}`);
    },
    revoked(topic, partition) {
      calls += 1;
      owned.delete(`${topic}/${partition}`);
    },
    async batch(batch) {
      calls += 1;
      batches.push(batch);
      if (options.refuse?.(batch) === true) throw new Error('refused by the test');
      await options.during?.(batch);
      records.push(...batch.records);
      positions.set(`${batch.topic}/${batch.partition}`, batch.position);
    },
    async caughtUp(_topic, _partition, position, readAt) {
      calls += 1;
      caughtUp.push({ position, readAt });
      options.onCaughtUp?.();
    },
  };
  const running: Running = await log.subscribe({
    group: options.group ?? groupName(),
    topics,
    handlers,
    maxBatchRecords: options.maxBatchRecords ?? 500,
  });
  return {
    records,
    batches,
    assignments,
    caughtUp,
    stop: () => running.stop(),
    owned: () => owned,
    values: () => records.map(({ value }) => value?.toString() ?? ''),
    calls: () => calls,
  };
}

/** The values of one partition from an offset to its end. */
export async function all(
  log: EventLog,
  topic: string,
  partition: number,
  from = 0n,
): Promise<string[]> {
  const values: string[] = [];
  for await (const records of log.readToEnd(topic, partition, from)) {
    values.push(...records.map(({ value }) => value?.toString() ?? ''));
  }
  return values;
}

/** The name of a group that nobody else has. */
export function groupName(): string {
  return `readers-${randomBytes(4).toString('hex')}`;
}

/** Records to append, each with a key of its own. */
export function facts(count: number): { key: string; value: Buffer }[] {
  return Array.from({ length: count }, (_, index) => ({
    key: `incident-${index}`,
    value: Buffer.from(`fact ${index}`),
  }));
}

/** Where records stand, to tell whether one came twice. */
export function placesOf(records: readonly LogRecord[]): Set<string> {
  return new Set(records.map(({ topic, partition, offset }) => `${topic}/${partition}@${offset}`));
}
