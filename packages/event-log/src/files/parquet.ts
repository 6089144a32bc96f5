/**
 * Facts in Parquet: a column an attribute, `data` a struct, with the names of the facts in NDJSON. What
 * DuckDB writes when it is given NDJSON has this form. Instants may be timestamps, taken as UTC where
 * they have no zone, or RFC 3339 text. Rows are handed on as NDJSON, so that they are checked as lines are.
 */
import type { DuckDBConnection } from '@duckdb/node-api';
import { dataNames } from '@vigil/domain/facts/check-fact';
import { type FactType, instantField, topicOf } from '@vigil/domain/facts/fact';
import { maxChildMarkers, maxTextLength } from '@vigil/domain/facts/field';
import { FactsFileError } from './facts-file-error.ts';
import type { FactFile } from './find-files.ts';
import type { Piece } from './piece.ts';

/** A column or a field of `data`. */
interface Field {
  readonly name: string;
  readonly type: string;
}

/** How a file is read. Plain data, so that threads can share the rows among them. */
export interface ParquetPlan {
  readonly file: string;
  readonly rows: number;
  /** An SQL expression: a row as the JSON text of a CloudEvent. */
  readonly event: string;
}

/** DuckDB's name for a list of texts. */
const texts = 'VARCHAR[]';

/** Nobody reads other columns, and nobody knows how large they are. */
const attributes = new Set(['specversion', 'id', 'source', 'type', 'subject', 'time']);
const isAttribute = ({ name }: Field): boolean => attributes.has(name);
const fieldsByType: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ...Object.keys(topicOf).map((type) => {
    const known = type as FactType;
    return [type, new Set([instantField[known], ...dataNames(known)])] as const;
  }),
  ['feed-heartbeat', new Set(['source', instantField['feed-heartbeat']])] as const,
]);
const dataFields = new Set([...fieldsByType.values()].flatMap((names) => [...names]));
const isData = ({ name }: Field): boolean => dataFields.has(name);

const required = ['id', 'source', 'type', 'data'];
/** Rows that are read at a time: about 7 MB of lines. */
export const rowsAtOnce = 20_000;

/** Reads Parquet. What is open stays open until it is closed. */
export class ParquetReader {
  readonly #connection: DuckDBConnection;
  readonly #close: () => void;

  private constructor(connection: DuckDBConnection, close: () => void) {
    this.#connection = connection;
    this.#close = close;
  }

  /** Only who reads Parquet loads the engine. */
  static async open(): Promise<ParquetReader> {
    const { DuckDBInstance } = await import('@duckdb/node-api');
    const options = { threads: '1', memory_limit: '1GB' };
    const instance = await DuckDBInstance.create(':memory:', options);
    const connection = await instance.connect();
    return new ParquetReader(connection, () => {
      connection.closeSync();
      instance.closeSync();
    });
  }

