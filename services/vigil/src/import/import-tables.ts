import { formatCloudEvent } from '@vigil/domain/facts/cloud-event';
import type { FactType } from '@vigil/domain/facts/fact';
import { type FactFile, findFiles } from '@vigil/event-log/files/find-files';
import type { Mapping } from '@vigil/import/mapping';
import { HeaderError } from '@vigil/import/mapping-error';
import { compileMapping, type MapRow } from '@vigil/import/rows';
import type { RowProblem } from '@vigil/import/value';
import type { LinesFile } from '../lines-file.ts';
import { readTable, TableError, type TableRow } from './table.ts';

/** A file that is no table for this mapping. */
export class ImportError extends Error {
  override readonly name = 'ImportError';
}

export interface ImportRequest {
  readonly mapping: Mapping;
  /** Paths and patterns of CSV files, also `.gz` and `.zst`, or `-`. */
  readonly tables: readonly string[];
  readonly facts: LinesFile;
  readonly rejects: LinesFile;
  readonly onProgress?: (bytes: number, all: number) => void;
}

/** What came of an import. */
export interface ImportCounts {
  readonly files: number;
  rows: number;
  /** Rows that the mapping's `rows` does not mean. */
  leftOut: number;
  rejected: number;
  readonly facts: Map<FactType, number>;
  /** Rejected rows by what was wrong, in words. */
  readonly problems: Map<string, number>;
  /** Files whose end could not be read, as messages. */
  readonly unread: string[];
}

/**
 * Makes facts of all rows of the tables, in their order, and writes what is wrong with the others.
 *
 * @throws ImportError when a file has no header, or one without the columns of the mapping.
 * @throws FactsFileError when a file cannot be read.
 */
export async function importTables(request: ImportRequest): Promise<ImportCounts> {
  const files = await findFiles(request.tables);
  const all = files.reduce((sum, { bytes }) => sum + bytes, 0);
  const counts: ImportCounts = {
    files: files.length,
    rows: 0,
    leftOut: 0,
    rejected: 0,
    facts: new Map(),
    problems: new Map(),
    unread: [],
  };
  let before = 0;
  for (const file of files) {
    const onProgress = (bytes: number) => request.onProgress?.(before + bytes, all);
    try {
      await importTable(file, request, counts, onProgress);
    } catch (error) {
      if (!(error instanceof TableError)) throw error;
      counts.unread.push(error.message);
      const problems = [{ path: '', message: 'has a quote that is never closed' }];
      await reject(file, { line: error.line, original: '' }, 'unclosed-quote', problems, request);
    }
    before += file.bytes;
  }
  return counts;
}

async function importTable(
  file: FactFile,
  request: ImportRequest,
  counts: ImportCounts,
  onProgress: (bytes: number) => void,
): Promise<void> {
  let map: MapRow | undefined;
  for await (const row of readTable(file, request.mapping.table ?? {}, onProgress)) {
    if (map === undefined) {
      map = compileFor(file, row, request.mapping);
      continue;
    }
    counts.rows++;
    const mapped = map(row.cells);
    switch (mapped.kind) {
      case 'left-out':
        counts.leftOut++;
        break;
      case 'rejected':
        counts.rejected++;
        for (const words of new Set(mapped.problems.map(inWords))) add(counts.problems, words);
        await reject(file, row, 'not-a-fact', mapped.problems, request);
        break;
      case 'facts':
        for (const fact of mapped.facts) {
          add(counts.facts, fact.type);
          const full = request.facts.write(JSON.stringify(formatCloudEvent(fact)));
          if (full !== undefined) await full;
        }
        break;
    }
  }
  if (map === undefined) throw new ImportError(`${file.name}: is empty, it has not even a header`);
}

function compileFor(file: FactFile, { line, cells }: TableRow, mapping: Mapping): MapRow {
  try {
    return compileMapping(mapping, cells);
  } catch (error) {
    if (!(error instanceof HeaderError)) throw error;
    const lines = error.problems.map((problem) => `${file.name}:${line}: ${problem}`);
    throw new ImportError(lines.join('\n'), { cause: error });
  }
}

function add<K>(counts: Map<K, number>, key: K): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

/** What is wrong, with the column it is wrong in; nothing of the row itself. */
function inWords({ path, column, message }: RowProblem): string {
  const from = column === undefined ? '' : ` (column ${column})`;
  return `${path}${from} ${message}`.trim();
}

async function reject(
  { name }: FactFile,
  { line, original }: Pick<TableRow, 'line' | 'original'>,
  reason: 'not-a-fact' | 'unclosed-quote',
  problems: readonly RowProblem[],
  { rejects }: ImportRequest,
): Promise<void> {
  await rejects.write(JSON.stringify({ file: name, line, reason, problems, original }));
}
