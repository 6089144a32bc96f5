import { effect, signal } from '@preact/signals';
import { sound } from './preferences.ts';

/** Whether the browser lets the page sound: it may refuse until somebody has touched the page. */
export const blocked = signal(false);

let context: AudioContext | undefined;

/** Gets the browser's leave to sound as soon as the sound is switched on, and sees when it refuses. */
export function prepareTone(): void {
  effect(() => {
    if (sound.value === 'on') void unblock();
    else blocked.value = false;
  });
  // Any touch is leave enough for the browser.
  for (const touch of ['pointerdown', 'keydown'] as const) {
    window.addEventListener(touch, () => {
      if (blocked.value) void unblock();
    });
  }
}

/** Asks for leave again; the answer stands in `blocked`. */
export async function unblock(): Promise<void> {
  context ??= new AudioContext();
  const asked = context;
  asked.onstatechange = () => {
    blocked.value = sound.value === 'on' && asked.state !== 'running';
  };
  // Without leave the promise stays open, so the state is looked at before.
  blocked.value = asked.state !== 'running';
  await asked.resume();
  blocked.value = asked.state !== 'running';
}

/** Two soft notes, rising. */
export function playTone(): void {
  if (context === undefined || context.state !== 'running') {
    void unblock();
    return;
  }
  for (const [index, frequency] of [660, 880].entries()) {
    const start = context.currentTime + index * 0.22;
    const gain = new GainNode(context, { gain: 0 });
    const note = new OscillatorNode(context, { frequency });
    gain.gain.setValueAtTime(0, start);
    gain.gain.linearRampToValueAtTime(0.22, start + 0.02);
    gain.gain.exponentialRampToValueAtTime(0.001, start + 0.36);
    note.connect(gain).connect(context.destination);
    note.start(start);
    note.stop(start + 0.4);
  }
}
