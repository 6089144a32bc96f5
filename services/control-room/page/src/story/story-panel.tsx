import { useComputed, useSignal } from '@preact/signals';
import type { Story } from '@vigil/control-room/api/model';
import { useEffect, useRef } from 'preact/hooks';
import { refusal } from '../actions/acknowledge.tsx';
import { leaveStory } from '../actions/keys.ts';
import { api } from '../actions/send.ts';
import { ChildBadge } from '../queue/cells.tsx';
import { picture } from '../state/room.ts';
import { whereWords } from '../words/terms.ts';
import { Standings } from './standings.tsx';
import { ActionList, AlertList, ClockList, FactList } from './story-parts.tsx';

type Reading =
  | { kind: 'reading' }
  | { kind: 'read'; story: Story }
  | { kind: 'refused'; why: string };

/** One incident's story: what happened, what is counted, what was raised and why. */
export function StoryPanel({ incidentId }: { incidentId: string }) {
  const reading = useSignal<Reading>({ kind: 'reading' });
  const heading = useRef<HTMLHeadingElement>(null);
  const rows = useComputed(() =>
    [...(picture.value?.rows.values() ?? [])].filter((row) => row.incidentId === incidentId),
  ).value;
  // A row is a new object when it changed: then the story has changed too.
  const version = rows
    .map(({ id, phase, phaseAt, alarm }) => `${id} ${phase} ${phaseAt} ${alarm}`)
    .join();

  useEffect(() => {
    reading.value = { kind: 'reading' };
    heading.current?.focus();
  }, [incidentId, reading]);

  useEffect(() => {
    let left = false;
    api.value?.story(incidentId).then(
      (story) => {
        if (!left) reading.value = { kind: 'read', story };
      },
      (error: unknown) => {
        if (!left) reading.value = { kind: 'refused', why: refusal(error) };
      },
    );
    return () => {
      left = true;
    };
  }, [incidentId, version, reading]);

  const [first] = rows;
  return (
    <section class="story" aria-labelledby="story-title">
      <header class="story-head">
        <h2 id="story-title" tabIndex={-1} ref={heading}>
          {incidentId}
        </h2>
        <button type="button" class="button" onClick={leaveStory}>
          Close <kbd>Esc</kbd>
        </button>
      </header>
      <div class="story-body">
        {first !== undefined && (
          <p class="story-where">
            <ChildBadge child={first.child} /> {whereWords(first)}
          </p>
        )}
        <Standings rows={rows} />
        <Told reading={reading.value} inQueue={rows.length > 0} />
      </div>
    </section>
  );
}

function Told({ reading, inQueue }: { reading: Reading; inQueue: boolean }) {
  if (reading.kind === 'reading') return <p class="hint">Reading its story…</p>;
  if (reading.kind === 'refused')
    return <p class="refused">Its story cannot be read: {reading.why}.</p>;
  const { story } = reading;
  return (
    <>
      {!inQueue && <p class="hint">It is not in the queue: no target is counted for it now.</p>}
      <ClockList clocks={story.clocks} now={story.now} />
      <AlertList alerts={story.alerts} now={story.now} />
      <ActionList actions={story.actions} now={story.now} />
      <FactList facts={story.facts} now={story.now} />
      <p class="hint">Decided by policy {story.policyVersion}.</p>
    </>
  );
}
