import type { ChildInvolvement, ForceId, Grade, Setting, SourceId } from '../facts/fact.ts';
import type { Milestone, Severity } from '../ledger/alert.ts';
import type { Duration } from '../time/duration.ts';

/** When an incident's clock starts: forces differ (semantics 4). */
export type Clock = 'created' | 'graded' | 'allocated';

/** What targets and objectives share: which incidents they are about, and how long those may wait. */
export interface Scope {
  readonly name: string;
  readonly milestone: Milestone;
  readonly grades: readonly Grade[];
  /** `possible`: involved or unknown; absent: any. */
  readonly child?: 'involved' | 'possible';
  readonly forces?: readonly ForceId[];
  readonly settings?: readonly Setting[];
  readonly incidentTypes?: readonly string[];
  readonly clock: Clock;
  /** `review`: a downgrade that nobody reviewed does not escape the threshold. */
  readonly downgrade: 'release' | 'review';
  readonly within: Duration;
}

export interface Target extends Scope {
  /** Milliseconds from the beginning of the clock to the warning: floor(warnAt × within). */
  readonly warnAfter?: Duration;
  /** Milliseconds after the start of the breach, rising. */
  readonly escalateAfter: readonly Duration[];
  readonly severity: {
    readonly warning: Severity;
    readonly breach: Severity;
    readonly escalation: Severity;
  };
}

export interface Objective extends Scope {
  /** The share that should be within, 0 to 1. */
  readonly target: number;
  /** Lengths of the rolling windows, rising. */
  readonly windows: readonly Duration[];
  readonly minimumIncidents: number;
}

export interface Feed {
  readonly source: SourceId;
  readonly silentAfter: Duration;
}

/** A validated policy, defaults filled in (semantics 7). */
export interface Policy {
  /** First 12 hex digits of the SHA-256 of the document's canonical JSON (RFC 8785). */
  readonly policyVersion: string;
  readonly timeZone: string;
  readonly grace: Duration;
  readonly holdAtMost: Duration;
  readonly maxAhead: Duration;
  readonly retainFor: Duration;
  readonly maxSilence: Duration;
  readonly acknowledgementLasts: Duration;
  readonly feeds: readonly Feed[];
  readonly childTypes: readonly string[];
  readonly targets: readonly Target[];
  readonly objectives: readonly Objective[];
}

/** Whether a scope's `child` takes in an incident of that involvement. */
export function takesInChild(child: Scope['child'], involvement: ChildInvolvement): boolean {
  if (child === undefined) return true;
  return involvement === 'involved' || (child === 'possible' && involvement === 'unknown');
}
