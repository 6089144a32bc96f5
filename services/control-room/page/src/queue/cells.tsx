import type { QueueRow } from '@vigil/control-room/api/model';
import { slowAfterMs } from '../state/pending.ts';
import { now, pending, wall } from '../state/room.ts';
import { Due, Used } from '../words/due.tsx';
import { Mark } from '../words/mark.tsx';
import {
  alarmWords,
  childWords,
  gradeWords,
  missing,
  needsAnswer,
  phaseWords,
  readable,
  standingOf,
  whereWords,
} from '../words/terms.ts';

/** The cells of one row: how late, who, where, and what has been done about it. */
export function RowCells({ row, ghost }: { row: QueueRow; ghost: boolean }) {
  return (
    <>
      <div role="gridcell" class="cell cell-time">
        <span class="time-line">
          <Mark shape={ghost ? 'ended' : standingOf(row.phase)} />
          <Time row={row} ghost={ghost} />
        </span>
        <span class="under">{ghost ? 'Has left the queue' : phaseWords(row)}</span>
        {row.beginAt !== undefined && row.dueAt !== undefined && row.phase !== 'cleared' && (
          <Used from={row.beginAt} to={row.dueAt} />
        )}
      </div>
      <div role="gridcell" class="cell cell-who">
        <span class="line">
          <ChildBadge child={row.child} />
          <span class="incident">{row.incidentId}</span>
        </span>
        <span class="under">{missing(row)}</span>
      </div>
      <div role="gridcell" class="cell cell-where">
        <span class="line">
          {gradeWords[row.grade]} · {whereWords(row)}
        </span>
        <span class="under">{readable(row.target)}</span>
      </div>
      <div role="gridcell" class="cell cell-alarm">
        <AlarmState row={row} />
      </div>
    </>
  );
}

function Time({ row, ghost }: { row: QueueRow; ghost: boolean }) {
  if (ghost || row.phase === 'cleared') return <span class="due">–</span>;
  if (row.dueAt === undefined) return <span class="due due-none">no clock</span>;
  return <Due at={row.dueAt} />;
}

export function ChildBadge({ child }: { child: QueueRow['child'] }) {
  if (child === 'not-involved') return null;
  return (
    <span class={`badge badge-${child}`}>
      <Mark shape={child === 'involved' ? 'child' : 'possible'} />
      {childWords[child]}
    </span>
  );
}

/** The alarm's state in a word, and what follows from it. */
export function AlarmState({ row }: { row: QueueRow }) {
  const sent = pending.value.get(row.id);
  if (sent !== undefined) {
    const slow = performance.now() - sent.sentAt > slowAfterMs && now.value > 0;
    return (
      <>
        <span class="alarm alarm-pending">
          {sent.kind === 'silence' ? 'Silencing…' : 'Acknowledging…'}
        </span>
        <span class="under">{slow ? 'Sent, but not yet seen on the log' : 'Sent'}</span>
      </>
    );
  }
  return (
    <>
      <span class={`alarm alarm-${row.alarm}`}>{alarmWords[row.alarm]}</span>
      <span class="under">{detail(row)}</span>
    </>
  );
}

function detail(row: QueueRow): string {
  const { alert, acknowledged, silenced } = row;
  const { time } = wall.value;
  if (row.alarm === 'shelved' && silenced !== undefined) {
    return `until ${time(silenced.until)} by ${silenced.by}`;
  }
  if (row.alarm === 'acknowledged' && acknowledged !== undefined) {
    return `by ${acknowledged.by}, back at ${time(acknowledged.lapsesAt)}`;
  }
  if (!needsAnswer(row) || alert === undefined) return '';
  const parts = [`since ${time(alert.raisedAt)}`];
  if (alert.confidence === 'provisional') parts.push('provisional');
  if (alert.late !== undefined) parts.push('found late');
  return parts.join(' · ');
}
