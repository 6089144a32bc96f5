import type { Columns, Row } from './columns.ts';
import { compileCondition } from './condition.ts';
import type { CellValue, Constant, Value } from './mapping.ts';

/** What is wrong with a row; the words fit after the path, and quote nothing of the row. */
export interface RowProblem {
  /** The fact and field, such as `incident-created.grade`; empty when it is the row itself. */
  readonly path: string;
  /** The column that it came from, where it came from one. */
  readonly column?: string;
  readonly message: string;
}

/** What a value is in a row: nothing where the row says nothing. */
export type ReadValue = (row: Row) => Constant | undefined | RowProblem;

/** What a column's text becomes when it has no map. */
export type CellKind = 'text' | 'number' | 'boolean';

/** Compiles a value for a table. */
export function compileValue(
  value: Value,
  kind: CellKind,
  path: string,
  columns: Columns,
): ReadValue {
  if (typeof value !== 'object') return () => value;
  if ('column' in value) return compileCell(value, kind, path, columns);
  const cases = value.cases.map((one) => ({
    holds: compileCondition(one.when, columns),
    read: compileValue(one.value, kind, path, columns),
  }));
  const otherwise =
    value.otherwise === undefined
      ? () => undefined
      : compileValue(value.otherwise, kind, path, columns);
  return (row) => (cases.find(({ holds }) => holds(row))?.read ?? otherwise)(row);
}

function compileCell(
  { column, map, otherwise, blank, form, prefix = '' }: CellValue,
  kind: CellKind,
  path: string,
  columns: Columns,
): ReadValue {
  const cell = columns.cell(column);
  const meanings = map === undefined ? undefined : new Map(Object.entries(map));
  const problem = (message: string): RowProblem => ({ path, column, message });
  return (row) => {
    const text = cell(row);
    if (text === '') return blank;
    if (meanings !== undefined) {
      return (
        meanings.get(text) ?? otherwise ?? problem('has a text that the mapping does not list')
      );
    }
    if (kind === 'text') return prefix + shaped(text, form);
    return converted(text, kind) ?? problem(`must be ${asked[kind]}`);
  };
}

const asked = { number: 'a whole number', boolean: 'true or false' } as const;

function converted(text: string, kind: 'number' | 'boolean'): Constant | undefined {
  if (kind === 'number') return /^\d{1,9}$/.test(text) ? Number(text) : undefined;
  const small = text.toLowerCase();
  return small === 'true' ? true : small === 'false' ? false : undefined;
}

function shaped(text: string, form: CellValue['form']): string {
  switch (form) {
    case 'lower':
      return text.toLowerCase();
    case 'upper':
      return text.toUpperCase();
    case 'slug':
      return text
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}]+/gu, '-')
        .replaceAll(/^-|-$/g, '');
    default:
      return text;
  }
}
