import { checkReaches } from '../checks.ts';
import type { PartitionSource, Reading } from '../partition-reader.ts';
import type { Hold, StoredPartition } from './partition.ts';

interface SourceOptions {
  readonly name: string;
  readonly stored: StoredPartition;
  readonly maxBatchRecords: number;
  readonly caughtUpEveryMs: number;
  readonly clock: () => number;
}

/** Reads a partition in memory for one member. It holds what the member has not finished. */
export function inProcessSource(
  options: SourceOptions,
): PartitionSource & { readonly close: () => void } {
  const { stored, clock } = options;
  let position = 0n;
  let asked: { readonly end: bigint; readonly readAt: number } | undefined;
  let saidAt = Number.NEGATIVE_INFINITY;
  const hold: Hold = { offset: 0n };
  const release = stored.hold(hold);

  /** Time for a word on being caught up is measured without the injected clock, which may stand still. */
  function dueIn(): number {
    return saidAt + options.caughtUpEveryMs - performance.now();
  }

  return {
    async start(from) {
      checkReaches(options.name, from ?? 0n, stored.end());
      const first = stored.first();
      position = from === undefined || from < first ? first : from;
      hold.offset = position;
      asked = undefined;
      saidAt = Number.NEGATIVE_INFINITY;
    },
    async next(signal): Promise<Reading | undefined> {
      if (hold.offset !== position) {
        hold.offset = position;
        stored.released();
      }
      while (!signal.aborted) {
        if (asked === undefined && dueIn() <= 0) asked = { readAt: clock(), end: stored.end() };
        if (asked !== undefined && position >= asked.end) {
          const { readAt } = asked;
          asked = undefined;
          saidAt = performance.now();
          return { kind: 'caught-up', position, readAt };
        }
        const read = stored.read(position, options.maxBatchRecords);
        position = read.position;
        if (read.records.length > 0) {
          if (position === stored.end()) saidAt = Number.NEGATIVE_INFINITY;
          return { kind: 'records', ...read, end: stored.end() };
        }
        await changeOf(stored, dueIn(), signal);
      }
      return undefined;
    },
    halt() {
      asked = undefined;
    },
    close: release,
  };
}

/** Resolves when the partition changes, after so many milliseconds, or on the signal. */
export function changeOf(
  stored: StoredPartition,
  withinMs: number,
  signal?: AbortSignal,
): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      forget();
      signal?.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, Math.max(0, withinMs));
    const forget = stored.onChange(end);
    signal?.addEventListener('abort', end, { once: true });
  });
}
