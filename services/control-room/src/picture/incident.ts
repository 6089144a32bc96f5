/** One incident as the control room holds it; what is derived from its record, and from nothing else. */
import { isReached } from '@vigil/domain/assessment/state';
import type { IncidentId } from '@vigil/domain/facts/fact';
import type { Action } from '@vigil/domain/ledger/action';
import type { AlertId, AlertRecord, Severity } from '@vigil/domain/ledger/alert';
import type { Policy, Target } from '@vigil/domain/policy/policy';
import { alarmOf, answeredAlarm, type SaidAlarm } from '@vigil/domain/queue/alarm-state';
import { standingsOf } from '@vigil/domain/queue/standing';
import type { Instant } from '@vigil/domain/time/instant';
import type { IncidentRecord } from '@vigil/engine/incident-record';
import type { QueueRow } from '../api/model.ts';

/** How long a breach that ended unanswered stays in sight: the shift that should have seen it. */
const returnedFor = 12 * 3_600_000;
const longStandingAfter = 24 * 3_600_000;

/** How an alert was published; known of those that were read from the topic. */
export type Published = Pick<
  AlertRecord,
  'raisedAt' | 'late' | 'confidence' | 'severity' | 'reason'
>;

/** What the rows of an incident are made from. */
export interface RowSources {
  readonly policy: Policy;
  readonly now: Instant;
  readonly published: ReadonlyMap<AlertId, Published>;
  /** What was done about the incident, or in its areas. */
  readonly actions: readonly Action[];
}

/**
 * The rows of the queue that an incident has: one a target that watches it, or about which an alert
 * stands or ended unanswered.
 */
export function rowsOf(
  incidentId: IncidentId,
  record: IncidentRecord,
  sources: RowSources,
): readonly QueueRow[] {
  const { policy, now, published, actions } = sources;
  const found = standingsOf(
    record.facts.map(({ fact }) => fact),
    policy,
    now,
  );
  if (found === undefined) return [];
  const { state, standings } = found;
  return standings.flatMap(({ target, watched, begin, due }): QueueRow[] => {
    const said = record.said
      .filter((one) => one.standing && one.target === target.name && one.at <= now)
      .map((one): SaidAlarm & { readonly provisional: boolean; readonly revision: number } => ({
        ...one,
        raisedAt: published.get(one.alertId)?.raisedAt ?? one.at,
      }));
    const alarm = alarmOf(said);
    const common = {
      id: `${incidentId}|${target.name}`,
      incidentId,
      target: target.name,
      forceId: state.forceId,
      ...(state.areaId === undefined ? {} : { areaId: state.areaId }),
      grade: state.grade,
      child: state.child,
      milestone: target.milestone,
      ...(begin === undefined ? {} : { beginAt: begin }),
      ...(due === undefined ? {} : { dueAt: due }),
      allocated: isReached(state, 'allocated'),
      contacted: isReached(state, 'contacted'),
    };
    const waiting: QueueRow = {
      ...common,
      severity: 'low',
      phase: 'watched',
      phaseAt: begin ?? state.start,
      alarm: 'waiting',
      longStanding: false,
    };
    if (alarm === undefined) return watched ? [waiting] : [];
    const severity = severityOf(target, alarm.alert.phase);
    const place = { ...common, areaId: state.areaId, severity };
    const answered = answeredAlarm(alarm, place, actions, policy, now, returnedFor);
    if (answered.state === undefined) return watched ? [waiting] : [];
    const { acknowledged, silenced } = answered;
    const { alertId, raisedAt } = alarm.alert;
    const one = said.find((known) => known.alertId === alertId);
    const late = published.get(alertId)?.late;
    const cleared = alarm.phase === 'cleared';
    const end = said.find(({ phase, at }) => phase === 'cleared' && at === alarm.phaseAt);
    const reason = cleared && end !== undefined ? published.get(end.alertId)?.reason : undefined;
    return [
      {
        ...common,
        severity,
        phase: alarm.phase,
        phaseAt: alarm.phaseAt,
        ...(reason === undefined ? {} : { clearedReason: reason }),
        alarm: answered.state,
        alert: {
          ...{ alertId, raisedAt, revision: one?.revision ?? 1 },
          confidence: one?.provisional === true ? 'provisional' : 'confirmed',
          ...(late === undefined ? {} : { late }),
        },
        ...(acknowledged === undefined ? {} : { acknowledged: answerOf(acknowledged) }),
        ...(silenced === undefined
          ? {}
          : {
              silenced: {
                ...{ by: silenced.by, reason: silenced.reason },
                ...{ from: silenced.from, until: silenced.until },
              },
            }),
        longStanding:
          !cleared && alarm.breachAt !== undefined && now - alarm.breachAt > longStandingAfter,
      },
    ];
  });
}

function answerOf({
  action,
  lapsesAt,
}: NonNullable<ReturnType<typeof answeredAlarm>['acknowledged']>): QueueRow['acknowledged'] {
  const { by, role, at, note } = action;
  return { by, role, at, lapsesAt, ...(note === undefined ? {} : { note }) };
}

function severityOf({ severity }: Target, phase: string): Severity {
  if (phase === 'warning') return severity.warning;
  return phase === 'breach' ? severity.breach : severity.escalation;
}
