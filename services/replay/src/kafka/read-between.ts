/** Reading topics between two instants, by the stamps of their records, and saying what was read. */
import type { Instant } from '@vigil/domain/time/instant';
import type { LogReader, LogRecord, OffsetRange, StampedRecord } from '@vigil/event-log/reader';

/** Which records are read, by when each was stamped; records stamped at either instant are. */
export interface Between {
  /** By default from the first that is kept. */
  readonly since?: Instant;
  /** By default to the end that each partition has when the reading begins. */
  readonly until?: Instant;
}

/** What was read of one partition: with the others of its topic, all there is to say of completeness. */
export interface RangeRead extends OffsetRange {
  /** The first offset the log kept when the reading began: what stood before it is not known. */
  readonly kept: bigint;
  /** The records handed over. */
  readonly records: number;
  /** Records of the range stamped at other instants: there are some where producers stamp. */
  readonly outside: number;
  /** Offsets that the log dropped before their turn came: what stood there is not known. */
  readonly gone: bigint;
}

/** What is told of a reading while it goes on. */
export interface Watch {
  /** Is told how many offsets of how many are read; the ends of transactions have offsets too. */
  readonly onProgress?: (read: number, all: number) => void;
  /** Is told of each partition when it has been read. */
  readonly onRange?: (range: RangeRead) => void;
}

export interface Reading extends Between, Watch {}

/** What is to be read. */
export interface ReadingPlan extends Between {
  readonly ranges: readonly PlannedRange[];
  /** How many offsets there are in the ranges between the instants. */
  readonly offsets: number;
}

interface PlannedRange extends OffsetRange {
  readonly kept: bigint;
  /** Where the instants end, as far as the brokers' index knows. */
  readonly expected: bigint;
}

/**
 * Reads the committed records of topics between two instants, partition by partition in order, and
 * ends, however the topics grow meanwhile.
 *
 * @throws EventLogError when the brokers refuse, or stay away.
 */
export async function* readBetween(
  reader: LogReader,
  topics: readonly string[],
  { onProgress, onRange, ...between }: Reading = {},
): AsyncGenerator<readonly LogRecord[]> {
  const plan = await planReading(reader, topics, between);
  yield* readPlan(reader, plan, { ...(onProgress && { onProgress }), ...(onRange && { onRange }) });
}

/** Asks where the instants are in topics, and where these end now. @throws as {@link readBetween}. */
export async function planReading(
  reader: LogReader,
  topics: readonly string[],
  between: Between,
): Promise<ReadingPlan> {
  const ranges: PlannedRange[] = [];
  for (const topic of topics) ranges.push(...(await rangesOf(reader, topic, between)));
  const offsets = ranges.reduce((sum, { from, expected }) => sum + Number(expected - from), 0);
  return { ...between, ranges, offsets };
}

/** Reads what was planned, as {@link readBetween} does. */
export async function* readPlan(
  reader: LogReader,
  plan: ReadingPlan,
  { onProgress, onRange }: Watch,
): AsyncGenerator<readonly LogRecord[]> {
  let before = 0;
  for (const range of plan.ranges) {
    const read = { kept: range.kept, position: range.from, records: 0, outside: 0, gone: 0n };
    for await (const stretch of reader.read(range)) {
      const { past, within, outside } = sift(stretch.records, plan);
      read.position = past?.offset ?? stretch.position;
      read.records += within.length;
      read.outside += outside;
      read.gone += stretch.gone;
      if (within.length > 0) yield within;
      const reached = clamp(read.position, range.from, range.expected);
      onProgress?.(before + Number(reached - range.from), plan.offsets);
      if (past !== undefined) break;
    }
    before += Number(range.expected - range.from);
    const { position, ...counts } = read;
    const { topic, partition, from } = range;
    onRange?.({ topic, partition, from, to: position, ...counts });
  }
}

/** Tells the records of a stretch that are between the instants from the others. */
function sift(
  records: readonly StampedRecord[],
  instants: { readonly since?: number; readonly until?: number },
) {
  const { since = Number.NEGATIVE_INFINITY, until = Number.POSITIVE_INFINITY } = instants;
  // Stamps of the broker rise: nothing after one that is past the end is within.
  const end = records.findIndex(
    ({ timestamp, stampedBy }) => stampedBy === 'broker' && timestamp > until,
  );
  const reached = end === -1 ? records : records.slice(0, end);
  const within = reached.filter(({ timestamp }) => timestamp >= since && timestamp <= until);
  return {
    past: end === -1 ? undefined : records[end],
    within,
    outside: reached.length - within.length,
  };
}

async function rangesOf(
  reader: LogReader,
  topic: string,
  { since, until }: Between,
): Promise<readonly PlannedRange[]> {
  // The ends before the instants: a record that comes meanwhile is past the end whatever its stamp.
  const offsets = await reader.offsets(topic);
  const starts = since === undefined ? undefined : await reader.offsetsAt(topic, since);
  const stops = until === undefined ? undefined : await reader.offsetsAt(topic, until + 1);
  return [...offsets].map(([partition, { first, end }]) => {
    const from = starts === undefined ? first : clamp(starts.get(partition) ?? end, first, end);
    const stop = stops?.get(partition) ?? end;
    return { topic, partition, kept: first, from, to: end, expected: clamp(stop, from, end) };
  });
}

function clamp(offset: bigint, least: bigint, most: bigint): bigint {
  if (offset < least) return least;
  return offset > most ? most : offset;
}
