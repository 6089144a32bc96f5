import type { QueueRow } from '@vigil/control-room/api/model';
import { askAcknowledge, askSilence } from '../actions/ask.ts';
import { AlarmState } from '../queue/cells.tsx';
import { mayAct, pending, wall } from '../state/room.ts';
import { Due, Used } from '../words/due.tsx';
import { Mark } from '../words/mark.tsx';
import {
  gradeWords,
  missing,
  needsAnswer,
  phaseWords,
  readable,
  standingOf,
} from '../words/terms.ts';

/** How the incident stands against each of its targets now, and what can be done about it. */
export function Standings({ rows }: { rows: readonly QueueRow[] }) {
  return (
    <ul class="standings">
      {rows.map((row) => (
        <Standing key={row.id} row={row} />
      ))}
    </ul>
  );
}

function Standing({ row }: { row: QueueRow }) {
  return (
    <li class={`standing row-${standingOf(row.phase)}`}>
      <p class="time-line">
        <Mark shape={standingOf(row.phase)} />
        {row.dueAt === undefined || row.phase === 'cleared' ? null : <Due at={row.dueAt} />}
        <span class="standing-phase">{phaseWords(row)}</span>
      </p>
      {row.beginAt !== undefined && row.dueAt !== undefined && row.phase !== 'cleared' && (
        <Used from={row.beginAt} to={row.dueAt} />
      )}
      <p>
        {readable(row.target)} · {gradeWords[row.grade]}
        {row.dueAt === undefined ? '' : ` · due ${wall.value.time(row.dueAt)}`}
      </p>
      <p class="hint">{missing(row)}</p>
      <div class="standing-alarm">
        <AlarmState row={row} />
      </div>
      {row.acknowledged?.note !== undefined && <p class="note">“{row.acknowledged.note}”</p>}
      {row.silenced !== undefined && <p class="note">Silenced: {row.silenced.reason}</p>}
      {mayAct.value && <Answers row={row} />}
    </li>
  );
}

function Answers({ row }: { row: QueueRow }) {
  const waiting = pending.value.has(row.id);
  const critical = row.severity === 'critical';
  return (
    <div class="standing-answers">
      {needsAnswer(row) && (
        <button
          type="button"
          class="button button-main"
          disabled={waiting}
          onClick={() => askAcknowledge(row)}
        >
          Acknowledge <kbd>a</kbd>
        </button>
      )}
      {row.phase !== 'cleared' && row.alarm !== 'shelved' && !critical && (
        <button type="button" class="button" disabled={waiting} onClick={() => askSilence(row)}>
          Silence <kbd>s</kbd>
        </button>
      )}
      {critical && row.phase !== 'cleared' && (
        <p class="hint">Critical: it cannot be silenced, only attended.</p>
      )}
    </div>
  );
}
