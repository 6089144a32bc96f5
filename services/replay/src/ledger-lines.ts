/** The lines of the files of a replay and their order, as the command line's contract has them. */
import type { Sample, Settlement } from '@vigil/domain/assessment/objective';
import { compareText } from '@vigil/domain/facts/order';
import { type Alert, alertIdOf } from '@vigil/domain/ledger/alert';
import type { KnownAlert } from '@vigil/domain/ledger/as-known';
import { formatInstant } from '@vigil/domain/time/instant';
import type { RejectedLine } from '@vigil/event-log/files/read-facts';

/** By instant, incident, target and phase, in code points. */
export function compareAlerts(a: Alert, b: Alert): number {
  return a.at - b.at || compareWhere(a, b);
}

function compareWhere(a: Omit<Alert, 'at'>, b: Omit<Alert, 'at'>): number {
  return (
    compareText(a.incidentId, b.incidentId) ||
    compareText(a.target, b.target) ||
    compareText(a.phase, b.phase)
  );
}

/** By instant, incident and objective; a settlement before a sample. */
export function compareOutcomes(a: Settlement | Sample, b: Settlement | Sample): number {
  return a.at - b.at || compareWhat(a, b);
}

type Outcome = Omit<Settlement, 'at'> | Omit<Sample, 'at'>;

function compareWhat(a: Outcome, b: Outcome): number {
  return (
    compareText(a.incidentId, b.incidentId) ||
    compareText(a.objective, b.objective) ||
    Number('attendanceMs' in a) - Number('attendanceMs' in b)
  );
}

/** Orders two lines of `alerts.ndjson` whose instant is the same. */
export function compareAlertLines(a: string, b: string): number {
  type Line = Alert & { readonly revision?: number };
  const [one, other]: [Line, Line] = [JSON.parse(a), JSON.parse(b)];
  return compareWhere(one, other) || (one.revision ?? 0) - (other.revision ?? 0);
}

/** Orders two lines of `outcomes.ndjson` whose instant is the same. */
export function compareOutcomeLines(a: string, b: string): number {
  return compareWhat(JSON.parse(a), JSON.parse(b));
}

/** A line of `alerts.ndjson`. */
export function alertLine(alert: Alert): string {
  const { at, incidentId, target, phase, reason } = alert;
  return JSON.stringify({
    alertId: alertIdOf(alert),
    at: formatInstant(at),
    incidentId,
    target,
    phase,
    ...(reason === undefined ? {} : { reason }),
  });
}

/** A line of `alerts.ndjson` as known: also when it could first be said, and when it was proved wrong. */
export function knownAlertLine({ alert, revision, knownAt, retractedAt }: KnownAlert): string {
  const { at, incidentId, target, phase, reason } = alert;
  return JSON.stringify({
    alertId: alertIdOf(alert),
    at: formatInstant(at),
    incidentId,
    target,
    phase,
    ...(reason === undefined ? {} : { reason }),
    revision,
    knownAt: formatInstant(knownAt),
    ...(retractedAt === undefined ? {} : { retractedAt: formatInstant(retractedAt) }),
  });
}

/** A line of `outcomes.ndjson`; an area that is not known is `""`. */
export function outcomeLine(outcome: Settlement | Sample): string {
  const { incidentId, objective, at, forceId, areaId, child } = outcome;
  return JSON.stringify({
    incidentId,
    objective,
    at: formatInstant(at),
    ...('outcome' in outcome
      ? { outcome: outcome.outcome }
      : { attendanceMs: outcome.attendanceMs }),
    forceId,
    areaId: areaId ?? '',
    child,
  });
}

/** A line of `rejects.ndjson`: where, why, and what stood there, so that nothing is lost. */
export function rejectLine({ file, line, reason, problems, original }: RejectedLine): string {
  return JSON.stringify({
    file,
    line,
    reason,
    problems,
    ...(typeof original === 'string'
      ? { original }
      : { originalBase64: Buffer.from(original).toString('base64') }),
  });
}
