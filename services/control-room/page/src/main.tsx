import './without-eval.ts';
import './styles/all.css';
import { render } from 'preact';
import { listenToKeys } from './actions/keys.ts';
import { api } from './actions/send.ts';
import { App } from './app.tsx';
import { createApi, getSession } from './connection/api.ts';
import { logIn } from './connection/login.ts';
import { keepTitle } from './state/attention.ts';
import { followRoom } from './state/follow-room.ts';
import { applyTheme } from './state/preferences.ts';
import { me, session } from './state/room.ts';
import { prepareTone } from './state/tone.ts';
import { login } from './state/who.ts';
import { Unreachable } from './unreachable.tsx';

applyTheme();
await start();

/** Finds out who is there, then follows the room. Tries again for as long as the server is away. */
async function start(): Promise<void> {
  try {
    session.value = await getSession();
    const who = await logIn(session.value);
    // The browser is leaving for the provider of the log-in.
    if (who === undefined) return;
    login.value = who;
    api.value = createApi(who.token);
    me.value = await api.value.me();
    render(<App />, document.body);
    keepTitle(`Vigil · ${session.value.deployment}`);
    prepareTone();
    listenToKeys();
    followRoom(who);
  } catch (error) {
    render(<Unreachable error={error} />, document.body);
    setTimeout(() => void start(), 5_000);
  }
}
