import { ApiProblem } from './connection/problem.ts';
import { login } from './state/who.ts';

/** Before anything could be read: why, and that the page goes on trying. */
export function Unreachable({ error }: { error: unknown }) {
  const loggedOut = error instanceof ApiProblem && error.status === 401;
  const why = error instanceof ApiProblem ? error.message : 'it cannot be reached';
  return (
    <main class="empty">
      <h1 class="empty-title">Vigil shows nothing yet.</h1>
      <p role="alert">Its server was asked: {why}. The page tries again every five seconds.</p>
      {loggedOut && (
        <button type="button" class="button button-main" onClick={() => void login.value?.begin()}>
          Log in again
        </button>
      )}
    </main>
  );
}
