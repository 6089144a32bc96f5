import { effect, signal } from '@preact/signals';
import type { StreamEvents } from '@vigil/control-room/api/model';
import { announceAlarms, summaryWords } from '../words/announcement.ts';
import { isOverdue, needsAnswer } from '../words/terms.ts';
import { sound } from './preferences.ts';
import { picture } from './room.ts';
import { playTone } from './tone.ts';

/** What screen readers are told; two regions, one of which interrupts. */
export const polite = signal('');
export const assertive = signal('');

/** Alarms that come within this time are one announcement and one tone. */
const togetherMs = 1_000;
let gathered: string[] = [];

/** Draws attention to new alarms: told, and with a tone where that is switched on. */
export function sayAlarms(ids: readonly string[]): void {
  if (ids.length === 0) return;
  if (gathered.length === 0) {
    if (sound.value === 'on') playTone();
    setTimeout(sayGathered, togetherMs);
  }
  gathered.push(...ids);
}

function sayGathered() {
  const rows = gathered.flatMap((id) => picture.value?.rows.get(id) ?? []);
  gathered = [];
  const announcement = announceAlarms(rows);
  if (announcement !== undefined)
    (announcement.urgent ? assertive : polite).value = announcement.text;
}

/** Hundreds of old alarms are one sentence and one tone. */
export function saySummary(summary: Extract<StreamEvents['raised'], { kind: 'summary' }>): void {
  if (summary.count === 0) return;
  if (sound.value === 'on') playTone();
  polite.value = summaryWords(summary);
}

/** The count of unanswered overdue alarms before the title, where sound and badge are switched on. */
export function keepTitle(name: string): void {
  effect(() => {
    let count = 0;
    for (const row of picture.value?.rows.values() ?? []) {
      if (needsAnswer(row) && isOverdue(row)) count += 1;
    }
    document.title = sound.value === 'on' && count > 0 ? `(${count}) ${name}` : name;
  });
}
