import type { Codec } from '@vigil/contracts/codec';
import {
  type AreaId,
  childInvolvements,
  closeOutcomes,
  type Fact,
  type FactId,
  type FeedHeartbeat,
  type ForceId,
  grades,
  type IncidentId,
  type InputTopic,
  inputTopics,
  type SourceId,
  topicOf,
  type UnitId,
} from '@vigil/domain/facts/fact';
import { type Instant, plus } from '@vigil/domain/time/instant';
import type { OutgoingRecord } from '@vigil/event-log/port';
import type { Faults } from './faults.ts';
import { sourceIds } from './policies.ts';
import type { Random } from './random.ts';

/** What is put on an input topic, and what should become of it. */
export interface Delivery {
  readonly at: Instant;
  readonly topic: InputTopic;
  readonly record: OutgoingRecord;
  /** The fact it carries; none where it cannot be taken in. */
  readonly fact: Fact | undefined;
  readonly source: SourceId | undefined;
  readonly what: 'fact' | 'heartbeat' | 'unreadable';
}

const minute = 60_000;
/** Incidents begin in this stretch of a run, and facts come until a few minutes later. */
export const storyMs = 9 * minute;

/** So late that an incident may have left the working set, where the policy lets it go soon. */
const straggles = 10.5 * minute;

interface StoryOptions {
  readonly random: Random;
  readonly faults: Faults;
  readonly start: Instant;
  readonly codec: Codec;
  readonly partitions: number;
  /** Whether sources send heartbeats. */
  readonly heartbeats: boolean;
}

/** Some tens of incidents as two sources tell them: mostly at once, some late, twice, or garbled. */
export function tellStory(options: StoryOptions): readonly Delivery[] {
  const { random, faults, start, codec } = options;
  const deliveries: Delivery[] = [];
  const deliver = (fact: Fact): void => {
    const delay = delayOf(random, faults);
    const record = codec.encodeFact(fact);
    const topic = topicOf[fact.type];
    const one = { topic, record, fact, source: fact.source, what: 'fact' as const };
    deliveries.push({ ...one, at: plus(fact.at, delay) });
    if (delay >= straggles) return;
    if (random.chance(faults.duplicates)) {
      deliveries.push({ ...one, at: plus(fact.at, delay + random.between(0, 3 * minute)) });
    }
    if (random.chance(faults.unreadable)) {
      deliveries.push(garbled(one, random, plus(fact.at, delay)));
      // Dated further ahead of its record than the policy allows.
      deliveries.push({ ...one, at: plus(fact.at, -random.between(61_000, 150_000)) });
    }
  };
  const incidents = random.between(10, 30);
  for (let i = 1; i <= incidents; i++) {
    for (const fact of incidentFacts(`INC-${i}` as IncidentId, random, start)) deliver(fact);
  }
  if (options.heartbeats) deliveries.push(...heartbeats(options));
  return deliveries;
}

/** Milliseconds from when a fact happened to when it is sent; a clock may run ahead a little. */
function delayOf(random: Random, faults: Faults): number {
  if (random.chance(faults.stragglers)) return random.between(straggles, straggles + minute);
  if (random.chance(faults.lateFacts)) return random.between(3_000, 4 * minute);
  if (random.chance(0.05)) return -random.between(0, 50_000);
  return random.between(0, 1_200);
}

function incidentFacts(incidentId: IncidentId, random: Random, start: Instant): readonly Fact[] {
  let number = 0;
  const base = (at: Instant) => ({
    id: `${incidentId}-${++number}` as FactId,
    source: random.pick(sourceIds),
    incidentId,
    at,
  });
  const details = () => ({
    ...(random.chance(0.5) ? { areaId: random.pick(['north', 'south']) as AreaId } : {}),
    ...(random.chance(0.3) ? { incidentType: random.pick(['theft', 'missing-child']) } : {}),
    ...(random.chance(0.7)
      ? { childInvolvement: random.pick(['involved', ...childInvolvements] as const) }
      : {}),
  });
  const begin = plus(start, random.between(0, storyMs));
  // Due instants of the policies lie on half minutes: facts that meet them are what goes wrong first.
  const sometime = (): Instant =>
    plus(
      begin,
      random.chance(0.4) ? random.between(-1, 12) * 30_000 : random.between(-5_000, 6 * minute),
    );
  const grade = () => random.pick(['priority', 'priority', 'immediate', ...grades] as const);
  const unitId = () => random.pick(['U1', 'U2']) as UnitId;
  const facts: Fact[] = [];
  if (random.chance(0.95)) {
    const forceId = random.pick(['example', 'elsewhere']) as ForceId;
    facts.push({ type: 'incident-created', ...base(begin), forceId, grade: grade(), ...details() });
  }
  for (let left = random.between(0, 6); left > 0; left--) {
    const common = base(sometime());
    const type = random.pick([
      'officer-attended',
      'officer-attended',
      'incident-updated',
      'incident-updated',
      'incident-allocated',
      'caller-contacted',
      'incident-closed',
      'incident-reopened',
      'child-seen',
      'attendance-aborted',
    ] as const);
    switch (type) {
      case 'incident-updated':
        facts.push({
          type,
          ...common,
          ...details(),
          ...(random.chance(0.6) ? { grade: grade(), reviewed: random.chance(0.3) } : {}),
        });
        break;
      case 'incident-closed':
        facts.push({ type, ...common, outcome: random.pick(closeOutcomes) });
        break;
      case 'officer-attended':
        facts.push({ type, ...common, unitId: unitId(), childSeen: random.chance(0.3) });
        break;
      case 'attendance-aborted':
        facts.push({ type, ...common, unitId: unitId() });
        break;
      default:
        facts.push({ type, ...common });
    }
  }
  return facts;
}

/** The same record made unfit, in one of the ways in which records are. */
function garbled(
  one: Pick<Delivery, 'topic' | 'record' | 'source'>,
  random: Random,
  at: Instant,
): Delivery {
  const { value } = one.record;
  const bytes = value ?? Buffer.alloc(0);
  const record = random.pick<OutgoingRecord>([
    { ...one.record, value: null },
    { ...one.record, value: bytes.subarray(0, bytes.length - 1) },
    { ...one.record, value: Buffer.from('not a fact') },
    { ...one.record, key: 'somebody-else' },
    { key: one.record.key, value },
  ]);
  return { ...one, at, record, fact: undefined, what: 'unreadable' };
}

/** Every source says every ten seconds that it lives, to each partition of each topic. */
function heartbeats({ random, start, codec, partitions }: StoryOptions): readonly Delivery[] {
  const beats: Delivery[] = [];
  let number = 0;
  for (const source of sourceIds) {
    for (let ms = random.between(0, 9_999); ms < heartbeatsMs; ms += 10_000) {
      for (const topic of inputTopics) {
        for (let partition = 0; partition < partitions; partition++) {
          const at = plus(start, ms);
          const id = `h-${++number}` as FactId;
          const beat: FeedHeartbeat = { type: 'feed-heartbeat', id, source, at };
          const record = { ...codec.encodeFact(beat), partition };
          beats.push({ at, topic, record, fact: undefined, source, what: 'heartbeat' });
        }
      }
    }
  }
  return beats;
}

/** Longer than any run lasts, so that no source is silent at the end. */
const heartbeatsMs = 30 * minute;
