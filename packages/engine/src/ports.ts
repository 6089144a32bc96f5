/**
 * The engine brings facts to `assess` and alerts away from it.
 *
 *     intake:    a batch of one input topic ─► decode ─► load the incidents ─► decide ─► commit
 *     detector:  due instants the watermark has passed ─► load ─► decide ─► commit
 *                outbox ─► one transaction on the alert topic ─► trim
 *
 * It knows ports only. Whatever crashes between two lines above, the working set holds the offset
 * together with what was concluded, so the work is either done or done again from the same facts; and
 * the alert topic holds what was said, so nothing is said twice (architecture, "Where the truth is").
 */
import type { Fact, FeedHeartbeat, IncidentId, InputTopic } from '@vigil/domain/facts/fact';
import type { LedgerRecord, OpenBreach } from '@vigil/domain/ledger/alert';
import type { Policy } from '@vigil/domain/policy/policy';
import type { Instant } from '@vigil/domain/time/instant';
import type { EventLog, LogRecord, OutgoingRecord } from '@vigil/event-log/port';
import type { WorkingSet } from '@vigil/working-set/port';
import type { Timer } from './timer.ts';
import type { Tracing } from './tracing.ts';

/** The wall clock; in rehearsals and tests a clock of their own. */
export type Clock = () => Instant;

/** What the bytes of a record on an input topic say. */
export type Decoded =
  | { readonly kind: 'fact'; readonly fact: Fact }
  | { readonly kind: 'heartbeat'; readonly heartbeat: FeedHeartbeat }
  | Rejected;

export interface Rejected {
  readonly kind: 'rejected';
  /** A code, such as `truncated-avro`. */
  readonly reason: string;
  /** Names the field and the problem; holds nothing of the value. */
  readonly detail: string;
}

/** Bytes to meaning and back, and the names of the topics. */
export interface Codec {
  /** @throws when the registry cannot be asked; bad bytes are `rejected`, never thrown. */
  decode(record: LogRecord): Promise<Decoded>;
  /** `content` is what the bytes say: what the chain of the ledger is about. */
  encodeLedger(
    record: LedgerRecord,
  ): OutgoingRecord & { readonly key: string; readonly content: unknown };
  /** @throws an error with the code {@link unreadableLedger} when it is no record of the ledger. */
  decodeLedger(record: LogRecord): Promise<LedgerRecord>;
  encodeOpenBreach(
    incidentId: IncidentId,
    target: string,
    breach: OpenBreach | null,
  ): OutgoingRecord;
  encodeDeadLetter(record: LogRecord, why: DeadLetterReason): OutgoingRecord;
  /** The log's names of the topics. */
  readonly topics: {
    readonly input: Readonly<Record<InputTopic, string>>;
    readonly alerts: string;
    readonly openBreaches: string;
    readonly deadLetters: string;
  };
}

/** The code of what `decodeLedger` throws for a record that cannot be read, whoever wrote it. */
export const unreadableLedger = 'VIGIL_LEDGER_UNREADABLE';

export interface DeadLetterReason {
  readonly reason: string;
  readonly detail: string;
  readonly incidentId?: IncidentId;
  readonly at: Instant;
}

/** Everything the engine works with. */
export interface Engine {
  readonly log: EventLog;
  readonly workingSet: WorkingSet;
  readonly codec: Codec;
  readonly policy: Policy;
  readonly clock: Clock;
  readonly timer: Timer;
  /** Names this deployment's shards. */
  readonly deployment: string;
  /** Milliseconds between two looks at a shard with nothing to do; `limits.tickMs` as deployed. */
  readonly tickMs: number;
  readonly observe: Observe;
  /** None: nothing is traced. */
  readonly tracing?: Tracing;
}

/** What happens, for logs and metrics; ids of incidents and facts only, nothing of their content. */
export type Observation =
  | {
      readonly event: 'facts-applied';
      readonly topic: InputTopic;
      readonly partition: number;
      readonly facts: number;
      readonly incidents: number;
    }
  | {
      readonly event: 'dead-letter';
      readonly topic: string;
      readonly partition: number;
      readonly offset: bigint;
      readonly reason: string;
    }
  | {
      readonly event: 'facts-lost';
      readonly topic: string;
      readonly partition: number;
      readonly from: bigint;
      readonly to: bigint;
    }
  | {
      readonly event: 'published';
      readonly partition: number;
      readonly records: readonly LedgerRecord[];
    }
  | {
      readonly event: 'owned';
      readonly partition: number;
      readonly alreadySaid: number;
      readonly rebuilding: boolean;
    }
  | { readonly event: 'rebuilt'; readonly partition: number }
  | {
      readonly event: 'waiting';
      readonly topic: InputTopic;
      readonly partition: number;
      readonly why: string;
    }
  /** A partition of an input topic was given to this process, or taken from it. */
  | {
      readonly event: 'assigned' | 'revoked';
      readonly topic: InputTopic;
      readonly partition: number;
    }
  /** All that was read of it is in the working set; so many records are still to be read. */
  | {
      readonly event: 'read';
      readonly topic: InputTopic;
      readonly partition: number;
      readonly behind: bigint;
      /** Up to when it has been read. */
      readonly readTo: Instant;
    }
  /** The owner of a shard has looked at it once more; or it is this process's no longer. */
  | { readonly event: 'looked-after' | 'given-away'; readonly partition: number }
  | { readonly event: 'released'; readonly partition: number; readonly why: string }
  | { readonly event: 'watermark'; readonly partition: number; readonly ageMs: number }
  | { readonly event: 'failed'; readonly partition: number; readonly error: Error };
export type Observe = (observation: Observation) => void;

/** Every bound of the engine, with its unit. */
export const limits = {
  /** Incidents looked at in one commit. */
  incidentsPerCommit: 500,
  /** Outbox entries in one transaction. */
  decisionsPerTransaction: 500,
  /** Fact positions listed on an alert: the creation and the last ones. */
  factsOnAlert: 64,
  /** Traces kept with an incident: those of the last facts that had one. */
  tracesKept: 8,
  /** Attempts to commit against concurrent changes of the same incidents before the batch is read again. */
  commitAttempts: 20,
  /** Milliseconds between two looks at the due times of a partition with nothing due. */
  tickMs: 25,
  /** Milliseconds before the log is asked again where it could not say how far the input topics go. */
  askAgainMs: 1_000,
  /** Milliseconds between two looks for what a held watermark keeps back. */
  heldTickMs: 1_000,
  /** Incidents looked at in one round while a watermark is held. */
  heldIncidents: 10_000,
  /** Milliseconds between two housekeeping rounds: the last tick, silent feeds. */
  housekeepingMs: 5_000,
  /** Milliseconds between two looks at all window slots: they are many and change by the minute. */
  windowsMs: 30_000,
  /** Alerts whose progress an owner remembers, so as not to say them again. */
  rememberedAlerts: 200_000,
  /** Without a tick for longer than this, what fell due meanwhile is late because of an outage. */
  outageMs: 15_000,
} as const;
