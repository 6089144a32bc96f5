/**
 * What was said of an incident, held against what should have been said: the difference a record at a
 * time, so that an inspector can go and look.
 */
import { assess } from '../assessment/assess.ts';
import { type Fact, inputTopics, topicOf } from '../facts/fact.ts';
import type { Policy } from '../policy/policy.ts';
import type { Instant } from '../time/instant.ts';
import {
  type Alert,
  type AlertId,
  type AssessedAlert,
  alertIdOf,
  type LateReason,
} from './alert.ts';
import { type Arrival, assessAsKnown } from './as-known.ts';

/** A record of what was said. Of an alert that is written in brief only what identifies it is known. */
export type SaidRecord = SaidAlert | SaidMark;

interface SaidBase {
  /** Where it stands, for people: a file and line, or a partition and offset. */
  readonly place: string;
  readonly alertId: AlertId;
  readonly revision: number;
}

export interface SaidAlert extends SaidBase, Alert {
  readonly kind: 'alert';
  readonly raisedAt?: Instant;
  readonly late?: LateReason;
  readonly confidence?: 'confirmed' | 'provisional';
  /** The policy that it was said under, where it says so. */
  readonly policyVersion?: string;
  /** What else it says of the incident then; none when it is written in brief. */
  readonly particulars?: Particulars;
}

export interface SaidMark extends SaidBase, Pick<Alert, 'incidentId' | 'target' | 'phase' | 'at'> {
  readonly kind: 'retraction' | 'confirmation';
}

const ofTheFacts = ['forceId', 'areaId', 'grade', 'child'] as const;
const particularNames = [...([...ofTheFacts, 'milestone', 'severity', 'begin', 'due'] as const)];
/** What an alert says of the state that it was raised in. */
export type Particulars = {
  readonly [K in (typeof particularNames)[number]]?: AssessedAlert[K] | undefined;
};

/** Something about one alert that is not as it should be. */
export interface Finding {
  /**
   * - `missing`: it should have been said and does not stand; `place` where it was withdrawn;
   * - `spurious`: it was said, stands, and should not have been said;
   * - `altered`: it says other than it can have said; `fields` names what;
   * - `said-twice`: the same alert and revision;
   * - `stray`: it withdraws or confirms what was not said;
   * - `late`: it was raised later than it could have been, and does not say why.
   */
  readonly kind: 'missing' | 'spurious' | 'altered' | 'said-twice' | 'stray' | 'late';
  readonly alertId: AlertId;
  readonly incidentId: string;
  readonly target: string;
  readonly phase: string;
  readonly at: Instant;
  readonly place?: string;
  readonly fields?: readonly string[];
  /** How late, in milliseconds. */
  readonly lateMs?: number;
  /** When the facts that it rests on had arrived; with `as: 'known'`. */
  readonly knownAt?: Instant;
}

export interface AuditTerms {
  readonly policy: Policy;
  readonly until: Instant;
  /** Lateness is counted from the due instant, or from when the facts needed had arrived. */
  readonly as: 'recorded' | 'known';
  /** Milliseconds an alert may be raised after that. */
  readonly lateOver: number;
}

/** What was found of one incident. */
export interface IncidentAudit {
  readonly findings: readonly Finding[];
  /** Alerts that should stand, and of those said that do. */
  readonly expected: number;
  readonly standing: number;
  /** Alerts that were withdrawn, and provisional ones that nobody has confirmed. */
  readonly withdrawn: number;
  readonly unconfirmed: number;
  /** Alerts raised later than allowed, by what they say of it; `''` when they say nothing. */
  readonly late: ReadonlyMap<LateReason | '', number>;
}

/**
 * Compares what was said of one incident with what should have been said up to `until`.
 *
 * @param arrivals - its facts; none when it is known from what was said alone.
 * @param said - the records about it in the order in which they were published.
 */
