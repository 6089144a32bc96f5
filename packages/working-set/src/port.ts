import type { IncidentId, InputTopic } from '@vigil/domain/facts/fact';
import type { Instant } from '@vigil/domain/time/instant';

/**
 * The working set: what Vigil keeps at hand about the incidents of one partition (a shard).
 *
 * Kafka holds the truth; this can be lost and is rebuilt. Everything a consumer concludes from a
 * batch goes in with one `commit`, which is stored whole or not at all, together with the offset
 * reached, so that a fact takes effect exactly once whatever crashes. `commit` compares and stores;
 * it decides nothing. Two adapters (memory, Redis) pass the same conformance suite. A `limit` is at
 * least 1.
 */
export interface WorkingSet {
  /** The shard's state; every field empty for a shard that was never committed to (or was lost). */
  shard(shard: Shard): Promise<ShardState>;
  /** The incidents that are there, by id; those that are not are absent from the map. */
  incidents(shard: Shard, ids: readonly IncidentId[]): Promise<Map<IncidentId, StoredIncident>>;
  /** Up to `limit` incidents whose due instant is at or before `upTo`, the earliest first. */
  due(shard: Shard, upTo: Instant, limit: number): Promise<DueIncident[]>;
  /** The first `limit` entries of the outbox, oldest first. */
  outbox(shard: Shard, limit: number): Promise<OutboxEntry[]>;
  /** Every window slot and its count. */
  slots(shard: Shard): Promise<Map<string, number>>;
  /**
   * Every incident of the shard once, in pieces of about `limit`, for sweeps and the control room.
   * One that is added or removed meanwhile may be in it or not.
   */
  scan(shard: Shard, limit: number): AsyncIterable<StoredIncidentRow[]>;
  /**
   * Stores everything in `commit`, or nothing and says why.
   *
   * @throws InvalidCommit when it breaks a rule of {@link Commit}; nothing was stored.
   * @throws CommitUnknown when the answer did not come: it was stored, or will be, or not. Load again
   *   and decide again. What was stored already then refuses what moves an offset, changes an incident
   *   or trims the outbox; so slots are to be changed only together with one of these.
   */
  commit(shard: Shard, commit: Commit): Promise<CommitResult>;
  /** Counts for gauges; not of one instant. */
  sizes(shard: Shard): Promise<{ incidents: number; due: number; outbox: number }>;
  close(): Promise<void>;
}

/** One partition of the input topics, and everything that is known of it. */
export interface Shard {
  /** A name for the deployment, so that several can share a Redis: letters, digits and hyphens. */
  readonly deployment: string;
  readonly partition: number;
}

/**
 * `rebuilding`: facts are only stored, until every input topic has been read up to `rebuildTo`;
 * nothing is raised or withdrawn on half the facts. `undefined`: nobody has prepared the shard yet.
 */
export type ShardMode = 'rebuilding' | 'live';

export interface ShardState {
  readonly mode: ShardMode | undefined;
  /** The next offset to read, by input topic. */
  readonly offsets: ReadonlyMap<InputTopic, bigint>;
  /** The instant up to which each input topic has been read (semantics 6), grace not yet taken off. */
  readonly watermarks: ReadonlyMap<InputTopic, Instant>;
  /** Offsets at which a rebuild ends, by input topic. */
  readonly rebuildTo: ReadonlyMap<InputTopic, bigint>;
  /** The next offset of the alert topic whose records the incidents do not yet remember. */
  readonly ledgerOffset: bigint | undefined;
  /** When each source was last heard on each topic; keys are `topic|source`. */
  readonly heard: ReadonlyMap<string, Instant>;
  /** Free text values the engine keeps per shard (policy version, last tick, chain head, …). */
  readonly notes: ReadonlyMap<string, string>;
}

export interface StoredIncident {
  /** 1 at the first commit, one more at each. */
  readonly version: number;
  /** The engine's serialisation; opaque here. */
  readonly record: string;
}
export interface StoredIncidentRow extends StoredIncident {
  readonly id: IncidentId;
}
export interface DueIncident {
  readonly id: IncidentId;
  readonly due: Instant;
}
export interface OutboxEntry {
  /** Rises by one an entry; never used again within a shard's life. */
  readonly sequence: number;
  readonly entry: string;
}

