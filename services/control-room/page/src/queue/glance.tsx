import { place, showLongStanding } from '../state/place.ts';
import { glance, picture } from '../state/room.ts';
import { Due } from '../words/due.tsx';
import { Mark } from '../words/mark.tsx';

/** The state of the room in four figures, to be read from across it. */
export function Glance() {
  if (picture.value === undefined) return null;
  const { childrenOverdue, possibleOverdue, oldestChildDueAt, unanswered, next } = glance.value;
  return (
    <dl class="glance">
      <div class={childrenOverdue > 0 ? 'figure figure-bad' : 'figure'}>
        <dt>
          <Mark shape="child" /> Children overdue
        </dt>
        <dd>
          {childrenOverdue}
          {oldestChildDueAt !== undefined && (
            <small>
              longest <Due at={oldestChildDueAt} />
            </small>
          )}
        </dd>
      </div>
      <div class="figure">
        <dt>
          <Mark shape="possible" /> Possibly children
        </dt>
        <dd>
          {possibleOverdue}
          <small>overdue</small>
        </dd>
      </div>
      <div class={unanswered > 0 ? 'figure figure-open' : 'figure'}>
        <dt>Need an answer</dt>
        <dd>
          {unanswered}
          <small>{unanswered === 0 ? 'all answered' : 'not acknowledged'}</small>
        </dd>
      </div>
      <div class="figure">
        <dt>Next due</dt>
        <dd>
          {next?.dueAt === undefined ? '–' : <Due at={next.dueAt} />}
          <small>{next === undefined ? 'nothing is waiting' : next.incidentId}</small>
        </dd>
      </div>
    </dl>
  );
}

/** Those in breach for more than a day are apart: they must not bury tonight's, nor be forgotten. */
export function Digest() {
  const { count, unanswered, oldestDueAt } = glance.value.longStanding;
  const open = place.value.filters.longStanding === true;
  if (count === 0 && !open) return null;
  return (
    <div class="digest">
      <p>
        <strong>{count.toLocaleString('en-GB')} long-standing</strong>
        <span>
          overdue for more than a day
          {oldestDueAt !== undefined && (
            <>
              {' · longest '}
              <Due at={oldestDueAt} />
            </>
          )}
          {unanswered > 0 && ` · ${unanswered} need an answer`}
        </span>
      </p>
      <button
        type="button"
        class="button"
        aria-pressed={open}
        onClick={() => showLongStanding(!open)}
      >
        {open ? 'Back to the queue' : 'Show them'}
      </button>
    </div>
  );
}
