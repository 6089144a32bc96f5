import { legend, singleKeys } from '../state/preferences.ts';
import { Mark } from '../words/mark.tsx';
import { alarmWords } from '../words/terms.ts';
import { askNothing } from './ask.ts';
import { Dialog } from './dialog.tsx';
import { keys } from './keys.ts';

const states = [
  ['waiting', 'watched, and nothing is wrong yet'],
  ['unacknowledged', 'nobody has said that they have seen it'],
  ['acknowledged', 'somebody has; it comes back unread if it is still overdue when that lapses'],
  [
    'returned-unacknowledged',
    'it ended before anybody answered, and stays in sight until somebody does',
  ],
  ['shelved', 'put aside for a while by somebody, with a reason; it keeps counting'],
] as const;

/** How the page works, on one screen. */
export function HelpDialog() {
  return (
    <Dialog title="How this page works">
      {/* Otherwise the first switch has the focus, far below. */}
      <p tabIndex={-1} autofocus class="help-start">
        Vigil watches every open incident against its targets. The queue is ranked by itself:
        children first, then possible children, the longest overdue at the top, then what is due
        next. A row that you point at or have selected stays under your hand while the queue changes
        around it.
      </p>
      <h3>Marks</h3>
      <ul class="help-marks">
        <li>
          <Mark shape="overdue" /> overdue
        </li>
        <li>
          <Mark shape="escalated" /> overdue, a step further
        </li>
        <li>
          <Mark shape="soon" /> due soon
        </li>
        <li>
          <Mark shape="in-time" /> in time
        </li>
        <li>
          <Mark shape="ended" /> ended
        </li>
        <li>
          <Mark shape="child" /> a child is involved
        </li>
        <li>
          <Mark shape="possible" /> nobody has said whether one is
        </li>
      </ul>
      <h3>Alarms</h3>
      <dl class="help-list">
        {states.map(([state, words]) => (
          <div key={state}>
            <dt>{alarmWords[state]}</dt>
            <dd>{words}</dd>
          </div>
        ))}
      </dl>
      <h3>Keys</h3>
      <dl class="help-list">
        {keys.map(({ shown, does }) => (
          <div key={shown}>
            <dt>
              <kbd>{shown}</kbd>
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
      <label class="choice">
        <input
          type="checkbox"
          checked={singleKeys.value === 'on'}
          onChange={({ currentTarget }) => {
            singleKeys.value = currentTarget.checked ? 'on' : 'off';
          }}
        />
        Keys of a single letter (switch off when you dictate)
      </label>
      <label class="choice">
        <input
          type="checkbox"
          checked={legend.value === 'on'}
          onChange={({ currentTarget }) => {
            legend.value = currentTarget.checked ? 'on' : 'off';
          }}
        />
        Show the line that explains the queue
      </label>
      <div class="dialog-buttons">
        <button type="button" class="button button-main" onClick={askNothing}>
          Close
        </button>
      </div>
    </Dialog>
  );
}
