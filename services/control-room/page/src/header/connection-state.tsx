import { link, picture, session, stale, wall } from '../state/room.ts';
import { login } from '../state/who.ts';

/** One word that says whether the page is current. */
export function ConnectionState() {
  if (stale.value !== undefined) {
    return (
      <p class="state state-stale">
        <svg viewBox="0 0 20 20" aria-hidden="true">
          <path d="M10 2 19 18H1Z" />
        </svg>
        Not current
      </p>
    );
  }
  const waiting = link.value.kind === 'connecting' || picture.value === undefined;
  return (
    <p class="state">
      <svg viewBox="0 0 20 20" aria-hidden="true">
        <circle cx="10" cy="10" r="6" />
      </svg>
      {waiting ? 'Connecting' : 'Live'}
    </p>
  );
}

/** Since when and why the page is not current, across its whole width; and that a rehearsal is none. */
export function Banners() {
  return (
    <section class="banners" aria-label="Whether this is current">
      <div role="alert">
        <Stale />
      </div>
      {session.value?.rehearsal === true && (
        <p class="banner banner-rehearsal">
          <span>
            <strong>Rehearsal.</strong> These incidents are made up and played; nobody is waiting.
          </span>
        </p>
      )}
    </section>
  );
}

function Stale() {
  if (stale.value === undefined) return null;
  const { since, why } = stale.value;
  const { value: state } = link;
  return (
    <p class="banner banner-stale">
      <span>
        <strong>
          Not current{since === undefined ? '' : ` since ${wall.value.timeWithSeconds(since)}`}:
        </strong>{' '}
        {why}. Watch the queue of your own system meanwhile.
      </span>
      {state.kind === 'failed' && state.why === 'logged-out' && (
        <button type="button" class="button" onClick={() => void login.value?.begin()}>
          Log in again
        </button>
      )}
      {state.kind === 'failed' && state.why === 'page-outdated' && (
        <button type="button" class="button" onClick={() => location.reload()}>
          Load the new page
        </button>
      )}
    </p>
  );
}
