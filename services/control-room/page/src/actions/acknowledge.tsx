import type { QueueRow } from '@vigil/control-room/api/model';
import { useState } from 'preact/hooks';
import { ApiProblem } from '../connection/problem.ts';
import { me } from '../state/room.ts';
import { phaseWords, readable } from '../words/terms.ts';
import { lengthOf } from '../words/times.ts';
import { askNothing } from './ask.ts';
import { Dialog } from './dialog.tsx';
import { acknowledge } from './send.ts';

/** Somebody has seen the alarm and says so; a note says what they do about it. */
export function AcknowledgeDialog({ row }: { row: QueueRow }) {
  const [note, setNote] = useState('');
  const [refused, setRefused] = useState<string>();
  const [sending, setSending] = useState(false);
  const lasts = me.value?.policy.acknowledgementLastsMs;

  async function submit(event: Event) {
    event.preventDefault();
    setSending(true);
    try {
      await acknowledge(row, note);
      askNothing();
    } catch (error) {
      setRefused(refusal(error));
      setSending(false);
    }
  }

  return (
    <Dialog title={`Acknowledge ${row.incidentId}`}>
      <form onSubmit={submit}>
        <p>
          {phaseWords(row)}: {readable(row.target).toLowerCase()}.{' '}
          {row.phase === 'cleared'
            ? 'It has ended; acknowledging takes it out of the queue.'
            : 'The clock goes on: only an attendance ends it.'}
          {row.phase !== 'cleared' &&
            lasts !== undefined &&
            ` If it is still overdue after ${lengthOf(lasts)} it comes back unread.`}
        </p>
        <label class="field">
          <span>Note, for whoever looks next (optional)</span>
          <textarea
            rows={3}
            maxLength={500}
            value={note}
            onInput={({ currentTarget }) => setNote(currentTarget.value)}
            onKeyDown={(event) => {
              if (event.key === 'Enter' && !event.shiftKey) void submit(event);
            }}
          />
        </label>
        <p class="hint">No names, addresses or telephone numbers. Enter acknowledges.</p>
        <Refused text={refused} />
        <div class="dialog-buttons">
          <button type="button" class="button" onClick={askNothing}>
            Cancel
          </button>
          <button type="submit" class="button button-main" disabled={sending}>
            Acknowledge
          </button>
        </div>
      </form>
    </Dialog>
  );
}

export function Refused({ text }: { text: string | undefined }) {
  return <div role="alert">{text !== undefined && <p class="refused">Not done: {text}.</p>}</div>;
}

/** Why the server would not, in its words. */
export function refusal(error: unknown): string {
  if (error instanceof ApiProblem) return error.message.replace(/\.$/, '');
  return 'the server cannot be reached';
}
