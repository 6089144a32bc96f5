import { sound, type Theme, theme, themes } from '../state/preferences.ts';
import { blocked, playTone, unblock } from '../state/tone.ts';

/** A tone and a count in the title for new alarms. A browser that will not sound is said so. */
export function SoundSwitch() {
  const on = sound.value === 'on';
  async function toggle() {
    sound.value = on ? 'off' : 'on';
    if (on) return;
    await unblock();
    playTone();
  }
  return (
    <div class="sound">
      <button
        type="button"
        role="switch"
        aria-checked={on}
        class="button switch"
        title="A tone, and a count in the window’s title, for new alarms"
        onClick={() => void toggle()}
      >
        Sound <span aria-hidden="true">{on ? 'on' : 'off'}</span>
      </button>
      {blocked.value && (
        <button
          type="button"
          class="button button-warn"
          onClick={() => void unblock().then(playTone)}
        >
          The browser blocks sound: allow it
        </button>
      )}
    </div>
  );
}

const themeWords: Readonly<Record<Theme, string>> = {
  auto: 'Auto',
  light: 'Light',
  dark: 'Dark room',
};

export function ThemeSwitch() {
  return (
    <label class="theme">
      <span class="unseen">Brightness</span>
      <select
        value={theme.value}
        onChange={({ currentTarget }) => {
          theme.value = themes.find((name) => name === currentTarget.value) ?? 'auto';
        }}
      >
        {themes.map((name) => (
          <option key={name} value={name}>
            {themeWords[name]}
          </option>
        ))}
      </select>
    </label>
  );
}
