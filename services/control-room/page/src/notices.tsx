import type { Notice } from '@vigil/control-room/api/model';
import { openIncident } from './state/place.ts';
import { now, picture, wall } from './state/room.ts';

const kindWords = {
  cleared: 'Ended',
  late: 'Found late',
  retraction: 'Withdrawn',
  confirmation: 'Confirmed',
  'feed-silent': 'Feed silent',
  'feed-heard': 'Feed heard again',
  'objective-missed': 'Below target',
  'objective-recovered': 'On target again',
  'long-standing': 'Long-standing',
  'catch-up': 'Caught up',
} as const satisfies Record<Notice['kind'], string>;

/** What is worth knowing and needs no answer: newest first, and never a sound. */
export function Notices() {
  const notices = picture.value?.notices ?? [];
  return (
    <section class="notices" aria-labelledby="notices-title">
      <header class="notices-head">
        <h2 id="notices-title">Notices</h2>
        <p class="hint">Worth knowing; nothing to answer.</p>
      </header>
      {notices.length === 0 ? (
        <p class="notices-none">
          Nothing yet. Attendances that end an alarm, feeds that fall silent and the like are told
          here, without a sound.
        </p>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        <ol class="notice-list" tabIndex={0} aria-labelledby="notices-title">
          {notices.map((notice) => (
            <NoticeItem key={notice.id} notice={notice} />
          ))}
        </ol>
      )}
    </section>
  );
}

function NoticeItem({ notice: { kind, at, incidentId, text } }: { notice: Notice }) {
  return (
    <li class={`notice notice-${kind}`}>
      <p class="notice-head">
        <strong>{kindWords[kind]}</strong>
        <time dateTime={new Date(at).toISOString()}>{wall.value.when(at, now.value)}</time>
      </p>
      <p>{text}</p>
      {incidentId !== undefined && (
        <button type="button" class="link" onClick={() => openIncident(incidentId)}>
          {incidentId}
        </button>
      )}
    </li>
  );
}
