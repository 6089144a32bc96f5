import { closest } from '@vigil/domain/policy/closest';
import { HeaderError } from './mapping-error.ts';

/** A row of a table, one text a column; blanks around a text do not count. */
export type Row = readonly string[];
/** What a row has in one column. */
export type Cell = (row: Row) => string;

/** The columns of a table that a mapping uses, found by the names in the header. */
export interface Columns {
  /** How to read a column. One that is not there is remembered, for {@link Columns.check}. */
  cell(name: string): Cell;
  /** @throws HeaderError naming every column that is asked for and not there, or there twice. */
  check(): void;
  /** Whether a row has, in a column that is used, what could not be decoded. */
  hasUndecoded(row: Row): boolean;
}

/** What decoders put for bytes that are no text in the encoding. */
const replacementCharacter = '\uFFFD';

/** @param header - the first row of the table. */
export function columnsOf(header: Row): Columns {
  const names = header.map((name) => name.trim());
  const used = new Set<number>();
  const problems = new Map<string, string>();
  return {
    cell(name) {
      const index = names.indexOf(name);
      if (index === -1) problems.set(name, `there is no column ${name}${meant(name, names)}`);
      else if (names.lastIndexOf(name) !== index) {
        problems.set(name, `there are two columns ${name}: rename one`);
      }
      used.add(index);
      return (row) => (row[index] ?? '').trim();
    },
    check() {
      if (problems.size > 0) throw new HeaderError([...problems.values()]);
    },
    hasUndecoded: (row) =>
      used.values().some((index) => row[index]?.includes(replacementCharacter) === true),
  };
}

function meant(name: string, names: readonly string[]): string {
  const near = closest(name, names);
  return near === undefined ? '' : `; did you mean ${near}?`;
}
