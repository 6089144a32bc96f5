import { asking } from '../actions/ask.ts';
import { type View, views } from '../state/address.ts';
import { go, place } from '../state/place.ts';
import { clock, glance, me, now, picture, session, wall } from '../state/room.ts';
import { login } from '../state/who.ts';
import { ConnectionState } from './connection-state.tsx';
import { SoundSwitch, ThemeSwitch } from './switches.tsx';

export const viewWords = {
  queue: 'Queue',
  figures: 'Figures',
  notices: 'Notices',
} as const satisfies Record<View, string>;

/** What deployment this is, whether it is current, where one can go, and what can be switched. */
export function Header() {
  return (
    <header class="header">
      <p class="name">
        <svg viewBox="0 0 32 32" aria-hidden="true" class="eye">
          <path d="M3 16c4-6.5 8.5-9 13-9s9 2.5 13 9c-4 6.5-8.5 9-13 9s-9-2.5-13-9z" />
          <circle cx="16" cy="16" r="4.5" />
        </svg>
        <strong>Vigil</strong> <span class="deployment">{session.value?.deployment}</span>
      </p>
      <nav class="views" aria-label="Views">
        {views.map((view) => (
          <a
            key={view}
            href={view === 'queue' ? '/' : `/?view=${view}`}
            aria-current={place.value.view === view ? 'page' : undefined}
            onClick={(event) => {
              if (event.ctrlKey || event.metaKey || event.shiftKey) return;
              event.preventDefault();
              go({ ...place.value, view });
            }}
          >
            {viewWords[view]}
            {view === 'queue' && glance.value.unanswered > 0 && (
              <span class="count">
                {glance.value.unanswered}
                <span class="unseen"> need an answer</span>
              </span>
            )}
          </a>
        ))}
      </nav>
      <div class="header-end">
        <ConnectionState />
        <RoomClock />
        <SoundSwitch />
        <ThemeSwitch />
        <button
          type="button"
          class="button button-round"
          aria-label="Help"
          title="Help (?)"
          onClick={() => {
            asking.value = { kind: 'help' };
          }}
        >
          ?
        </button>
        <Who />
      </div>
    </header>
  );
}

/** The server's time, which everything is counted by. */
function RoomClock() {
  if (clock.value === undefined || picture.value === undefined) return null;
  const { timeWithSeconds, zoneName } = wall.value;
  const { speed } = clock.value;
  return (
    <p class="room-clock">
      <span class="unseen">Time of the server: </span>
      {timeWithSeconds(now.value)} <small>{zoneName(now.value)}</small>
      {speed !== 1 && <small class="speed">×{speed}</small>}
    </p>
  );
}

function Who() {
  const { value: who } = me;
  if (who === undefined) return null;
  if (session.value?.login.kind === 'none') {
    return (
      <p class="who" title="This page answers on this computer only, and asks nobody who they are.">
        No log-in: this computer only
      </p>
    );
  }
  const end = login.value?.end;
  return (
    <p class="who">
      {who.subject} <small>{who.roles.join(', ')}</small>
      {end !== undefined && (
        <button type="button" class="link" onClick={() => void end()}>
          Log out
        </button>
      )}
    </p>
  );
}
