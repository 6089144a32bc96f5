import type { Cell, Columns, Row } from './columns.ts';
import type { CellTest, Condition } from './mapping.ts';

/** Whether a row is one of those that a condition means. */
export type Meant = (row: Row) => boolean;

/** Compiles a condition for a table; without one, every row is meant. */
export function compileCondition(condition: Condition | undefined, columns: Columns): Meant {
  const tests = Object.entries(condition ?? {}).map(([column, test]) =>
    compileTest(columns.cell(column), test),
  );
  return (row) => tests.every((test) => test(row));
}

function compileTest(cell: Cell, test: CellTest): Meant {
  if (typeof test === 'string') return (row) => cell(row) === test;
  if (isList(test)) {
    const texts = new Set(test);
    return (row) => texts.has(cell(row));
  }
  if (test.matches !== undefined) {
    const expression = new RegExp(test.matches, 'iu');
    return (row) => expression.test(cell(row));
  }
  if (test.not !== undefined) {
    const is = compileTest(cell, test.not);
    return (row) => !is(row);
  }
  return (row) => (cell(row) === '') === test.blank;
}

function isList(test: CellTest): test is readonly string[] {
  return Array.isArray(test);
}
