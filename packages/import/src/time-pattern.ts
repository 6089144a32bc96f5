/** How an export writes times, as a pattern of letters (those of Unicode's LDML, as Java and ICU use). */

/** A time on a clock on the wall, without a zone. Months from 1. */
export interface WallTime {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly millisecond: number;
}

/** Reads a text by a pattern; `undefined` when it is not as the pattern says. */
export type ReadWallTime = (text: string) => WallTime | undefined;

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

interface Letters {
  readonly matches: string;
  readonly field: keyof WallTime | 'halfDayHour' | 'afternoon';
  readonly read: (text: string) => number;
}

const letters: Readonly<Record<string, Letters>> = {
  yyyy: { matches: '\\d{4}', field: 'year', read: Number },
  MM: { matches: '\\d{2}', field: 'month', read: Number },
  M: { matches: '\\d{1,2}', field: 'month', read: Number },
  MMM: {
    matches: '[A-Za-z]{3}',
    field: 'month',
    read: (text) => months.indexOf(text.toLowerCase()) + 1,
  },
  dd: { matches: '\\d{2}', field: 'day', read: Number },
  d: { matches: '\\d{1,2}', field: 'day', read: Number },
  HH: { matches: '\\d{2}', field: 'hour', read: Number },
  H: { matches: '\\d{1,2}', field: 'hour', read: Number },
  hh: { matches: '\\d{2}', field: 'halfDayHour', read: Number },
  h: { matches: '\\d{1,2}', field: 'halfDayHour', read: Number },
  mm: { matches: '\\d{2}', field: 'minute', read: Number },
  ss: { matches: '\\d{2}', field: 'second', read: Number },
  SSS: {
    matches: '\\d{1,9}',
    field: 'millisecond',
    read: (text) => Number(text.slice(0, 3).padEnd(3, '0')),
  },
  a: {
    matches: '[AaPp]\\.?[Mm]\\.?',
    field: 'afternoon',
    read: (text) => Number(/^p/i.test(text)),
  },
};

/**
 * Compiles a pattern such as `dd/MM/yyyy HH:mm:ss` or `yyyy-MM-dd'T'HH:mm`. Known are yyyy, M, MM, MMM
 * (Jan to Dec), d, dd, H, HH, h and hh (1 to 12, with a), mm, ss, SSS (a fraction of any length) and
 * a (AM or PM). Letters between apostrophes and all other characters stand for themselves.
 *
 * @returns the reader, or what is wrong with the pattern in words that fit after its path.
 */
export function compileTimePattern(pattern: string): ReadWallTime | { readonly problem: string } {
  const parts = pattern.match(/'[^']*'|([A-Za-z])\1*|[^A-Za-z']+/g) ?? [];
  if (parts.join('') !== pattern) return { problem: 'has an apostrophe without its second' };
  const groups: Letters[] = [];
  let expression = '';
  for (const part of parts) {
    if (!/^[A-Za-z]/.test(part)) {
      expression += escaped(part.startsWith("'") ? part.slice(1, -1) : part);
      continue;
    }
    const known = Object.hasOwn(letters, part) ? letters[part] : undefined;
    if (known === undefined) {
      const all = Object.keys(letters).join(', ');
      return { problem: `has ${part}, which is none of ${all}; put plain letters in apostrophes` };
    }
    if (groups.some(({ field }) => field === known.field)) {
      return { problem: `gives the ${nameOf(known.field)} twice` };
    }
    groups.push(known);
    expression += `(${known.matches})`;
  }
  const problem = missingFrom(new Set(groups.map(({ field }) => field)));
  if (problem !== undefined) return { problem };
  const whole = new RegExp(`^${expression}$`);
  return (text) => read(whole.exec(text), groups);
}

/** A text as a regular expression that matches it and nothing else. */
function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\/-]/g, '\\$&');
}

function nameOf(field: Letters['field']): string {
  if (field === 'halfDayHour') return 'hour';
  return field === 'afternoon' ? 'half of the day' : field;
}

function missingFrom(fields: ReadonlySet<Letters['field']>): string | undefined {
  for (const field of ['year', 'month', 'day', 'minute'] as const) {
    if (!fields.has(field)) return `does not give the ${field}`;
  }
  const [hour, half, afternoon] = [
    fields.has('hour'),
    fields.has('halfDayHour'),
    fields.has('afternoon'),
  ];
  if (hour && half) return 'gives the hour twice';
  if (!hour && !half) return 'does not give the hour';
  if (half && !afternoon) return 'has h, an hour of 1 to 12, without a: AM or PM';
  return undefined;
}

function read(match: RegExpExecArray | null, groups: readonly Letters[]): ReturnType<ReadWallTime> {
  if (match === null) return undefined;
  const found: Partial<Record<Letters['field'], number>> = {};
  for (const [index, { field, read: readField }] of groups.entries()) {
    found[field] = readField(match[index + 1] ?? '');
  }
  const { year = 0, month = 0, day = 0, minute = 0, second = 0, millisecond = 0 } = found;
  const { halfDayHour } = found;
  let hour = found.hour ?? 0;
  if (halfDayHour !== undefined) {
    if (halfDayHour < 1 || halfDayHour > 12) return undefined;
    hour = (halfDayHour % 12) + 12 * (found.afternoon ?? 0);
  }
  return { year, month, day, hour, minute, second, millisecond };
}
