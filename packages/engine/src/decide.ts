import { type Assessment, assess } from '@vigil/domain/assessment/assess';
import type { ForceId, IncidentId } from '@vigil/domain/facts/fact';
import type {
  AlertRecord,
  AssessedAlert,
  FactPosition,
  Hold,
  LateReason,
  LedgerRecord,
  OpenBreach,
  RetractionReason,
} from '@vigil/domain/ledger/alert';
import {
  type Difference,
  difference,
  type Said,
  standingBreaches,
} from '@vigil/domain/ledger/difference';
import type { Policy } from '@vigil/domain/policy/policy';
import { type Instant, later, plus } from '@vigil/domain/time/instant';
import { countedOutcomes, type SlotChange, slotChanges } from '@vigil/domain/windows/slots';
import type { IncidentRecord } from './incident-record.ts';
import { limits } from './ports.ts';
import type { Trace } from './tracing.ts';

/** A stretch `(from, to]` of the wall clock in which a partition had no detector. */
export interface Outage {
  readonly from: Instant;
  readonly to: Instant;
}

/** What an incident is decided in the light of. */
export interface Circumstances {
  readonly policy: Policy;
  /** Up to where the facts of this incident have all been read. */
  readonly watermark: Instant;
  /** Up to where the wall clock is to be believed because the watermark stood still too long. */
  readonly assertTo?: Instant;
  /** What holds the watermark back; said on provisional alerts. */
  readonly hold: Hold;
  /** The watermark before the facts that caused this decision; an alert before it comes from a late fact. */
  readonly watermarkBefore?: Instant;
  /** When nobody watched this partition, if that was lately. */
  readonly outage: Outage | undefined;
  readonly wall: Instant;
  readonly partition: number;
}

/** What is to be published: a record of the ledger, or what is in breach now. */
export type OutboxMessage = (
  | { readonly to: 'ledger'; readonly record: LedgerRecord }
  | {
      readonly to: 'open-breaches';
      readonly incidentId: IncidentId;
      readonly target: string;
      readonly breach: OpenBreach | null;
    }
) & { readonly trace?: Trace };

export interface Decision {
  readonly record: IncidentRecord;
  /** When it must be decided again if nothing more is learned, by the watermark. */
  readonly due: Instant | undefined;
  readonly outbox: readonly OutboxMessage[];
  readonly slots: readonly SlotChange[];
  /** When an assertion by the wall clock would say more; none when it would not. */
  readonly nextAssertion: Instant | undefined;
}

/**
 * Decides one incident: what its facts mean now, less what was already said and counted. Pure.
 *
 * Nothing is decided while the creation is missing: there may be more said of an incident than facts
 * known, when its shard is being rebuilt.
 */
export function decide(id: IncidentId, record: IncidentRecord, given: Circumstances): Decision {
  const { policy, watermark } = given;
  const facts = record.facts.map(({ fact }) => fact);
  const horizon = later(
    watermark,
    later(record.decidedTo ?? watermark, given.assertTo ?? watermark),
  );
  const settled = assess(facts, policy, watermark);
  const asserted = horizon === watermark ? settled : assess(facts, policy, horizon);
  if (!facts.some((fact) => fact.type === 'incident-created')) {
    const due = settled.nextDue ?? lookAgain(record, settled, given);
    return { record, due, outbox: [], slots: [], nextAssertion: undefined };
  }
  const change = difference(record.said, asserted.alerts, watermark);
  const counted = countedOutcomes(settled.settlements, settled.samples, policy.objectives);
  return {
    record: {
      facts: record.facts,
      said: change.said,
      counted,
      decidedTo: horizon,
      policyVersion: policy.policyVersion,
      traces: record.traces,
    },
    due: settled.nextDue ?? lookAgain(record, settled, given),
    outbox: [
      ...ledgerRecords(id, record, change, asserted, given),
      ...openBreaches(id, record, change, asserted, policy),
    ],
    slots: slotChanges(record.counted, counted, watermark),
    nextAssertion: asserted.nextDue,
  };
}

/**
 * When an incident must be looked at though nothing will be said: when a fact that is known has
 * happened, and when one that is closed or was never created leaves the working set (semantics 6).
 */
function lookAgain(
  record: IncidentRecord,
  { state }: Pick<Assessment, 'state'>,
  { policy, watermark }: Pick<Circumstances, 'policy' | 'watermark'>,
): Instant | undefined {
  const last = record.facts.reduce<Instant | undefined>(
    (latest, { fact }) => (latest === undefined ? fact.at : later(latest, fact.at)),
    record.facts.length === 0 ? record.decidedTo : undefined,
  );
  if (last === undefined) return undefined;
  if (last > watermark) return last;
  return state?.open === true ? undefined : plus(last, policy.retainFor);
}

