import type { FeedAlert, LedgerRecord, ObjectiveAlert } from '@vigil/domain/ledger/alert';
import type { Instant } from '@vigil/domain/time/instant';
import { objectiveKey } from '@vigil/domain/windows/objective-alerts';
import type { ShardState } from '@vigil/working-set/port';
import { notes } from './watermark.ts';

/**
 * What was last said of each feed and each objective on the alert topic, as far as its owner knows.
 * They are said in turns: silent and heard, missed and recovered.
 */
export type Turns = Map<string, FeedAlert | ObjectiveAlert>;

/** Takes note of a record; those of incidents are not said in turns. */
export function takeTurn(turns: Turns, record: LedgerRecord): void {
  if (record.kind !== 'feed-alert' && record.kind !== 'objective-alert') return;
  turns.set(subjectOf(record), record);
}

/** Whether a record would say again what was last said of the same feed or objective. */
export function isOutOfTurn(turns: Turns, record: LedgerRecord): boolean {
  if (record.kind !== 'feed-alert' && record.kind !== 'objective-alert') return false;
  return turns.get(subjectOf(record))?.phase === record.phase;
}

/**
 * The notes of a shard on feeds and objectives, brought up to what was said of them last: a shard that
 * forgot would say it again, or never take it back.
 */
export function notesAfter(state: ShardState, turns: Turns): ReadonlyMap<string, string> {
  const since = (name: string): Record<string, Instant> =>
    JSON.parse(state.notes.get(name) || '{}');
  const [silent, missed] = [since(notes.silent), since(notes.missed)];
  for (const record of turns.values()) {
    const [list, key] =
      record.kind === 'feed-alert'
        ? [silent, record.source]
        : [missed, objectiveKey(record.objective, record.forceId)];
    if (record.phase === 'feed-silent' || record.phase === 'objective-missed')
      list[key] = record.at;
    else delete list[key];
  }
  return new Map([
    [notes.silent, JSON.stringify(silent)],
    [notes.missed, JSON.stringify(missed)],
  ]);
}

const subjectOf = (record: FeedAlert | ObjectiveAlert): string =>
  record.kind === 'feed-alert' ? record.source : objectiveKey(record.objective, record.forceId);
