import type { IncidentId, SourceId } from '@vigil/domain/facts/fact';
import { type Instant, later, plus } from '@vigil/domain/time/instant';
import type { DueIncident, IncidentChange, Shard, ShardState } from '@vigil/working-set/port';
import { commitDecisions } from './commit-decisions.ts';
import { type Decision, decide } from './decide.ts';
import { type IncidentRecord, retired } from './incident-record.ts';
import { type Reached, withReached } from './input-ends.ts';
import { type Engine, limits } from './ports.ts';
import { deserialise, serialise } from './stored-incident.ts';
import {
  feedLimits,
  type IncidentWatermark,
  incidentWatermark,
  outageOf,
  shardWatermark,
  underPolicy,
} from './watermark.ts';

/** Nothing has been read: no watermark has passed anything. */
const nothingRead = 0 as Instant;

/** Incidents that are due by the shard's watermark but held back by a silent source; and until when. */
export interface HeldBack {
  /** The feeds' limits under which they were held; others may let them go. */
  under: string;
  readonly ids: Set<IncidentId>;
}

/** What is left when due incidents have been raised. */
export interface LeftDue {
  /** There may be more to do at once. */
  readonly more: boolean;
  /** What falls due next, where that is past or no further ahead than a tick. */
  readonly next: Instant | undefined;
}

/**
 * Decides the incidents whose due instant the watermark has passed, up to a commit's worth.
 *
 * @param reached - up to where the input topics have been read beyond what the shard says.
 */
export async function raiseDue(
  engine: Engine,
  shard: Shard,
  stored: ShardState,
  reached: Reached,
  heldBack: HeldBack,
): Promise<LeftDue> {
  const { workingSet, policy, clock } = engine;
  const state = withReached(stored, reached);
  const watermark = shardWatermark(state, policy);
  if (watermark === undefined) return { more: false, next: undefined };
  const under = JSON.stringify([...state.heard]);
  if (heldBack.under !== under) {
    heldBack.under = under;
    heldBack.ids.clear();
  }
  const limit = limits.incidentsPerCommit + heldBack.ids.size;
  const soon = later(watermark, plus(clock(), engine.tickMs - policy.grace));
  const all = (await workingSet.due(shard, soon, limit)).filter(({ id }) => !heldBack.ids.has(id));
  const due = all.filter((one) => one.due <= watermark);
  const next = all[due.length]?.due;
  if (due.length === 0) return { more: false, next };

  const looked = await lookAt(engine, shard, state, due);
  const changes: IncidentChange[] = [];
  const decisions: Decision[] = [];
  for (const { id, version, record, given, isDue } of looked) {
    if (record === undefined) {
      changes.push({ id, expected: version, record: undefined, due: undefined });
    } else if (!isDue) {
      heldBack.ids.add(id);
    } else {
      const decision = decide(id, record, given);
      decisions.push(decision);
      changes.push({ id, expected: version, ...storedAfter(decision, given.watermark, engine) });
    }
  }
  if (changes.length > 0) await store(engine, shard, changes, decisions, reached);
  return { more: true, next };
}

/** Incidents for which an assertion by the wall clock said nothing, and until when it will not. */
export type Asserted = Map<IncidentId, { readonly version: number; readonly until: number }>;

/**
 * Where a watermark has stood still longer than `holdAtMost`, says what the wall clock says, marked
 * provisional: silence is never the answer to lag (semantics 6).
 */
export async function raiseHeld(
  engine: Engine,
  shard: Shard,
  state: ShardState,
  asserted: Asserted,
): Promise<void> {
  const { workingSet, policy, clock } = engine;
  const assertTo = plus(clock(), -policy.grace);
  const due = await workingSet.due(shard, assertTo, limits.heldIncidents);
  const looked = await lookAt(engine, shard, state, due);
  const changes: IncidentChange[] = [];
  const decisions: Decision[] = [];
  const seen: Asserted = new Map();
  for (const { id, version, record, given } of looked) {
    if (record === undefined || given.hold.lagMs <= policy.holdAtMost) continue;
    const before = asserted.get(id);
    if (before?.version === version && before.until > assertTo) {
      seen.set(id, before);
      continue;
    }
    const decision = decide(id, record, { ...given, assertTo });
    const until = decision.nextAssertion ?? Number.POSITIVE_INFINITY;
    if (decision.outbox.length === 0) {
      seen.set(id, { version, until });
    } else {
      seen.set(id, { version: version + 1, until });
      decisions.push(decision);
      changes.push({
        id,
        expected: version,
        record: serialise(decision.record),
        due: decision.due,
      });
    }
  }
  asserted.clear();
  for (const [id, one] of seen) asserted.set(id, one);
  for (let from = 0; from < changes.length; from += limits.incidentsPerCommit) {
    const to = from + limits.incidentsPerCommit;
    await store(engine, shard, changes.slice(from, to), decisions.slice(from, to));
  }
}

interface Looked {
  readonly id: IncidentId;
  readonly version: number;
  /** None for one that was retired long ago or is not there. */
  readonly record: IncidentRecord | undefined;
  readonly given: Parameters<typeof decide>[2];
  /** Its own watermark, which a silent source may hold back, has passed the due instant. */
  readonly isDue: boolean;
}

async function lookAt(
  engine: Engine,
  shard: Shard,
  state: ShardState,
  due: readonly DueIncident[],
): Promise<Looked[]> {
  const { workingSet, policy, clock } = engine;
  const stored = await workingSet.incidents(
    shard,
    due.map(({ id }) => id),
  );
  const wall = clock();
  const feeds = feedLimits(state, policy);
  const outage = outageOf(state);
  const bySources = new Map<string, IncidentWatermark>();
  return due.flatMap(({ id, due: dueAt }) => {
    const known = stored.get(id);
    if (known === undefined) return [];
    const record = known.record === retired ? undefined : deserialise(id, known.record);
    const sources = new Set<SourceId>(record?.facts.map(({ fact }) => fact.source));
    const name = [...sources].sort().join('\n');
    const held = bySources.get(name) ?? incidentWatermark(state, policy, feeds, sources, wall);
    bySources.set(name, held);
    const watermark = held.watermark ?? nothingRead;
    const given = { policy, watermark, hold: held.hold, outage, wall, partition: shard.partition };
    return [{ id, version: known.version, record, given, isDue: dueAt <= watermark }];
  });
}

/** What is kept of an incident once decided: after its retention only a mark that it was there. */
function storedAfter(
  decision: Decision,
  watermark: Instant,
  { policy }: Engine,
): Pick<IncidentChange, 'record' | 'due'> {
  const { record, due, outbox } = decision;
  const over = due !== undefined && due <= watermark && outbox.length === 0;
  if (!over) return { record: serialise(record), due };
  return { record: retired, due: plus(due, policy.retainFor) };
}

async function store(
  engine: Engine,
  shard: Shard,
  incidents: readonly IncidentChange[],
  decisions: readonly Decision[],
  reached: Reached = [],
): Promise<void> {
  // Refused when somebody else changed an incident meanwhile, or the shard forgot what had been reached:
  // it is still due and is looked at again.
  await commitDecisions(engine, shard, decisions, {
    expectMode: 'live',
    expectNotes: underPolicy(engine.policy),
    incidents,
    reached,
  });
}
