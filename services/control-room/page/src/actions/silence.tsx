import type { QueueRow } from '@vigil/control-room/api/model';
import { useState } from 'preact/hooks';
import { me } from '../state/room.ts';
import { readable } from '../words/terms.ts';
import { Refused, refusal } from './acknowledge.tsx';
import { askNothing } from './ask.ts';
import { Dialog } from './dialog.tsx';
import { silence } from './send.ts';

const offered = [10, 15, 30, 60, 120, 240] as const;
const hourMinutes = 60;

/** Puts an alarm aside for a while, with a reason; not a critical one. */
export function SilenceDialog({ row }: { row: QueueRow }) {
  if (row.severity === 'critical') return <NotThisOne row={row} />;
  return <SilenceForm row={row} />;
}

function NotThisOne({ row }: { row: QueueRow }) {
  return (
    <Dialog title={`${row.incidentId} cannot be silenced`}>
      <p>
        Its alarm is critical. Silence is for what may wait; a critical alarm means that somebody
        may be in danger now, so it stays until it is attended. You can acknowledge it.
      </p>
      <div class="dialog-buttons">
        <button type="button" class="button button-main" onClick={askNothing}>
          Close
        </button>
      </div>
    </Dialog>
  );
}

function SilenceForm({ row }: { row: QueueRow }) {
  const most = Math.floor((me.value?.policy.maxSilenceMs ?? hourMinutes * 60_000) / 60_000);
  const choices = [...offered.filter((minutes) => minutes < most), most];
  const [minutes, setMinutes] = useState(choices.includes(15) ? 15 : most);
  const [reason, setReason] = useState('');
  const [scope, setScope] = useState<'incident' | 'area'>('incident');
  const [refused, setRefused] = useState<string>();
  const [sending, setSending] = useState(false);

  async function submit(event: Event) {
    event.preventDefault();
    setSending(true);
    try {
      await silence(row, { scope, minutes, reason });
      askNothing();
    } catch (error) {
      setRefused(refusal(error));
      setSending(false);
    }
  }

  return (
    <Dialog title={`Silence ${row.incidentId}`}>
      <form onSubmit={submit}>
        <p>
          It stays in the queue and keeps counting, but calls nobody. At most {most} minutes; it
          comes back by itself, and at once if it becomes critical.
        </p>
        <fieldset class="field">
          <legend>For how long</legend>
          <div class="choices">
            {choices.map((choice) => (
              <label key={choice} class="choice">
                <input
                  type="radio"
                  name="minutes"
                  checked={choice === minutes}
                  autofocus={choice === minutes}
                  onChange={() => setMinutes(choice)}
                />
                {choice} min
              </label>
            ))}
          </div>
        </fieldset>
        {row.areaId !== undefined && (
          <fieldset class="field">
            <legend>What</legend>
            <label class="choice">
              <input
                type="radio"
                name="scope"
                checked={scope === 'incident'}
                onChange={() => setScope('incident')}
              />
              This incident
            </label>
            <label class="choice">
              <input
                type="radio"
                name="scope"
                checked={scope === 'area'}
                onChange={() => setScope('area')}
              />
              “{readable(row.target)}” everywhere in {row.areaId}
            </label>
          </fieldset>
        )}
        <label class="field">
          <span>Reason, kept with your name</span>
          <textarea
            rows={2}
            required
            minLength={3}
            maxLength={500}
            value={reason}
            onInput={({ currentTarget }) => setReason(currentTarget.value)}
          />
        </label>
        <Refused text={refused} />
        <div class="dialog-buttons">
          <button type="button" class="button" onClick={askNothing}>
            Cancel
          </button>
          <button type="submit" class="button button-main" disabled={sending}>
            Silence for {minutes} min
          </button>
        </div>
      </form>
    </Dialog>
  );
}
