import type { SourceId } from '@vigil/domain/facts/fact';
import { type FeedAlert, feedAlertIdOf } from '@vigil/domain/ledger/alert';
import type { Policy } from '@vigil/domain/policy/policy';
import type { Instant } from '@vigil/domain/time/instant';
import type { ShardState } from '@vigil/working-set/port';
import { feedLimits, notes, slowestTopic } from './watermark.ts';

/** Sources that were said to be silent, and since when. */
type Silent = Readonly<Record<string, Instant>>;

/**
 * What is to be said of sources that fell silent or were heard again (semantics 6). Heartbeats go to
 * every partition, so the owner of partition 0 alone speaks of them. Pure.
 *
 * A source is silent when its topics have been read past the end of its patience: lag is not silence.
 */
export function feedChanges(
  state: ShardState,
  policy: Policy,
  wall: Instant,
): { readonly alerts: readonly FeedAlert[]; readonly note: string } | undefined {
  const { readTo } = slowestTopic(state);
  if (readTo === undefined) return undefined;
  const silent: Silent = JSON.parse(state.notes.get(notes.silent) || '{}');
  const now: Record<string, Instant> = {};
  const alerts: FeedAlert[] = [];
  const say = (
    source: SourceId,
    phase: FeedAlert['phase'],
    at: Instant,
    lastHeard: Instant,
  ): void => {
    const alertId = feedAlertIdOf({ source, phase, at });
    const { policyVersion } = policy;
    alerts.push({
      kind: 'feed-alert',
      alertId,
      revision: 1,
      source,
      phase,
      at,
      raisedAt: wall,
      lastHeard,
      policyVersion,
    });
  };
  for (const { source, lastHeard, until } of feedLimits(state, policy)) {
    const since = silent[source];
    if (until < readTo) {
      now[source] = since ?? until;
      if (since === undefined) say(source, 'feed-silent', until, lastHeard);
    } else if (since !== undefined) {
      say(source, 'feed-heard', lastHeard, lastHeard);
    }
  }
  return alerts.length === 0 ? undefined : { alerts, note: JSON.stringify(now) };
}