export function auditIncident(
  arrivals: readonly Arrival[],
  said: readonly SaidRecord[],
  terms: AuditTerms,
): IncidentAudit {
  const { until } = terms;
  const expected = expectedOf(arrivals, terms);
  const findings: Finding[] = [];
  const late = new Map<LateReason | '', number>();
  const standing = new Map<AlertId, SaidAlert>();
  const withdrawn = new Map<AlertId, SaidMark>();
  const confirmed = new Set<string>();
  const revisions = new Set<string>();
  for (const record of said) {
    if (record.at > until) continue;
    const one = `${record.alertId} ${record.revision}`;
    if (record.kind === 'alert') {
      if (revisions.has(one)) findings.push(findingOf('said-twice', record));
      revisions.add(one);
      standing.set(record.alertId, record);
    } else if (!revisions.has(one)) {
      findings.push(findingOf('stray', record));
    } else if (record.kind === 'confirmation') confirmed.add(one);
    else {
      standing.delete(record.alertId);
      withdrawn.set(record.alertId, record);
    }
  }
  for (const record of standing.values()) {
    const match = matchOf(record, expected);
    if (match === undefined) {
      findings.push(findingOf('spurious', record));
      continue;
    }
    expected.delete(match.alertId);
    const fields = differingFields(record, match, arrivals, terms);
    if (fields.length > 0) findings.push({ ...findingOf('altered', record), fields });
    const lateMs = record.raisedAt === undefined ? 0 : record.raisedAt - match.from;
    if (lateMs <= terms.lateOver) continue;
    late.set(record.late ?? '', (late.get(record.late ?? '') ?? 0) + 1);
    if (record.late === undefined) {
      findings.push({ ...findingOf('late', record), lateMs, ...knownFrom(match, terms) });
    }
  }
  for (const match of expected.values()) {
    const place = withdrawn.get(match.alertId)?.place;
    findings.push({
      ...findingOf('missing', { ...match.alert, ...match, place }),
      ...knownFrom(match, terms),
    });
  }
  return {
    findings,
    expected:
      expected.size + standing.size - findings.filter(({ kind }) => kind === 'spurious').length,
    standing: standing.size,
    withdrawn: withdrawn.size,
    unconfirmed: [...standing.values()].filter(
      ({ confidence, alertId, revision }) =>
        confidence === 'provisional' && !confirmed.has(`${alertId} ${revision}`),
    ).length,
    late,
  };
}

/** An alert that should stand, and from when it could be said. */
interface Expected {
  readonly alertId: AlertId;
  readonly alert: AssessedAlert;
  readonly from: Instant;
}

function expectedOf(
  arrivals: readonly Arrival[],
  { policy, until, as }: AuditTerms,
): Map<AlertId, Expected> {
  if (as === 'recorded') {
    const { alerts } = assess(
      arrivals.map(({ fact }) => fact),
      policy,
      until,
    );
    return new Map(
      alerts.map((alert) => {
        const alertId = alertIdOf(alert);
        return [alertId, { alertId, alert, from: alert.at }];
      }),
    );
  }
  const standing = assessAsKnown(arrivals, policy, until).filter(
    ({ retractedAt }) => retractedAt === undefined,
  );
  return new Map(
    standing.map(({ alertId, alert, knownAt }) => [alertId, { alertId, alert, from: knownAt }]),
  );
}

/** By its id; or, where somebody changed that, by what the id is made of. */
function matchOf(record: SaidAlert, expected: ReadonlyMap<AlertId, Expected>) {
  return expected.get(record.alertId) ?? expected.get(alertIdOf(record));
}

/**
 * What a record says otherwise than it can have. A late fact may change the particulars of an alert that
 * stands: those that it had on fewer facts are right as well. An alert that stands under a new policy is not
 * said again, and keeps what the policy of its time decided: of that nothing can be known here.
 */
