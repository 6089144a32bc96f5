/**
 * Decides a whole history: every incident once, in parallel, in bounded memory.
 *
 *     source ─► blocks ─► route (threads) ─► spool ─► a partition at a time: decide (threads) ─► runs
 *     runs ─► merged in order ─► alerts.ndjson, outcomes.ndjson, rejects.ndjson
 */
import type { DataQualityFlag } from '@vigil/domain/assessment/assess';
import { mergeTallies } from '@vigil/domain/report/merge-tallies';
import type { Tally } from '@vigil/domain/report/tally';
import { type Instant, later } from '@vigil/domain/time/instant';
import { unreadableLine } from '@vigil/event-log/files/read-facts';
import { pMapIterable } from 'p-map';
import { type AuditCounts, addAuditCounts, newAuditCounts } from '../audit/audit-counts.ts';
import { addChangeCounts, type ChangeCounts, newChangeCounts } from '../audit/change-counts.ts';
import { addTallies, type Tallies } from '../figures.ts';
import { rejectLine } from '../ledger-lines.ts';
import type { Decided, Terms } from './decide.ts';
import { type BlockPlace, type Incident, keyOfPlace, type Slice } from './partition.ts';
import type { RoutedBlock } from './route.ts';
import { type Run, runOf, type StoredRun, storeRun } from './run.ts';
import type { Spool, Stored } from './spool.ts';
import { noThreads, startThreads, type Threads } from './threads.ts';
import type { DecidedPartition, Lines } from './worker.ts';

/** Where facts come from: NDJSON, whatever it was before. */
export interface HistorySource {
  /** Bytes of all lines together, as well as that is known beforehand. */
  readonly expectedBytes: number;
  /** Whole lines, one file after the other. */
  blocks(): AsyncIterable<{ readonly file: string; readonly lines: Lines }>;
}

/** Everything that was decided; the lines are in the spool. */
export interface History extends Omit<Decided, 'alerts' | 'outcomes' | 'open'> {
  readonly facts: number;
  readonly heartbeats: number;
  readonly rejected: number;
  /** The end: as asked for, or the last instant of a fact or heartbeat. None when there is neither. */
  readonly until: Instant | undefined;
  readonly alerts: readonly StoredRun[];
  readonly outcomes: readonly StoredRun[];
  readonly rejects: readonly StoredRun[];
}

export interface HistoryRequest extends Omit<Terms, 'until' | 'audit'> {
  readonly until?: Instant;
  /** Compares with what was said; `said` has lines as `saidLine` makes them. */
  readonly audit?: { readonly lateOver: number; readonly said: HistorySource };
  readonly spool: Spool;
  /** Is told how many partitions are decided. */
  readonly onDecided?: (done: number, all: number) => void;
}

/** Bytes of lines in a partition: about 17,000 facts, few enough to live and die young. */
const partitionBytes = 6 * 1024 * 1024;
const mostPartitions = 1024;
/** Fewer bytes than this are decided before a thread has started. */
const worthThreads = 2 * 1024 * 1024;

/**
 * Decides the incidents of a source of facts for the instant `until`.
 *
 * @throws whatever the source throws; nothing is left behind but what is in the spool.
 */
export async function decideHistory(
  source: HistorySource,
  { until, audit, spool, onDecided, ...wanted }: HistoryRequest,
): Promise<History> {
  await using threads = source.expectedBytes < worthThreads ? noThreads : startThreads();
  const worth = Math.ceil(source.expectedBytes / partitionBytes);
  const partitions = Math.min(mostPartitions, Math.max(threads.parallel, worth));
  const terms = {
    ...wanted,
    ...(audit === undefined ? {} : { audit: { lateOver: audit.lateOver } }),
  };
  const history = new Gathered(spool);
  const blocks = await routeAll(source, threads, partitions, history);
  const said = audit === undefined ? [] : await routeAll(audit.said, threads, partitions, history);
  const open: Incident[] = [];
  let done = 0;
  const deciding = pMapIterable(
    Array(partitions).keys(),
    (partition) =>
      threads.run('decide', {
        slices: slicesOf(blocks, partition),
        said: slicesOf(said, partition),
        terms: { ...terms, until },
      }),
    { concurrency: threads.parallel },
  );
  for await (const decided of deciding) {
    await history.addPartition(decided);
    open.push(...decided.open);
    onDecided?.(++done, partitions);
  }
  history.until = until ?? history.last;
  if (history.until !== undefined && open.length > 0) {
    const task = { incidents: open, terms: { ...terms, until: history.until } };
    await history.add(await threads.run('finish', task));
  }
  return history;
}