function ledgerRecords(
  id: IncidentId,
  record: IncidentRecord,
  change: Difference,
  assessed: Assessment,
  given: Circumstances,
): OutboxMessage[] {
  const forceId = forceOf(record, assessed);
  const common = { policyVersion: given.policy.policyVersion, watermark: given.watermark };
  const named = ({ alertId, revision, target, phase, at }: Said) => ({
    alertId,
    revision,
    incidentId: id,
    forceId,
    target,
    phase,
    at,
  });
  const horizon = later(given.watermark, given.assertTo ?? given.watermark);
  const facts = positionsOf(record, horizon, given.partition);
  const underOtherPolicy =
    record.policyVersion !== undefined && record.policyVersion !== given.policy.policyVersion;
  const reason: RetractionReason = underOtherPolicy ? 'policy-change' : 'late-fact';
  const records: LedgerRecord[] = [
    ...change.retract.map((said) => ({
      kind: 'retraction' as const,
      ...named(said),
      reason,
      retractedAt: given.wall,
      ...common,
      facts,
    })),
    ...change.confirm.map((said) => ({
      kind: 'confirmation' as const,
      ...named(said),
      confirmedAt: given.wall,
      ...common,
    })),
    ...change.raise.map(({ alert, alertId, revision, provisional }): AlertRecord => {
      const late = lateness(alert.at, provisional, underOtherPolicy, given);
      return {
        kind: 'alert',
        ...alert,
        alertId,
        revision,
        raisedAt: given.wall,
        ...(late === undefined ? {} : { late }),
        confidence: provisional ? 'provisional' : 'confirmed',
        ...(provisional ? { hold: given.hold } : {}),
        ...common,
        facts,
      };
    }),
  ];
  return records.map((one) => ({ to: 'ledger', record: one }));
}

/** Why an alert is raised more than `grace` + 1 s after it was due; none when it is not. */
function lateness(
  at: Instant,
  provisional: boolean,
  underOtherPolicy: boolean,
  { policy, wall, hold, watermarkBefore, outage }: Circumstances,
): LateReason | undefined {
  if (wall - at <= policy.grace + 1_000) return undefined;
  if (provisional) return hold.cause;
  if (underOtherPolicy) return 'policy-change';
  if (watermarkBefore !== undefined && at <= watermarkBefore) return 'late-fact';
  return outage !== undefined && at > outage.from && at <= outage.to ? 'outage' : hold.cause;
}

function openBreaches(
  id: IncidentId,
  record: IncidentRecord,
  change: Difference,
  assessed: Assessment,
  policy: Policy,
): OutboxMessage[] {
  const before = standingBreaches(record.said.filter(({ standing }) => standing));
  const now = standingBreaches(assessed.alerts);
  const saidNow = new Map(change.said.map((one) => [sayingOf(one), one]));
  const messages: OutboxMessage[] = [];
  for (const [target, { breach, latest }] of now) {
    const was = before.get(target);
    const said = saidNow.get(sayingOf(breach));
    if (said === undefined) throw new Error(`a breach of ${target} stands that was never said`);
    const same =
      was !== undefined &&
      was.breach.at === breach.at &&
      was.latest.phase === latest.phase &&
      was.breach.provisional === said.provisional;
    if (same) continue;
    messages.push({
      to: 'open-breaches',
      incidentId: id,
      target,
      breach: openBreach(breach, latest, said, policy),
    });
  }
  for (const target of before.keys()) {
    if (!now.has(target)) {
      messages.push({ to: 'open-breaches', incidentId: id, target, breach: null });
    }
  }
  return messages;
}

const sayingOf = ({ target, phase, at }: Pick<Said, 'target' | 'phase' | 'at'>): string =>
  `${target}\n${phase}\n${at}`;

function openBreach(
  breach: AssessedAlert,
  latest: AssessedAlert,
  said: Said,
  policy: Policy,
): OpenBreach {
  return {
    incidentId: latest.incidentId,
    target: latest.target,
    forceId: latest.forceId,
    ...(latest.areaId === undefined ? {} : { areaId: latest.areaId }),
    grade: latest.grade,
    child: latest.child,
    severity: latest.severity,
    phase: latest.phase,
    breachAt: breach.at,
    ...(breach.due === undefined ? {} : { due: breach.due }),
    alertId: said.alertId,
    confidence: said.provisional ? 'provisional' : 'confirmed',
    policyVersion: policy.policyVersion,
  };
}

function forceOf(record: IncidentRecord, { state }: Assessment): ForceId {
  if (state !== undefined) return state.forceId;
  for (const { fact } of record.facts) if (fact.type === 'incident-created') return fact.forceId;
  throw new Error('an incident without a creation was decided');
}

function positionsOf(
  record: IncidentRecord,
  horizon: Instant,
  partition: number,
): readonly FactPosition[] {
  const known = record.facts.filter(({ fact }) => fact.at <= horizon);
  const creation = known.find(({ fact }) => fact.type === 'incident-created');
  const rest = known.filter((one) => one !== creation).slice(1 - limits.factsOnAlert);
  return [...(creation === undefined ? [] : [creation]), ...rest].map(
    ({ fact, topic, offset }) => ({
      source: fact.source,
      id: fact.id,
      topic,
      partition,
      offset: String(offset),
    }),
  );
}
