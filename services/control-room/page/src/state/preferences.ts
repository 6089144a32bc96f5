import { effect, type Signal, signal } from '@preact/signals';

/** What this browser remembers for whoever sits at it. */
export const themes = ['auto', 'light', 'dark'] as const;
export type Theme = (typeof themes)[number];

/** A signal that is kept in the browser's local storage, where there is one. */
function remembered<T extends string>(name: string, values: readonly T[], otherwise: T): Signal<T> {
  const kept = values.find((value) => value === read(name)) ?? otherwise;
  const preference = signal(kept);
  effect(() => write(name, preference.value));
  return preference;
}

/** Storage may be forbidden; then nothing is remembered, and everything else works. */
function read(name: string): string | null {
  try {
    return localStorage.getItem(`vigil.${name}`);
  } catch {
    return null;
  }
}

function write(name: string, value: string): void {
  try {
    localStorage.setItem(`vigil.${name}`, value);
  } catch {
    // As above.
  }
}

const onOff = ['on', 'off'] as const;

export const theme = remembered<Theme>('theme', themes, 'auto');
/** A tone and a count in the title for new alarms; off until somebody wants it. */
export const sound = remembered('sound', onOff, 'off');
/** The line that explains the queue, until it is put away. */
export const legend = remembered('legend', onOff, 'on');
/** Keys without Ctrl or Alt: somebody who dictates switches them off (WCAG 2.1.4). */
export const singleKeys = remembered('single-keys', onOff, 'on');

/** Puts the theme on the document, now and whenever it changes. */
export function applyTheme(): void {
  effect(() => {
    document.documentElement.dataset['theme'] = theme.value;
  });
}
