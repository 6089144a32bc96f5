import type { AlertRecord, LedgerRecord } from '@vigil/domain/ledger/alert';
import { describeDuration } from '@vigil/domain/time/duration';
import type { Instant } from '@vigil/domain/time/instant';

const notYet: Record<AlertRecord['milestone'], string> = {
  attended: 'unattended',
  seen: 'child not seen',
  allocated: 'unallocated',
  contacted: 'caller not contacted',
};

const child: Record<AlertRecord['child'], string> = {
  involved: 'child involved',
  unknown: 'possibly a child',
  'not-involved': 'no child',
};

/**
 * One line on a record of the alert topic for people: what, how late, where, and what it rests on.
 *
 * @param timeZone - the policy's, for the time of day at the head of the line.
 */
export function alertLine(record: LedgerRecord, timeZone: string): string {
  const at = timeOfDay(record.at, timeZone);
  switch (record.kind) {
    case 'alert':
      return `${at}  ${record.phase.toUpperCase().padEnd(12)}  ${record.incidentId}  ${storyOf(record)}`;
    case 'retraction':
      return `${at}  RETRACTED     ${record.incidentId}  ${record.target}: the ${record.phase} is taken back (${record.reason})`;
    case 'confirmation':
      return `${at}  CONFIRMED     ${record.incidentId}  ${record.target}: the provisional ${record.phase} stands`;
    case 'feed-alert':
      return record.phase === 'feed-silent'
        ? `${at}  FEED SILENT   ${record.source}: nothing heard since ${timeOfDay(record.lastHeard, timeZone)}; silence is not good news`
        : `${at}  FEED HEARD    ${record.source}: heard again`;
    case 'objective-alert': {
      const figures = record.windows.map(
        ({ lengthMs, within, missed }) =>
          `${Math.round((100 * within) / Math.max(1, within + missed))} % of ${within + missed} in ${describeDuration(lengthMs)}`,
      );
      const verdict = record.phase === 'objective-missed' ? 'is missed' : 'is met again';
      return `${at}  OBJECTIVE     ${record.forceId}  ${record.objective} ${verdict}: ${figures.join(', ')} (target ${Math.round(record.target * 100)} %)`;
    }
  }
}

function storyOf(alert: AlertRecord): string {
  const about = [alert.grade, child[alert.child], alert.areaId ?? alert.forceId].join(', ');
  const waited =
    alert.begin === undefined ? '' : ` after ${describeDuration(alert.at - alert.begin)}`;
  // An end is always told after it happened, as soon as somebody has recorded it.
  const isLate = alert.late !== undefined && alert.phase !== 'cleared';
  const late = isLate ? `; raised late (${alert.late})` : '';
  const provisional = alert.confidence === 'provisional' ? '; provisional' : '';
  const what =
    alert.phase === 'cleared'
      ? `over: ${alert.reason ?? 'cleared'}${waited}`
      : `${notYet[alert.milestone]}${waited}`;
  return `${alert.target}: ${what} (${about})${provisional}${late}`;
}

const formats = new Map<string, Intl.DateTimeFormat>();

function timeOfDay(instant: Instant, timeZone: string): string {
  const format =
    formats.get(timeZone) ??
    new Intl.DateTimeFormat('en-GB', {
      timeZone,
      weekday: 'short',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
    });
  formats.set(timeZone, format);
  return format.format(instant);
}
