import type { Instant } from '../time/instant.ts';

/** The calendar month of an instant, `2026-03`. */
export type MonthOf = (instant: Instant) => string;

const day = 86_400_000;
const known = new Map<string, MonthOf>();

/** Tells months on the calendars of a time zone, an IANA name. */
export function monthsIn(timeZone: string): MonthOf {
  const months = known.get(timeZone) ?? newMonths(timeZone);
  known.set(timeZone, months);
  return months;
}

/** Asking Intl costs more than deciding about an incident, so each day of UTC is asked about once. */
function newMonths(timeZone: string): MonthOf {
  const format = new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit' });
  const ask = (ms: number): string => {
    const parts = format.formatToParts(ms);
    const [year, month] = (['year', 'month'] as const).map(
      (wanted) => parts.find(({ type }) => type === wanted)?.value ?? '',
    );
    return `${year}-${month}`;
  };
  /** By day of UTC; none for the days in which a month ends there. */
  const days = new Map<number, string | undefined>();
  return (instant) => {
    const index = Math.floor(instant / day);
    if (!days.has(index)) {
      const [first, last] = [ask(index * day), ask((index + 1) * day - 1)];
      days.set(index, first === last ? first : undefined);
    }
    return days.get(index) ?? ask(instant);
  };
}
