import { Readable } from 'node:stream';
import { piecesOf } from '@vigil/event-log/files/bytes';
import type { FactFile } from '@vigil/event-log/files/find-files';
import { CsvError, type Info, parse } from 'csv-parse';

/** A row of a CSV file. */
export interface TableRow {
  /** The line on which it begins, from 1: a quoted cell may go over several. */
  readonly line: number;
  readonly cells: readonly string[];
  /** As it stands in the file. */
  readonly original: string;
}

export interface TableFormat {
  /** A label of the Encoding Standard; `utf-8` when absent. A byte order mark is left out. */
  readonly encoding?: string;
  /** A comma when absent. */
  readonly delimiter?: string;
}

/** Characters a row may have at most: a quote that is never closed would take in the rest of the file. */
const maxRowCharacters = 1_048_576;

/** A CSV file whose rows cannot be told apart from some line on. */
export class TableError extends Error {
  override readonly name = 'TableError';
  /** The line on which the row begins that does not end. */
  readonly line: number;

  constructor(file: string, line: number, options?: ErrorOptions) {
    super(
      `${file}:${line}: a quote in this row is never closed, so the rest of the file cannot be read. Close it or double it.`,
      options,
    );
    this.line = line;
  }
}

/** What csv-parse gives with `info` and `raw`. */
interface Parsed {
  readonly record: readonly string[];
  readonly raw: string;
  readonly info: Info;
}

/**
 * Reads the rows of a CSV file, the header first; blank lines are left out. The line ends of the first
 * row are those of the file. A quote inside a cell that does not begin with one stands for itself.
 *
 * @param onProgress - is told how many bytes of the file have been read.
 * @throws FactsFileError when the file cannot be read to its end.
 * @throws TableError when a quote is never closed.
 */
export async function* readTable(
  file: FactFile,
  { encoding = 'utf-8', delimiter = ',' }: TableFormat,
  onProgress: (bytes: number) => void,
): AsyncGenerator<TableRow> {
  let line = 1;
  const parser = parse({
    delimiter,
    info: true,
    raw: true,
    relax_column_count: true,
    relax_quotes: true,
    max_record_size: maxRowCharacters,
  });
  const source = Readable.from(texts(file, encoding, onProgress));
  source.on('error', (error) => parser.destroy(error));
  try {
    for await (const { record, raw } of source.pipe(parser) as AsyncIterable<Parsed>) {
      const isBlank = record.length === 1 && record[0]?.trim() === '';
      if (!isBlank)
        yield { line, cells: record, original: raw.replaceAll(/^[\r\n]+|[\r\n]+$/g, '') };
      // The parser counts CR LF inside a cell as two lines.
      line += 1 + record.reduce((sum, cell) => sum + lineEndsIn(cell), 0);
    }
  } catch (error) {
    if (error instanceof CsvError) throw new TableError(file.name, line, { cause: error });
    throw error;
  } finally {
    source.destroy();
  }
}

function lineEndsIn(cell: string): number {
  return cell.includes('\n') || cell.includes('\r') ? cell.split(/\r\n|\n|\r/).length - 1 : 0;
}

async function* texts(
  file: FactFile,
  encoding: string,
  onProgress: (bytes: number) => void,
): AsyncGenerator<string> {
  const decoder = new TextDecoder(encoding);
  for await (const { bytes, position } of piecesOf(file)) {
    onProgress(position);
    const text = decoder.decode(bytes, { stream: true });
    if (text !== '') yield text;
  }
  yield decoder.decode();
}