  /** @throws FactsFileError when the file is no Parquet, is damaged, or has other columns. */
  plan(file: string): Promise<ParquetPlan> {
    return this.#reading(file, async () => {
      const table = `read_parquet(${literal(file)})`;
      const columns = await fieldsOf(this.#connection, `SELECT * FROM ${table}`);
      for (const name of required) {
        if (!columns.some((column) => column.name === name)) {
          throw new FactsFileError('not-facts', file, `has no column ${name}`);
        }
      }
      if (!columns.some(({ name, type }) => name === 'data' && type.startsWith('STRUCT('))) {
        throw new FactsFileError('not-facts', file, 'has a column data that is no struct');
      }
      const data = await fieldsOf(this.#connection, `SELECT unnest(data) FROM ${table}`);
      const known = [...columns.filter(isAttribute), ...data.filter(isData)];
      const nested = known.find(
        ({ type }) => /^(STRUCT|MAP|UNION)|\[/.test(type) && type !== texts,
      );
      if (nested !== undefined) {
        throw new FactsFileError('not-facts', file, `has in ${nested.name} what is no plain value`);
      }
      const count = `SELECT count(*)::DOUBLE FROM ${table}`;
      const rows = Number((await this.#connection.runAndReadAll(count)).value(0, 0));
      return { file, rows, event: eventOf(columns, data) };
    });
  }

  /**
   * Some rows as NDJSON, the last line without its line break.
   *
   * @throws FactsFileError when they cannot be read.
   */
  lines({ file, event }: ParquetPlan, from: number, to: number): Promise<Buffer> {
    return this.#reading(file, async () => {
      const table = `read_parquet(${literal(file)}, file_row_number = true)`;
      const within = `file_row_number >= ${from} AND file_row_number < ${to}`;
      // As one value: to fetch them one by one costs as much as to make them.
      const query = `SELECT string_agg(${event}, chr(10) ORDER BY file_row_number)
        FROM ${table} WHERE ${within}`;
      const lines = (await this.#connection.runAndReadAll(query)).value(0, 0);
      return Buffer.from(typeof lines === 'string' ? lines : '');
    });
  }

  async #reading<T>(file: string, read: () => Promise<T>): Promise<T> {
    try {
      return await read();
    } catch (error) {
      if (error instanceof FactsFileError || !(error instanceof Error)) throw error;
      throw new FactsFileError('corrupt', file, 'could not be read as Parquet', { cause: error });
    }
  }

  close(): void {
    this.#close();
  }
}

/** The rows of a file as NDJSON; the position is the share of the file's rows that is read. */
export async function* piecesOfParquet({ name, bytes }: FactFile): AsyncGenerator<Piece> {
  const reader = await ParquetReader.open();
  try {
    const plan = await reader.plan(name);
    for (let from = 0; from < plan.rows; from += rowsAtOnce) {
      const to = Math.min(plan.rows, from + rowsAtOnce);
      const lines = await reader.lines(plan, from, to);
      const position = Math.round((bytes * to) / plan.rows);
      yield { bytes: Buffer.concat([lines, lineBreak]), position };
    }
  } finally {
    reader.close();
  }
}

const lineBreak = Buffer.from('\n');

async function fieldsOf(connection: DuckDBConnection, query: string): Promise<readonly Field[]> {
  const described = await connection.runAndReadAll(`DESCRIBE ${query}`);
  return described.getRows().map(([name, type]) => ({ name: String(name), type: String(type) }));
}

/**
 * An SQL expression: a row as the JSON text of a CloudEvent. A row of a known type has only the fields of
 * its type: a struct has those of every type, and to write out which are null costs more than the rest.
 */
function eventOf(columns: readonly Field[], data: readonly Field[]): string {
  const cases = [...fieldsByType].map(([type, names]) => {
    const own = data.filter(({ name }) => names.has(name));
    return `WHEN ${literal(type)} THEN ${structOf(columns, own)}`;
  });
  return `CASE type::VARCHAR ${cases.join(' ')} ELSE ${structOf(columns, data.filter(isData))} END`;
}

function structOf(columns: readonly Field[], data: readonly Field[]): string {
  const attributes = columns
    .filter((column) => isAttribute(column) && column.name !== 'specversion')
    .map((column) => pair(column, quoted(column.name)));
  const fields = data.map((field) => pair(field, `data.${quoted(field.name)}`));
  const version = columns.some(({ name }) => name === 'specversion') ? 'specversion' : "'1.0'";
  // A struct has a field at least.
  const whole = fields.length === 0 ? 'NULL' : `{${fields.join(', ')}}`;
  const event = [`'specversion': ${version}`, ...attributes, `'data': ${whole}`];
  return `to_json({${event.join(', ')}})`;
}

function pair({ name, type }: Field, expression: string): string {
  return `${literal(name)}: ${valueIn(type, expression)}`;
}

/** What is too long stays so, and no longer: a small file can hold gigabytes of one text. */
const cut = (expression: string): string => `left(${expression}, ${maxTextLength + 1})`;

function valueIn(type: string, expression: string): string {
  if (type.startsWith('TIMESTAMP')) return instant(expression);
  if (type === 'VARCHAR') return cut(expression);
  if (type !== texts) return expression;
  return `list_transform(${expression}[:${maxChildMarkers + 1}], lambda one: ${cut('one')})`;
}

/** A timestamp of whatever resolution as RFC 3339 in UTC. */
function instant(expression: string): string {
  return `strftime(make_timestamp(epoch_us(${expression})), '%Y-%m-%dT%H:%M:%S.%gZ')`;
}

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
