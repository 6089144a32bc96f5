/** The figures of a report as tables for spreadsheets. */
import type { Report } from '@vigil/domain/report/report';
import { waitOutcomes } from '@vigil/domain/report/wait';
import { stringify } from 'csv-stringify/sync';

type Row = Readonly<Record<string, string | number | null>>;

/**
 * `report.csv`: a row for each objective, force, area and month, with the number of calls and reopenings
 * by what became of them. They add up to all incidents and their reopenings.
 */
export function attainmentTable({ objectives }: Report): string {
  return written(
    ['objective', 'target', 'forceId', 'areaId', 'month', ...waitOutcomes],
    objectives.flatMap(({ name, target, cells }) =>
      cells.map(({ forceId, areaId, month, outcomes }) => ({
        objective: name,
        target,
        forceId,
        areaId,
        month,
        ...outcomes,
      })),
    ),
  );
}

/** `report-times.csv`: what had become of incidents after lengths of waiting, over all and by child. */
export function timesTable({ objectives }: Report): string {
  return written(
    ['objective', 'child', 'ms', 'reached', 'closed', 'left', 'kaplanMeier'],
    objectives.flatMap(({ name, times }) =>
      [{ child: 'any', curve: times.curve }, ...times.children].flatMap(({ child, curve }) =>
        curve.map((point) => ({ objective: name, child, ...point })),
      ),
    ),
  );
}

/** RFC 4180. What a spreadsheet would take for a formula gets an apostrophe in front. */
function written(columns: readonly string[], rows: readonly Row[]): string {
  return stringify([...rows], {
    header: true,
    columns: [...columns],
    escape_formulas: true,
  }).trimEnd();
}
