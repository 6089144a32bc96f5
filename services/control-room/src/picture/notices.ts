import { reasonWords } from '@vigil/domain/assessment/story-words';
import type { LedgerRecord } from '@vigil/domain/ledger/alert';
import { describeDuration } from '@vigil/domain/time/duration';
import type { Notice } from '../api/model.ts';

/** What a record of the ledger is worth saying that needs no answer; none when it is an alarm. */
export function noticeOf(record: LedgerRecord): Notice | undefined {
  const { alertId, revision, at } = record;
  const id = `${alertId}-${revision}-${record.kind}`;
  switch (record.kind) {
    case 'feed-alert': {
      const heard = record.phase === 'feed-heard';
      const text = heard
        ? `${record.source} is heard again.`
        : `${record.source} is silent: its incidents may have been attended without Vigil knowing.`;
      return { id, kind: record.phase, at, text };
    }
    case 'objective-alert': {
      const missed = record.phase === 'objective-missed';
      const text = `${record.objective}: attainment ${missed ? 'fell below' : 'is back at'} the target.`;
      return { id, kind: record.phase, at, forceId: record.forceId, text };
    }
    case 'retraction': {
      const why = record.reason === 'late-fact' ? 'a fact that came late' : 'another policy';
      const text = `Taken back after ${why}: ${record.phase} of ${record.incidentId}, ${record.target}.`;
      return { id, kind: 'retraction', at: record.retractedAt, ...about(record), text };
    }
    case 'confirmation': {
      const text = `Confirmed: ${record.phase} of ${record.incidentId}, ${record.target}.`;
      return { id, kind: 'confirmation', at: record.confirmedAt, ...about(record), text };
    }
    case 'alert': {
      const { incidentId, target, phase, reason, late, raisedAt } = record;
      if (phase === 'cleared') {
        const why = reason === undefined ? '' : `: ${reasonWords[reason]}`;
        return {
          id,
          kind: 'cleared',
          at,
          ...about(record),
          text: `${incidentId}, ${target}${why}.`,
        };
      }
      if (late === undefined) return undefined;
      const by = describeDuration(raisedAt - at);
      const text = `Raised ${by} late (${late}): ${phase} of ${incidentId}, ${target}.`;
      return { id, kind: 'late', at: raisedAt, ...about(record), text };
    }
  }
}

function about({
  forceId,
  incidentId,
  target,
}: Extract<LedgerRecord, { readonly incidentId: unknown }>) {
  return { forceId, incidentId, target };
}