/**
 * What is stored whole or not at all. Everything is optional; an empty commit only checks the mode.
 * Numbers are whole and safe integers, an incident stands in it once, and its parts are at most
 * `maxParts` (see `commit-check.ts`).
 */
export interface Commit {
  /**
   * Moves the offset of one topic. Refused (`stale-offset`) unless the stored one is `from`
   * (`undefined`: none yet): so a consumer that was replaced and does not know it is refused.
   */
  readonly advance?: {
    readonly topic: InputTopic;
    readonly from: bigint | undefined;
    readonly to: bigint;
  };
  /** Refused (`stale-mode`) unless the shard is in this mode. `'unprepared'`: has none. */
  readonly expectMode?: ShardMode | 'unprepared';
  /**
   * Refused (`stale-notes`) unless each of these notes has this text: what was decided in the light of
   * one does not count once it changed.
   */
  readonly expectNotes?: ReadonlyMap<string, string>;
  /** Refused (`stale-incidents`) unless each stored version is `expected` (0: not there). */
  readonly incidents?: readonly IncidentChange[];
  /** Added to the named slots; a slot that comes to 0 is deleted. */
  readonly slots?: readonly { readonly key: string; readonly delta: number }[];
  /** Slots deleted, their time being over. */
  readonly dropSlots?: readonly string[];
  /** Appended in order. */
  readonly outbox?: readonly string[];
  /**
   * Removes outbox entries up to and including this sequence number. Refused (`stale-outbox`)
   * unless the first entry has sequence `from`: a publisher that was replaced is refused. What the
   * same commit appends stays.
   */
  readonly trimOutbox?: { readonly from: number; readonly through: number };
  /** Raised only: a watermark never goes back, a lower value is ignored. */
  readonly watermark?: { readonly topic: InputTopic; readonly instant: Instant };
  /**
   * Raises the watermarks of topics that have been read up to an offset. Refused (`stale-offset`) where
   * the stored offset is lower or none: the shard forgot it in the meantime.
   */
  readonly reached?: readonly {
    readonly topic: InputTopic;
    readonly offset: bigint;
    readonly instant: Instant;
  }[];
  /** Raised only, by `topic|source`. */
  readonly heard?: readonly { readonly key: string; readonly instant: Instant }[];
  readonly mode?: ShardMode;
  readonly rebuildTo?: ReadonlyMap<InputTopic, bigint>;
  /**
   * Moves how far the incidents remember the alert topic. Refused (`stale-ledger`) unless the stored
   * one is `from` (`undefined`: none yet): what was learned of the topic does not count in a shard that
   * forgot in the meantime.
   */
  readonly ledgerOffset?: { readonly from: bigint | undefined; readonly to: bigint };
  readonly notes?: ReadonlyMap<string, string>;
}

export interface IncidentChange {
  readonly id: IncidentId;
  readonly expected: number;
  /** `undefined` removes the incident with its due instant. */
  readonly record: string | undefined;
  /** When it must be looked at again; `undefined` removes it from the due times. */
  readonly due: Instant | undefined;
}

export type CommitResult =
  | { readonly outcome: 'committed' }
  | { readonly outcome: 'stale-offset'; readonly stored: bigint | undefined }
  | { readonly outcome: 'stale-ledger'; readonly stored: bigint | undefined }
  | { readonly outcome: 'stale-mode'; readonly stored: ShardMode | undefined }
  | { readonly outcome: 'stale-notes'; readonly names: readonly string[] }
  | { readonly outcome: 'stale-outbox'; readonly first: number | undefined }
  | { readonly outcome: 'stale-incidents'; readonly ids: readonly IncidentId[] };

/** Nobody knows whether the commit was stored: load again before deciding again. */
export class CommitUnknown extends Error {
  override readonly name = 'CommitUnknown';
  readonly code = 'VIGIL_COMMIT_UNKNOWN';
}

/** The commit breaks a rule of the port: a defect in whoever made it. */
export class InvalidCommit extends Error {
  override readonly name = 'InvalidCommit';
  readonly code = 'VIGIL_INVALID_COMMIT';
}
