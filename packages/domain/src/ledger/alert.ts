import { parse, v5 as uuidv5 } from 'uuid';
import type {
  AreaId,
  ChildInvolvement,
  FactId,
  ForceId,
  Grade,
  IncidentId,
  SourceId,
} from '../facts/fact.ts';
import { formatInstant, type Instant } from '../time/instant.ts';

export type AlertId = string & { readonly __brand: 'AlertId' };

/** `escalation-1` is the first step after the breach. */
export type Phase = 'warning' | 'breach' | `escalation-${number}` | 'cleared';

export const milestones = ['attended', 'seen', 'allocated', 'contacted'] as const;
export type Milestone = (typeof milestones)[number];

export type ClearedReason = Milestone | 'closed' | 'regraded' | 'child-ruled-out' | 'out-of-scope';

export const severities = ['low', 'medium', 'high', 'critical'] as const;
export type Severity = (typeof severities)[number];

/** An alert that should exist: a pure function of facts, policy and instant (semantics 5). */
export interface Alert {
  readonly incidentId: IncidentId;
  readonly target: string;
  readonly phase: Phase;
  readonly at: Instant;
  /** On `cleared` only. */
  readonly reason?: ClearedReason;
}

const namespace = parse('bc214b0b-0684-5a15-9325-3a2315fe97f5');
const utf8 = new TextEncoder();

/** UUIDv5 (RFC 9562) of the four that identify an alert, so that every run gives it the same id. */
export function alertIdOf(alert: Pick<Alert, 'incidentId' | 'target' | 'phase' | 'at'>): AlertId {
  return idOf(`${alert.incidentId}\n${alert.target}\n${alert.phase}\n${formatInstant(alert.at)}`);
}

/** UUIDv5 of source, phase and instant, for alerts about a feed. */
export function feedAlertIdOf(alert: Pick<FeedAlert, 'source' | 'phase' | 'at'>): AlertId {
  return idOf(`${alert.source}\n${alert.phase}\n${formatInstant(alert.at)}`);
}

/** UUIDv5 of objective, force, phase and instant, for alerts about attainment. */
export function objectiveAlertIdOf(
  alert: Pick<ObjectiveAlert, 'objective' | 'forceId' | 'phase' | 'at'>,
): AlertId {
  const { objective, forceId, phase, at } = alert;
  return idOf([objective, forceId, phase, formatInstant(at)].join('\n'));
}

/** As bytes: of text the library makes them in a slower way. */
function idOf(name: string): AlertId {
  return uuidv5(utf8.encode(name), namespace) as AlertId;
}

/** Why an alert was raised later than `grace` + 1 s after it was due (semantics 6). */
export const lateReasons = ['lag', 'outage', 'late-fact', 'feed-silent', 'policy-change'] as const;
export type LateReason = (typeof lateReasons)[number];

/** What keeps a watermark from passing: a topic that lags or a source that is silent. */
export interface Hold {
  readonly cause: 'lag' | 'feed-silent';
  /** The topic, or for a silent feed the source. */
  readonly on: string;
  /** Milliseconds from the watermark held to the wall clock. */
  readonly lagMs: number;
}

/** Where a fact that an alert rests on stands. */
export interface FactPosition {
  readonly source: SourceId;
  readonly id: FactId;
  readonly topic?: string;
  readonly partition?: number;
  readonly offset?: string;
}

/** An alert with what a reader of it needs to know: the state it was raised in. */
export interface AssessedAlert extends Alert {
  readonly forceId: ForceId;
  readonly areaId?: AreaId;
  readonly grade: Grade;
  readonly child: ChildInvolvement;
  readonly milestone: Milestone;
  readonly severity: Severity;
  /** When the clock began and when it was due, in the state at `at`; none when it has no clock then. */
  readonly begin?: Instant;
  readonly due?: Instant;
}

/** The record of an alert on `attendance-alerts`: the alert, what it rests on, and how it was raised. */
export interface AlertRecord extends AssessedAlert {
  readonly kind: 'alert';
  readonly alertId: AlertId;
  /** 1 at first; the next after each withdrawal. */
  readonly revision: number;
  readonly raisedAt: Instant;
  readonly late?: LateReason;
  readonly confidence: 'confirmed' | 'provisional';
  /** On provisional alerts: what the watermark waits for. */
  readonly hold?: Hold;
  readonly policyVersion: string;
  readonly watermark: Instant;
  readonly facts: readonly FactPosition[];
}

export const retractionReasons = ['late-fact', 'policy-change'] as const;
export type RetractionReason = (typeof retractionReasons)[number];

/** Takes a published alert back. */
export interface Retraction {
  readonly kind: 'retraction';
  readonly alertId: AlertId;
  readonly revision: number;
  readonly incidentId: IncidentId;
  readonly forceId: ForceId;
  readonly target: string;
  readonly phase: Phase;
  readonly at: Instant;
  readonly reason: RetractionReason;
  readonly retractedAt: Instant;
  readonly policyVersion: string;
  readonly watermark: Instant;
  readonly facts: readonly FactPosition[];
}

/** Says that a provisional alert stands: the watermark has passed it. */
export interface Confirmation {
  readonly kind: 'confirmation';
  readonly alertId: AlertId;
  readonly revision: number;
  readonly incidentId: IncidentId;
  readonly forceId: ForceId;
  readonly target: string;
  readonly phase: Phase;
  readonly at: Instant;
  readonly confirmedAt: Instant;
  readonly policyVersion: string;
  readonly watermark: Instant;
}

/** A source that fell silent, or was heard again (semantics 6). Keyed by source, said once. */
export interface FeedAlert {
  readonly kind: 'feed-alert';
  readonly alertId: AlertId;
  readonly revision: number;
  readonly source: SourceId;
  readonly phase: 'feed-silent' | 'feed-heard';
  /** When the silence became too long, or when the source was heard again. */
  readonly at: Instant;
  readonly raisedAt: Instant;
  readonly lastHeard: Instant;
  readonly policyVersion: string;
}

/** Attainment that fell below target over two windows, or recovered (semantics 8). */
export interface ObjectiveAlert {
  readonly kind: 'objective-alert';
  readonly alertId: AlertId;
  readonly revision: number;
  readonly objective: string;
  readonly forceId: ForceId;
  readonly phase: 'objective-missed' | 'objective-recovered';
  readonly at: Instant;
  readonly raisedAt: Instant;
  readonly target: number;
  readonly windows: readonly {
    readonly lengthMs: number;
    readonly within: number;
    readonly missed: number;
  }[];
  readonly policyVersion: string;
}

/** Everything that stands on `attendance-alerts`. */
export type LedgerRecord = AlertRecord | Retraction | Confirmation | FeedAlert | ObjectiveAlert;

/** The value on `open-breaches`, keyed `incidentId|target`: what is in breach now; none when it ended. */
export interface OpenBreach {
  readonly incidentId: IncidentId;
  readonly target: string;
  readonly forceId: ForceId;
  readonly areaId?: AreaId;
  readonly grade: Grade;
  readonly child: ChildInvolvement;
  readonly severity: Severity;
  /** The last phase reached: `breach` or an escalation. */
  readonly phase: Phase;
  readonly breachAt: Instant;
  readonly due?: Instant;
  readonly alertId: AlertId;
  readonly confidence: 'confirmed' | 'provisional';
  readonly policyVersion: string;
}
