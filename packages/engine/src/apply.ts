import type { IncidentId, InputTopic, SourceId } from '@vigil/domain/facts/fact';
import type { Instant } from '@vigil/domain/time/instant';
import { earlier, later } from '@vigil/domain/time/instant';
import type { IncidentChange, Shard, ShardState } from '@vigil/working-set/port';
import { riskiestFirst } from './at-once.ts';
import { commitDecisions } from './commit-decisions.ts';
import { type Decision, decide } from './decide.ts';
import {
  type IncidentRecord,
  type PositionedFact,
  retired,
  unknownIncident,
  withFacts,
} from './incident-record.ts';
import { type Engine, limits } from './ports.ts';
import { deserialise, serialise } from './stored-incident.ts';
import {
  feedLimits,
  incidentWatermark,
  isUnder,
  notes,
  outageOf,
  shardWatermark,
  underPolicy,
} from './watermark.ts';

/** The partition went to another consumer, or the working set forgot: read again from its offset. */
export class Superseded extends Error {
  override readonly name = 'Superseded';
}

/** The shard cannot take facts now; the message says what it waits for. */
export class ShardNotReady extends Error {
  override readonly name = 'ShardNotReady';
}

/** What was read of one input topic of one partition. */
export interface Intake {
  readonly topic: InputTopic;
  /** The offset the working set is believed to hold. */
  readonly from: bigint | undefined;
  readonly to: bigint;
  readonly facts: readonly PositionedFact[];
  readonly heard: readonly { readonly key: string; readonly instant: Instant }[];
  /** Up to when the topic has been read with this. */
  readonly readTo: Instant;
  /** Called before the commit with facts of incidents that have left the working set (semantics 6). */
  readonly putAside?: (retired: readonly PositionedFact[]) => Promise<void>;
}

/**
 * Takes facts into the working set with everything that follows from them, all or nothing.
 *
 * @returns how many incidents changed.
 * @throws Superseded when the offset in the working set is not `from`.
 * @throws ShardNotReady when the shard is unprepared or under another policy.
 */
export async function applyIntake(engine: Engine, shard: Shard, intake: Intake): Promise<number> {
  const { workingSet } = engine;
  const traces = intake.facts.flatMap(({ trace }) => (trace === undefined ? [] : [trace]));
  const byIncident = Map.groupBy(intake.facts, ({ fact }) => fact.incidentId);
  for (let attempt = 0; attempt < limits.commitAttempts; attempt++) {
    const [state, stored] = await Promise.all([
      workingSet.shard(shard),
      workingSet.incidents(shard, [...byIncident.keys()]),
    ]);
    checkReady(state, engine);
    const changes: IncidentChange[] = [];
    const decisions: Decision[] = [];
    const late: PositionedFact[] = [];
    for (const [id, facts] of byIncident) {
      const known = stored.get(id);
      if (known?.record === retired) {
        late.push(...facts);
        continue;
      }
      const before = known === undefined ? unknownIncident : deserialise(id, known.record);
      const { record, fresh } = withFacts(before, facts);
      if (fresh === 0) continue;
      const decision = decideOnFacts(engine, state, shard, intake, id, record);
      changes.push({
        id,
        expected: known?.version ?? 0,
        record: serialise(decision?.record ?? record),
        due:
          decision === undefined
            ? riskiestFirst(record, engine.policy, engine.clock())
            : decision.due,
      });
      if (decision !== undefined) decisions.push(decision);
    }
    if (late.length > 0) await intake.putAside?.(late);
    const commit = {
      ...(state.mode === undefined ? {} : { expectMode: state.mode }),
      expectNotes: underPolicy(engine.policy),
      advance: { topic: intake.topic, from: intake.from, to: intake.to },
      watermark: { topic: intake.topic, instant: intake.readTo },
      heard: intake.heard,
      incidents: changes,
    };
    const result = await commitDecisions(engine, shard, decisions, commit, traces);
    switch (result.outcome) {
      case 'committed':
        return changes.length;
      case 'stale-offset':
        throw new Superseded(
          `${intake.topic}-${shard.partition} stands at ${result.stored}, not at ${intake.from}`,
        );
      case 'stale-incidents':
      case 'stale-mode':
      case 'stale-notes':
        continue;
      case 'stale-ledger':
      case 'stale-outbox':
        throw new Error(`a commit without either was refused (${result.outcome})`);
    }
  }
  throw new Superseded(`gave way to other writers ${limits.commitAttempts} times`);
}

function checkReady(state: ShardState, { policy }: Engine): void {
  if (state.mode === undefined) throw new ShardNotReady('its detector has not prepared it');
  if (!isUnder(state, policy)) {
    const version = state.notes.get(notes.policyVersion);
    throw new ShardNotReady(
      `it is under policy ${version}, this service has ${policy.policyVersion}`,
    );
  }
}

/** None while a rebuild has not read everything, or a topic was never read: then facts are only kept. */
function decideOnFacts(
  engine: Engine,
  state: ShardState,
  shard: Shard,
  intake: Intake,
  id: IncidentId,
  record: IncidentRecord,
): Decision | undefined {
  if (state.mode !== 'live') return undefined;
  const wall = engine.clock();
  const watermarkBefore = shardWatermark(state, engine.policy);
  const read = new Map(state.watermarks);
  read.set(intake.topic, later(intake.readTo, read.get(intake.topic) ?? intake.readTo));
  const then = { ...state, watermarks: read };
  const sources: ReadonlySet<SourceId> = new Set(record.facts.map(({ fact }) => fact.source));
  const feeds = feedLimits(then, engine.policy);
  const { watermark, hold } = incidentWatermark(then, engine.policy, feeds, sources, wall);
  if (watermark === undefined) return undefined;
  return decide(id, record, {
    policy: engine.policy,
    watermark,
    hold,
    ...(watermarkBefore === undefined ? {} : { watermarkBefore }),
    outage: outageOf(state),
    wall,
    partition: shard.partition,
  });
}

/** A watermark is never ahead of the wall clock, whatever a producer stamped on its record. */
export function readToOf(timestamp: number, wall: Instant): Instant {
  return earlier(timestamp as Instant, wall);
}