/** A block whose lines were routed and put away. */
interface SpooledBlock extends Omit<RoutedBlock, 'bytes'> {
  readonly place: BlockPlace;
  readonly stored: Stored;
}

async function routeAll(
  source: HistorySource,
  threads: Threads,
  partitions: number,
  history: Gathered,
): Promise<readonly SpooledBlock[]> {
  const blocks: SpooledBlock[] = [];
  let spread = 0;
  const routing = pMapIterable(
    source.blocks(),
    async ({ file, lines }) => {
      const routed = await threads.run('route', { lines, partitions, spread: spread++ });
      return { file, routed };
    },
    { concurrency: threads.parallel },
  );
  let [file, firstLine] = ['', 1];
  for await (const { file: name, routed } of routing) {
    if (name !== file) [file, firstLine] = [name, 1];
    const place = { number: blocks.length, file, firstLine };
    firstLine += routed.lines;
    const { bytes, unreadable, ...rest } = routed;
    const stored = await history.spool.put(new Uint8Array(bytes));
    blocks.push({ ...rest, unreadable, place, stored });
    await history.addRejects(
      runOf(
        unreadable.map((line) => ({
          key: keyOfPlace(place, line.number),
          line: rejectLine(
            unreadableLine({ ...line, number: place.firstLine + line.number }, file),
          ),
        })),
      ),
    );
  }
  return blocks;
}

function slicesOf(blocks: readonly SpooledBlock[], partition: number): readonly Slice[] {
  return blocks.flatMap(({ byteBounds, placeBounds, places, stored, place }) => {
    const [from = 0, to = 0] = byteBounds.subarray(partition, partition + 2);
    if (from === to) return [];
    return [{ stored, from, to, places, placesFrom: placeBounds[partition] ?? 0, block: place }];
  });
}

/** What the threads found, added up. */
class Gathered implements History {
  readonly spool: Spool;
  facts = 0;
  heartbeats = 0;
  rejected = 0;
  known = 0;
  incidents = 0;
  duplicates = 0;
  last: Instant | undefined;
  until: Instant | undefined;
  readonly alertCounts = new Map<string, Map<string, number>>();
  readonly flags = new Map<DataQualityFlag, number>();
  readonly tallies: Tallies = new Map();
  report: Tally | undefined;
  audit: AuditCounts | undefined;
  changes: ChangeCounts | undefined;
  readonly alerts: StoredRun[] = [];
  readonly outcomes: StoredRun[] = [];
  readonly rejects: StoredRun[] = [];

  constructor(spool: Spool) {
    this.spool = spool;
  }

  async addPartition(partition: DecidedPartition): Promise<void> {
    const { facts, heartbeats, last } = partition;
    this.facts += facts;
    this.heartbeats += heartbeats;
    if (last !== undefined) this.last = later(this.last ?? last, last);
    await this.addRejects(partition.rejects);
    await this.add(partition);
  }

  async addRejects(rejects: Run): Promise<void> {
    if (rejects.keys.length === 0) return;
    this.rejected += rejects.keys.length;
    this.rejects.push(await storeRun(rejects, this.spool));
  }

  async add(decided: Decided): Promise<void> {
    this.known += decided.known;
    this.incidents += decided.incidents;
    this.duplicates += decided.duplicates;
    for (const [target, phases] of decided.alertCounts) {
      const known = this.alertCounts.get(target) ?? new Map<string, number>();
      addCounts(known, phases);
      this.alertCounts.set(target, known);
    }
    addCounts(this.flags, decided.flags);
    addTallies(this.tallies, decided.tallies);
    if (decided.report !== undefined) {
      this.report =
        this.report === undefined ? decided.report : mergeTallies(this.report, decided.report);
    }
    if (decided.audit !== undefined) {
      this.audit ??= newAuditCounts();
      addAuditCounts(this.audit, decided.audit);
    }
    if (decided.changes !== undefined) {
      this.changes ??= newChangeCounts();
      addChangeCounts(this.changes, decided.changes);
    }
    this.alerts.push(await storeRun(decided.alerts, this.spool));
    this.outcomes.push(await storeRun(decided.outcomes, this.spool));
  }
}

function addCounts<K>(counts: Map<K, number>, others: ReadonlyMap<K, number>): void {
  for (const [key, count] of others) counts.set(key, (counts.get(key) ?? 0) + count);
}
