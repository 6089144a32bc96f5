/**
 * What an alarm asks of people, in the states of ISA-18.2. An alarm is the last thing said of one
 * incident and one target; people's actions change how it is shown, never what was said (semantics 10).
 */
import type { Action, AlertAcknowledged, AlertSilenced } from '../ledger/action.ts';
import type { AlertId, Phase, Severity } from '../ledger/alert.ts';
import type { Policy } from '../policy/policy.ts';
import { type Instant, later, plus } from '../time/instant.ts';

/** An alert that was said and stands. */
export interface SaidAlarm {
  readonly alertId: AlertId;
  readonly phase: Phase;
  readonly at: Instant;
  readonly raisedAt: Instant;
}

/** What is shown of one incident and target: its last phase, and the alert that wants an answer. */
export interface Alarm {
  readonly phase: Phase;
  readonly phaseAt: Instant;
  /** The alert to be acknowledged: the last but for a `cleared`. */
  readonly alert: SaidAlarm;
  /** The alerts of the same stretch, from its warning or breach on. */
  readonly alertIds: ReadonlySet<AlertId>;
  /** When the breach began; none while it is a warning. */
  readonly breachAt: Instant | undefined;
}

export type AlarmState = 'unacknowledged' | 'acknowledged' | 'returned-unacknowledged' | 'shelved';

export interface AnsweredAlarm {
  /** None when it is over and answered, or was never worth an answer: it leaves the queue. */
  readonly state: AlarmState | undefined;
  /** The acknowledgement that holds, and when it lapses. */
  readonly acknowledged?: { readonly action: AlertAcknowledged; readonly lapsesAt: Instant };
  readonly silenced?: AlertSilenced;
}

/** The alarm that the alerts said of one target come to, none when there are none. */
export function alarmOf(said: readonly SaidAlarm[]): Alarm | undefined {
  const order = said.toSorted((a, b) => a.at - b.at || stepOf(a.phase) - stepOf(b.phase));
  const end = order.findLastIndex(({ phase }, i) => phase === 'cleared' && i < order.length - 1);
  const stretch = order.slice(end + 1);
  const last = stretch.at(-1);
  const alert = stretch.findLast(({ phase }) => phase !== 'cleared');
  if (last === undefined || alert === undefined) return undefined;
  return {
    phase: last.phase,
    phaseAt: last.at,
    alert,
    alertIds: new Set(stretch.map(({ alertId }) => alertId)),
    breachAt: stretch.find(({ phase }) => phase === 'breach')?.at,
  };
}

/** At one instant an interval ends before the next begins, and steps follow each other. */
function stepOf(phase: Phase): number {
  if (phase === 'cleared') return -1;
  if (phase === 'warning') return 0;
  if (phase === 'breach') return 1;
  return 1 + Number(phase.slice('escalation-'.length));
}

/** Where an alarm is, for the silences that are meant for it. */
export interface AlarmPlace {
  readonly incidentId: string;
  readonly target: string;
  readonly forceId: string;
  readonly areaId: string | undefined;
  readonly severity: Severity;
}

/**
 * The state of an alarm at `now`.
 *
 * A breach stays in sight until it ended and somebody acknowledged it; an acknowledgement of one that
 * goes on lapses; each escalation asks anew; a silence hides all but what is critical.
 *
 * @param returnedFor - milliseconds for which a breach that ended unanswered is still shown.
 */
export function answeredAlarm(
  alarm: Alarm,
  place: AlarmPlace,
  actions: readonly Action[],
  policy: Pick<Policy, 'acknowledgementLasts' | 'maxSilence'>,
  now: Instant,
  returnedFor: number,
): AnsweredAlarm {
  const silenced = silenceOf(place, actions, policy, now);
  const acknowledgement = lastOf(
    actions.filter(
      (action): action is AlertAcknowledged =>
        action.kind === 'alert-acknowledged' && alarm.alertIds.has(action.alertId),
    ),
  );
  if (alarm.phase === 'cleared') {
    const wanted = alarm.breachAt !== undefined && acknowledgement === undefined;
    const recent = plus(alarm.phaseAt, returnedFor) > now;
    return { state: wanted && recent ? 'returned-unacknowledged' : undefined };
  }
  if (silenced !== undefined) return { state: 'shelved', silenced };
  if (acknowledgement?.alertId === alarm.alert.alertId) {
    const lapsesAt = plus(acknowledgement.at, policy.acknowledgementLasts);
    if (now < lapsesAt) {
      return { state: 'acknowledged', acknowledged: { action: acknowledgement, lapsesAt } };
    }
  }
  return { state: 'unacknowledged' };
}

/** The silence that holds longest; it is cut to what the policy allows, and hides nothing critical. */
export function silenceOf(
  { incidentId, target, forceId, areaId, severity }: AlarmPlace,
  actions: readonly Action[],
  { maxSilence }: Pick<Policy, 'maxSilence'>,
  now: Instant,
): AlertSilenced | undefined {
  if (severity === 'critical') return undefined;
  let longest: AlertSilenced | undefined;
  for (const action of actions) {
    if (action.kind !== 'alert-silenced') continue;
    const meant =
      action.incidentId === undefined
        ? action.target === target &&
          action.areaId === areaId &&
          (action.forceId === undefined || action.forceId === forceId)
        : action.incidentId === incidentId;
    const until = Math.min(action.until, action.from + maxSilence) as Instant;
    if (!meant || now < action.from || now >= until) continue;
    if (longest === undefined || until > longest.until) longest = { ...action, until };
  }
  return longest;
}

function lastOf<A extends { readonly at: Instant }>(actions: readonly A[]): A | undefined {
  let last: A | undefined;
  for (const action of actions) {
    if (last === undefined || later(last.at, action.at) === action.at) last = action;
  }
  return last;
}