function differingFields(
  record: SaidAlert,
  { alertId, alert }: Expected,
  arrivals: readonly Arrival[],
  { policy, until }: AuditTerms,
): readonly string[] {
  const identity = (['incidentId', 'target', 'phase', 'at'] as const).filter(
    (name) => record[name] !== alert[name],
  );
  const id = record.alertId === alertId ? [] : ['alertId'];
  const names = isOfAnotherPolicy(record, policy) ? ofTheFacts : particularNames;
  const now = contentFields(record, alert, names);
  if (now.length === 0) return [...id, ...identity];
  for (const facts of knownBefore(arrivals)) {
    const then = assess(facts, policy, until).alerts.find((one) => alertIdOf(one) === alertId);
    if (then !== undefined && contentFields(record, then, names).length === 0)
      return [...id, ...identity];
  }
  return [...id, ...identity, ...now];
}

/** Readings of topics by themselves that are tried: of hundreds of facts there are too many. */
const mostReadings = 2_000;

/**
 * What may have been known of an incident before everything was. First what had come by some time; then of
 * each topic what had come of it by a time of its own, as each is read by itself (semantics 6).
 */
function* knownBefore(arrivals: readonly Arrival[]): Generator<readonly Fact[]> {
  const order = arrivals.toSorted((a, b) => a.arrivedAt - b.arrivedAt).map(({ fact }) => fact);
  yield* beginningsOf(order);
  const topics = inputTopics.map((topic) => order.filter(({ type }) => topicOf[type] === topic));
  yield* readingsOf(topics).take(mostReadings);
}

/** Beginnings of each topic beside those of the others, the fullest first. */
function* readingsOf([topic, ...others]: readonly (readonly Fact[])[]): Generator<readonly Fact[]> {
  if (topic === undefined) {
    yield [];
    return;
  }
  for (const some of beginningsOf(topic)) {
    for (const rest of readingsOf(others)) yield [...some, ...rest];
  }
}

function* beginningsOf(facts: readonly Fact[]): Generator<readonly Fact[]> {
  for (let count = facts.length; count >= 0; count--) yield facts.slice(0, count);
}

function isOfAnotherPolicy({ policyVersion }: SaidAlert, policy: Policy): boolean {
  return policyVersion !== undefined && policyVersion !== policy.policyVersion;
}

function contentFields(
  record: SaidAlert,
  alert: AssessedAlert,
  names: readonly (keyof Particulars)[],
): readonly string[] {
  const reason = record.reason === alert.reason ? [] : ['reason'];
  const { particulars } = record;
  if (particulars === undefined) return reason;
  return [...reason, ...names.filter((name) => particulars[name] !== alert[name])];
}

function findingOf(
  kind: Finding['kind'],
  {
    alertId,
    incidentId,
    target,
    phase,
    at,
    place,
  }: Pick<Alert, 'incidentId' | 'target' | 'phase' | 'at'> & {
    readonly alertId: AlertId;
    readonly place?: string | undefined;
  },
): Finding {
  const where = place === undefined ? {} : { place };
  return { kind, alertId, incidentId, target, phase, at, ...where };
}

function knownFrom({ from }: Expected, { as }: AuditTerms): Pick<Finding, 'knownAt'> {
  return as === 'known' ? { knownAt: from } : {};
}

/**
 * Findings of all incidents, where a record that was moved to another incident is found as one: missing
 * here and spurious there, with one alert id.
 */
export function joinFindings(findings: readonly Finding[]): readonly Finding[] {
  const missing = new Map(
    findings.flatMap((one) => (one.kind === 'missing' ? [[one.alertId, one] as const] : [])),
  );
  const moved = new Set<AlertId>();
  const joined = findings.map((one): Finding => {
    if (one.kind !== 'spurious' || !missing.has(one.alertId)) return one;
    moved.add(one.alertId);
    return { ...one, kind: 'altered', fields: ['incidentId'] };
  });
  return joined.filter(({ kind, alertId }) => kind !== 'missing' || !moved.has(alertId));
}
