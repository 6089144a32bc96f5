/** What the threads of a replay do; without threads it is called directly. */
import { type ParquetPlan, ParquetReader } from '@vigil/event-log/files/parquet';
import { type Decided, decideIncidents, type Terms } from './decide.ts';
import { type Incident, type PartitionRead, readPartition, type Slice } from './partition.ts';
import { type RoutedBlock, routeBlock } from './route.ts';
import { SpoolReader } from './spool.ts';

/** Whole lines of NDJSON, or rows that are still to be read as such. */
export type Lines =
  | Uint8Array
  | { readonly plan: ParquetPlan; readonly from: number; readonly to: number };

export interface RouteTask {
  readonly lines: Lines;
  readonly partitions: number;
  readonly spread: number;
}

/** Routes the lines of a block. @throws FactsFileError when they are rows that cannot be read. */
export async function route({ lines, partitions, spread }: RouteTask): Promise<RoutedBlock> {
  return routeBlock(await bytesOf(lines), partitions, spread);
}

let parquet: Promise<ParquetReader> | undefined;

async function bytesOf(lines: Lines): Promise<Buffer> {
  if ('buffer' in lines) return Buffer.from(lines.buffer, lines.byteOffset, lines.length);
  // One a thread, and for as long as the thread.
  parquet ??= ParquetReader.open();
  return (await parquet).lines(lines.plan, lines.from, lines.to);
}

export interface DecideTask {
  readonly slices: readonly Slice[];
  /** What was said, in an audit. */
  readonly said: readonly Slice[];
  readonly terms: Terms;
}

/** A partition that was read, and decided as far as that was possible. */
export type DecidedPartition = Decided & Omit<PartitionRead, 'incidents'>;

/** Decides the incidents of a partition. */
export function decide({ slices, said, terms }: DecideTask): DecidedPartition {
  using reader = new SpoolReader();
  const { incidents, ...read } = readPartition(slices, said, reader, terms.as);
  return { ...read, ...decideIncidents(incidents, terms, read.last) };
}

export interface FinishTask {
  readonly incidents: readonly Incident[];
  readonly terms: Terms;
}

/** Decides incidents that waited for the end of the history. */
export function finish({ incidents, terms }: FinishTask): Decided {
  return decideIncidents(incidents, terms);
}
