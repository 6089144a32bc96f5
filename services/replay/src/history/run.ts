/** Lines in order, made in many pieces and merged into a file: what stands in memory stays small. */
import FlatQueue from 'flatqueue';
import { type Spool, SpoolReader, type Stored } from './spool.ts';

/** A line and what it is ordered by, such as an instant in milliseconds. */
export interface KeyedLine {
  readonly key: number;
  readonly line: string;
}

/** Lines in order of their keys. Plain data, so that a thread can hand it over. */
export interface Run {
  readonly keys: Float64Array;
  /** Where each line ends in `bytes`. */
  readonly ends: Float64Array;
  /** The lines in UTF-8, one after the other. */
  readonly bytes: Uint8Array;
}

/** @param lines - in the order they are to have. */
export function runOf(lines: readonly KeyedLine[]): Run {
  const keys = new Float64Array(lines.length);
  const ends = new Float64Array(lines.length);
  const bytes = Buffer.from(lines.map(({ line }) => line).join(''));
  let end = 0;
  for (const [index, { key, line }] of lines.entries()) {
    keys[index] = key;
    end += Buffer.byteLength(line);
    ends[index] = end;
  }
  return { keys, ends, bytes };
}

/** A run whose bytes were put away. */
export type StoredRun = Omit<Run, 'bytes'> & { readonly stored: Stored };

/** Puts the bytes of a run away. */
export async function storeRun({ bytes, ...run }: Run, spool: Spool): Promise<StoredRun> {
  return { ...run, stored: await spool.put(bytes) };
}

/** Bytes of a run that are read at a time. */
const windowBytes = 65_536;

/**
 * The lines of several runs in one order.
 *
 * @param compare - orders lines whose keys are the same; the order of the runs does not matter then.
 */
export function* mergeRuns(
  runs: readonly StoredRun[],
  compare: (a: string, b: string) => number,
): Generator<string> {
  using reader = new SpoolReader();
  const cursors = runs.map((run) => new Cursor(run, reader));
  const queue = new FlatQueue<Cursor>();
  const enqueue = (cursor: Cursor): void => {
    if (cursor.key !== undefined) queue.push(cursor, cursor.key);
  };
  for (const cursor of cursors) enqueue(cursor);
  for (let cursor = queue.pop(); cursor !== undefined; cursor = queue.pop()) {
    const { key } = cursor;
    const line = cursor.take();
    if (cursor.key !== key && queue.peekValue() !== key) {
      yield line;
      enqueue(cursor);
      continue;
    }
    const same = [line];
    let runsOfSame = 0;
    for (let other: Cursor | undefined = cursor; other !== undefined; runsOfSame++) {
      while (other.key === key) same.push(other.take());
      enqueue(other);
      other = queue.peekValue() === key ? queue.pop() : undefined;
    }
    // A run is in order as it stands, and to compare lines is to parse them.
    yield* runsOfSame === 1 ? same : same.sort(compare);
  }
}

/** Goes through a run line by line. */
class Cursor {
  readonly #run: StoredRun;
  readonly #reader: SpoolReader;
  #index = 0;
  #window: Buffer = Buffer.alloc(0);
  #windowStart = 0;

  constructor(run: StoredRun, reader: SpoolReader) {
    this.#run = run;
    this.#reader = reader;
  }

  /** The key of the next line; none at the end. */
  get key(): number | undefined {
    return this.#run.keys[this.#index];
  }

  take(): string {
    const start = this.#run.ends[this.#index - 1] ?? 0;
    const end = this.#run.ends[this.#index] ?? start;
    if (end > this.#windowStart + this.#window.length) {
      const last = this.#run.ends.at(-1) ?? end;
      const to = Math.max(end, Math.min(last, start + windowBytes));
      this.#window = this.#reader.read(this.#run.stored, start, to);
      this.#windowStart = start;
    }
    this.#index += 1;
    return this.#window.toString('utf8', start - this.#windowStart, end - this.#windowStart);
  }
}
