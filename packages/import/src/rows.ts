/** From rows of a dispatch system's table to facts, by a declared mapping. Pure: no file, no clock. */
import { hash } from 'node:crypto';
import { checkFact, dataNames } from '@vigil/domain/facts/check-fact';
import { type Fact, instantField } from '@vigil/domain/facts/fact';
import { formatInstant, type Instant, parseInstant } from '@vigil/domain/time/instant';
import { type Columns, columnsOf, type Row } from './columns.ts';
import { compileCondition, type Meant } from './condition.ts';
import type { MappedFact, MappedTime, Mapping, Value } from './mapping.ts';
import { compileTimePattern, type ReadWallTime } from './time-pattern.ts';
import { type CellKind, compileValue, type ReadValue, type RowProblem } from './value.ts';
import { instantOf } from './wall-time.ts';

/** What becomes of a row. */
export type MappedRow =
  | { readonly kind: 'facts'; readonly facts: readonly Fact[] }
  /** The mapping's `rows` does not mean it. */
  | { readonly kind: 'left-out' }
  | { readonly kind: 'rejected'; readonly problems: readonly RowProblem[] };

/** Reads a row; one that has anything wrong gives no facts at all, so that nothing half true is kept. */
export type MapRow = (row: Row) => MappedRow;

/**
 * Compiles a mapping for a table.
 *
 * A fact's id is made from what it says, so the same row gives the same fact again, and an export that
 * overlaps with the last repeats facts instead of adding them.
 *
 * @param header - the first row of the table: the names of its columns.
 * @throws HeaderError when a column that the mapping names is not there.
 */
export function compileMapping(mapping: Mapping, header: Row): MapRow {
  const columns = columnsOf(header);
  const isMeant = compileCondition(mapping.rows, columns);
  const incidentId = compileValue(mapping.incidentId, 'text', 'incidentId', columns);
  const makers = mapping.facts.map((fact) => compileFact(fact, mapping, columns));
  columns.check();
  return (row) => {
    if (row.length !== header.length) {
      const message = `has ${row.length} columns, the header has ${header.length}`;
      return { kind: 'rejected', problems: [{ path: '', message }] };
    }
    if (columns.hasUndecoded(row)) {
      const message = 'has bytes that are no text in the encoding; table.encoding can name another';
      return { kind: 'rejected', problems: [{ path: '', message }] };
    }
    if (!isMeant(row)) return { kind: 'left-out' };
    const id = incidentId(row);
    if (id === undefined || typeof id === 'object') {
      const problem = id ?? { path: 'incidentId', message: 'is blank' };
      return { kind: 'rejected', problems: [problem] };
    }
    const made = makers.map((make) => make(row, String(id)));
    const problems = made.flatMap((one) => (Array.isArray(one) ? one : []));
    if (problems.length > 0) return { kind: 'rejected', problems };
    return { kind: 'facts', facts: made.flatMap((one) => (isFact(one) ? one : [])) };
  };
}

/** A fact; none where the row says nothing of it; or what is wrong. */
type Made = Fact | undefined | readonly RowProblem[];

function isFact(made: Made): made is Fact {
  return made !== undefined && !Array.isArray(made);
}

type MakeFact = (row: Row, incidentId: string) => Made;

const kinds: Readonly<Record<string, CellKind>> = {
  youngestAge: 'number',
  reviewed: 'boolean',
  childSeen: 'boolean',
};

function compileFact(mapped: MappedFact, mapping: Mapping, columns: Columns): MakeFact {
  const { type } = mapped;
  const applies: Meant = compileCondition(mapped.when, columns);
  const at = compileTime(mapped.at, mapping, `${type}.${instantField[type]}`, columns);
  const recordedAt =
    mapped.recordedAt === undefined
      ? undefined
      : compileTime(mapped.recordedAt, mapping, `${type}.time`, columns);
  const fields = fieldsOf(mapped, columns);
  return (row, incidentId) => {
    if (!applies(row)) return undefined;
    const happened = at(row);
    if (happened === undefined) {
      if (type !== 'incident-created') return undefined;
      return [{ path: `${type}.createdAt`, column: mapped.at.column, message: 'is blank' }];
    }
    const problems: RowProblem[] = [];
    if (typeof happened === 'object') problems.push(happened);
    const recorded = recordedAt?.(row);
    if (typeof recorded === 'object') problems.push(recorded);
    const data: Record<string, unknown> = { incidentId };
    for (const [name, read] of fields) {
      const value = read(row);
      if (isProblem(value)) problems.push(value);
      else if (value !== undefined) data[name] = value;
    }
    if (typeof happened === 'object' || problems.length > 0) return problems;
    data[instantField[type]] = happened;
    const time = typeof recorded === 'number' ? { time: formatInstant(recorded) } : {};
    return checked(mapped, mapping.source, time, data);
  };
}

