import type { OpenBreach } from '@vigil/domain/ledger/alert';
import { formatInstant, type Instant, plus } from '@vigil/domain/time/instant';
import type { HttpRequest } from './http-request.ts';

/** Milliseconds between two tellings of what is in breach; Alertmanager forgets when it restarts. */
export const tellEveryMs = 30_000;
/** An alert that is not told again is over by itself: when Vigil is gone it must not stand for ever. */
const endsAfterMs = 4 * tellEveryMs;

/** What is told of one breach: that it is, or that it ended. */
export interface Level {
  readonly breach: OpenBreach;
  readonly endedAt?: Instant;
}

/** The state of breaches as Alertmanager's API v2 takes it. */
export function alertmanagerOf(levels: readonly Level[], url: string, now: Instant): HttpRequest {
  const alerts = levels.map(({ breach, endedAt }) => ({
    startsAt: formatInstant(breach.breachAt),
    endsAt: formatInstant(endedAt ?? plus(now, endsAfterMs)),
    // What tells alerts apart must not change while one goes on: the phase and grade are annotations.
    labels: {
      alertname: 'VigilBreach',
      incident: breach.incidentId,
      target: breach.target,
      force: breach.forceId,
    },
    annotations: {
      phase: breach.phase,
      severity: breach.severity,
      grade: breach.grade,
      child: breach.child,
      confidence: breach.confidence,
      alertId: breach.alertId,
      policyVersion: breach.policyVersion,
      ...(breach.areaId === undefined ? {} : { area: breach.areaId }),
      ...(breach.due === undefined ? {} : { due: formatInstant(breach.due) }),
    },
  }));
  return {
    url: `${url.replace(/\/$/, '')}/api/v2/alerts`,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(alerts),
  };
}
