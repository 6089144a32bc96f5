import { type InputTopic, inputTopics, type SourceId } from '@vigil/domain/facts/fact';
import type { Hold } from '@vigil/domain/ledger/alert';
import type { Policy } from '@vigil/domain/policy/policy';
import { earlier, type Instant, later, plus } from '@vigil/domain/time/instant';
import type { ShardState } from '@vigil/working-set/port';
import type { Outage } from './decide.ts';

/** Names under which the engine keeps its own values with a shard. */
export const notes = {
  /** When the shard was prepared, by the wall clock: what was never read is behind since then. */
  preparedAt: 'preparedAt',
  policyVersion: 'policyVersion',
  /** While a change of policy has not reached every incident: the step at which it is. */
  sweeping: 'sweeping',
  /** When its owner last looked at it. */
  lastTick: 'lastTick',
  /** When it last had no owner: `from to`. */
  outage: 'outage',
  /** Sources that were said to be silent: as JSON. */
  silent: 'silent',
  /** Objectives that were said to be missed, as JSON. */
  missed: 'missed',
} as const;

/** What a commit expects that decides under a policy: another may be put in force meanwhile. */
export const underPolicy = ({ policyVersion }: Policy): ReadonlyMap<string, string> =>
  new Map([[notes.policyVersion, policyVersion]]);

/** Whether the shard's incidents are decided under this policy. */
export const isUnder = (state: ShardState, { policyVersion }: Policy): boolean =>
  state.notes.get(notes.policyVersion) === policyVersion;

/** When the shard last had no owner. */
export function outageOf(state: ShardState): Outage | undefined {
  const [from, to] = (state.notes.get(notes.outage) ?? '').split(' ').map(Number);
  return from === undefined || to === undefined
    ? undefined
    : { from: from as Instant, to: to as Instant };
}

/** The key under which a shard remembers when a source was heard on a topic. */
export const heardKey = (topic: InputTopic, source: SourceId): string => `${topic}|${source}`;

/**
 * The watermark of a shard (semantics 6): the instant up to which every input topic of the partition
 * has been read, less `grace`.
 *
 * @returns none while a topic has never been read.
 */
export function shardWatermark(state: ShardState, policy: Policy): Instant | undefined {
  const { readTo } = slowestTopic(state);
  return readTo === undefined ? undefined : plus(readTo, -policy.grace);
}

/** The input topic that has been read least far. */
export function slowestTopic(state: ShardState): {
  readonly topic: InputTopic;
  readonly readTo: Instant | undefined;
} {
  let slowest: { topic: InputTopic; readTo: Instant | undefined } | undefined;
  for (const topic of inputTopics) {
    const readTo = state.watermarks.get(topic);
    if (readTo === undefined) return { topic, readTo };
    if (slowest?.readTo === undefined || readTo < slowest.readTo) slowest = { topic, readTo };
  }
  return slowest ?? { topic: inputTopics[0], readTo: undefined };
}

/** The instant up to which a watched source may be silent before it counts as silent. */
export interface FeedLimit {
  readonly source: SourceId;
  /** When it was last heard on the topic where it was heard least lately. */
  readonly lastHeard: Instant;
  readonly until: Instant;
}

/** Of each source that the policy names: until when its silence is still a quiet night. */
export function feedLimits(state: ShardState, policy: Policy): readonly FeedLimit[] {
  const preparedAt = Number(state.notes.get(notes.preparedAt) ?? 0) as Instant;
  return policy.feeds.map(({ source, silentAfter }) => {
    const lastHeard = inputTopics
      .map((topic) => later(state.heard.get(heardKey(topic, source)) ?? preparedAt, preparedAt))
      .reduce(earlier);
    return { source, lastHeard, until: plus(lastHeard, silentAfter) };
  });
}

/** The watermark of one incident, and what holds it back from the wall clock. */
export interface IncidentWatermark {
  readonly watermark: Instant | undefined;
  readonly hold: Hold;
}

/**
 * The watermark of an incident whose facts came from `sources`: the shard's, held back by a source
 * that has fallen silent as lag would hold it (semantics 6).
 */
export function incidentWatermark(
  state: ShardState,
  policy: Policy,
  limits: readonly FeedLimit[],
  sources: ReadonlySet<SourceId>,
  wall: Instant,
): IncidentWatermark {
  const shard = shardWatermark(state, policy);
  const preparedAt = Number(state.notes.get(notes.preparedAt) ?? wall) as Instant;
  const silent = limits
    .filter(({ source, until }) => sources.has(source) && shard !== undefined && until < shard)
    .reduce<FeedLimit | undefined>(
      (a, b) => (a === undefined || b.until < a.until ? b : a),
      undefined,
    );
  if (silent !== undefined) {
    const hold = { cause: 'feed-silent', on: silent.source, lagMs: wall - silent.until } as const;
    return { watermark: silent.until, hold };
  }
  const { topic, readTo } = slowestTopic(state);
  const lagMs = wall - (readTo ?? preparedAt);
  return { watermark: shard, hold: { cause: 'lag', on: topic, lagMs } };
}