/** The same check that a fact from any other file passes. */
function checked(
  mapped: MappedFact,
  source: string,
  time: { readonly time?: string },
  data: Readonly<Record<string, unknown>>,
): Made {
  const { type } = mapped;
  const id = hash('sha256', JSON.stringify([type, data]), 'hex').slice(0, idDigits);
  const subject = data['incidentId'];
  const result = checkFact({ type, id, source, subject, ...time, data }, 'millis');
  switch (result.kind) {
    case 'fact':
      return result.fact;
    case 'rejected':
      return result.problems
        .filter(({ path }) => path !== 'subject')
        .map(({ path, message }) => located(mapped, path.replace(/^data\./, ''), message));
    case 'heartbeat':
      return undefined;
  }
}

function located(mapped: MappedFact, field: string, message: string): RowProblem {
  const value: unknown = Object.entries(mapped).find(([name]) => name === field)?.[1];
  const path = `${mapped.type}.${field}`;
  const isCell = typeof value === 'object' && value !== null && 'column' in value;
  return isCell && typeof value.column === 'string'
    ? { path, column: value.column, message }
    : { path, message };
}

/** Hexadecimal digits of an id: 128 bits, which no two facts of a force share by chance. */
const idDigits = 32;

type ReadField = (row: Row) => ReturnType<ReadValue> | readonly string[];

function fieldsOf(mapped: MappedFact, columns: Columns): readonly (readonly [string, ReadField])[] {
  const values: Readonly<Record<string, unknown>> = mapped;
  const fields: (readonly [string, ReadField])[] = [];
  for (const name of dataNames(mapped.type)) {
    const value = values[name];
    if (value === undefined || name === 'incidentId' || name === 'childMarkers') continue;
    const path = `${mapped.type}.${name}`;
    // The document's schema has a value in every field but the markers.
    fields.push([name, compileValue(value as Value, kinds[name] ?? 'text', path, columns)]);
  }
  if ('childMarkers' in mapped && mapped.childMarkers !== undefined) {
    const markers = mapped.childMarkers.map(({ when, marker }) => ({
      marker,
      holds: compileCondition(when, columns),
    }));
    fields.push(['childMarkers', (row) => markersOf(markers, row)]);
  }
  return fields;
}

/** None rather than an empty list: an export without a mark does not say that there is no child. */
function markersOf(
  markers: readonly { readonly marker: string; readonly holds: Meant }[],
  row: Row,
): readonly string[] | undefined {
  const found = new Set(markers.filter(({ holds }) => holds(row)).map(({ marker }) => marker));
  return found.size === 0 ? undefined : [...found];
}

function isProblem(value: ReturnType<ReadField>): value is RowProblem {
  return typeof value === 'object' && 'message' in value;
}

type ReadTime = (row: Row) => Instant | undefined | RowProblem;

function compileTime(
  { column, format }: MappedTime,
  { times }: Mapping,
  path: string,
  columns: Columns,
): ReadTime {
  const cell = columns.cell(column);
  const patterns = format ?? times.format;
  const readers = patterns.flatMap((pattern): ReadWallTime[] => {
    const compiled = pattern === 'rfc3339' ? undefined : compileTimePattern(pattern);
    return typeof compiled === 'function' ? [compiled] : [];
  });
  const withOffset = patterns.includes('rfc3339');
  const notWritten = `is not written as ${patterns.join(' or ')}`;
  const choice = { skipped: times.skipped ?? 'reject', repeated: times.repeated ?? 'reject' };
  const problem = (message: string): RowProblem => ({ path, column, message });
  return (row) => {
    const text = cell(row);
    if (text === '') return undefined;
    for (const read of readers) {
      const wall = read(text);
      if (wall === undefined) continue;
      const instant = instantOf(wall, times.zone, choice);
      return typeof instant === 'number' ? instant : problem(instant.problem);
    }
    if (!withOffset || !/^\d{4}-\d{2}-\d{2}T/i.test(text)) return problem(notWritten);
    const instant = parseInstant(text);
    return typeof instant === 'number' ? instant : problem(instant.problem);
  };
}
