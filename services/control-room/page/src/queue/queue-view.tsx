import { clearFilters, openIncident, place, showLongStanding } from '../state/place.ts';
import { legend } from '../state/preferences.ts';
import { hidden, picture, shown, summary } from '../state/room.ts';
import { summaryWords } from '../words/announcement.ts';
import { FilterBar } from './filters.tsx';
import { Digest, Glance } from './glance.tsx';
import { QueueList } from './list.tsx';

/** The queue and what explains it. */
export function QueueView() {
  return (
    <>
      <Glance />
      {legend.value === 'on' && <Legend />}
      <FilterBar />
      <Summary />
      <Digest />
      {shown.value.length === 0 ? <Empty /> : <QueueList />}
    </>
  );
}

function Legend() {
  return (
    <aside class="legend" aria-label="How to read the queue">
      <p>
        <strong>Who is still waiting, the most urgent first:</strong> children, then possible
        children; the longest overdue at the top.
      </p>
      <button type="button" class="button button-quiet" onClick={() => (legend.value = 'off')}>
        Got it
      </button>
    </aside>
  );
}

/** Hundreds of old alarms at once are one list with the worst first. */
function Summary() {
  if (summary.value === undefined || summary.value.count === 0) return null;
  const rows = summary.value.worst.flatMap((id) => picture.value?.rows.get(id) ?? []).slice(0, 5);
  return (
    <section class="summary" aria-label="Caught up">
      <p>
        <strong>{summaryWords(summary.value)}</strong>{' '}
        {rows.length > 0 && 'They are in the queue below; the worst:'}
      </p>
      <ul>
        {rows.map(({ id, incidentId }) => (
          <li key={id}>
            <button type="button" class="link" onClick={() => openIncident(incidentId)}>
              {incidentId}
            </button>
          </li>
        ))}
      </ul>
      <button type="button" class="button button-quiet" onClick={() => (summary.value = undefined)}>
        Put away
      </button>
    </section>
  );
}

/** An empty queue says why it is empty, and what would stand there. */
function Empty() {
  if (picture.value === undefined) {
    return (
      <div class="empty">
        <p class="empty-title">Waiting for the first picture from the server.</p>
        <p>The queue appears here as soon as it is heard.</p>
      </div>
    );
  }
  if (place.value.filters.longStanding === true) {
    return (
      <div class="empty">
        <p class="empty-title">Nothing has been overdue for more than a day.</p>
        <p>What has would stand here, apart from tonight’s queue.</p>
        <button type="button" class="button" onClick={() => showLongStanding(false)}>
          Back to the queue
        </button>
      </div>
    );
  }
  if (hidden.value.length > 0) {
    return (
      <div class="empty">
        <p class="empty-title">Nothing in the queue is as you filter it.</p>
        <p>{hidden.value.length.toLocaleString('en-GB')} rows are hidden by the filters.</p>
        <button type="button" class="button" onClick={clearFilters}>
          Show all
        </button>
      </div>
    );
  }
  return (
    <div class="empty">
      <p class="empty-title">Nobody is waiting.</p>
      <p>
        An incident appears here when it is created and counts down until it is attended, children
        first.
      </p>
    </div>
  );
}
