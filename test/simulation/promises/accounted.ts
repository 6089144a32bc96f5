import type { Fact, IncidentId } from '@vigil/domain/facts/fact';
import { retired } from '@vigil/engine/incident-record';
import { type Evidence, isReadable, placeOf } from './evidence.ts';

/** The facts of one incident that were accepted. */
export interface Accepted {
  readonly partition: number;
  readonly facts: readonly Fact[];
  /** Put aside as `retired`; a rebuild reads them again and then they count (semantics 6). */
  readonly doubtful: readonly Fact[];
}

/** What was accepted, by incident, by how the records were made and what the dead letters say. */
export function acceptedFacts(evidence: Evidence): ReadonlyMap<IncidentId, Accepted> {
  const aside = new Set(
    evidence.deadLetters
      .filter(({ reason }) => reason === 'retired')
      .map(({ topic, partition, offset }) => placeOf(topic, partition, offset)),
  );
  const accepted = new Map<IncidentId, { partition: number; facts: Fact[]; doubtful: Fact[] }>();
  for (const arrival of evidence.arrivals) {
    const { fact } = arrival.delivery;
    if (fact === undefined || !isReadable(arrival, evidence.policy)) continue;
    const { topic, partition, offset } = arrival.record;
    const known = accepted.get(fact.incidentId) ?? { partition, facts: [], doubtful: [] };
    accepted.set(fact.incidentId, known);
    if (aside.has(placeOf(topic, partition, offset))) known.doubtful.push(fact);
    else known.facts.push(fact);
  }
  return accepted;
}

/**
 * Every record that was produced is accounted for: its fact is in the state (itself or as the repeat of
 * one), or it is in the dead letters with its original bytes; never both for one that cannot be read.
 * Dead letters are at least once: exactly once where nothing was disturbed.
 */
export function unaccounted(evidence: Evidence, calm: boolean): string | undefined {
  const letters = Map.groupBy(evidence.deadLetters, ({ topic, partition, offset }) =>
    placeOf(topic, partition, offset),
  );
  const inState = new Set<string>();
  const facts = new Set<string>();
  for (const [partition, { incidents }] of evidence.shards.entries()) {
    for (const record of incidents.values()) {
      if (record === retired) continue;
      for (const { fact, topic, offset } of record.facts) {
        inState.add(placeOf(topic, partition, offset));
        facts.add(`${fact.incidentId} ${fact.source} ${fact.id}`);
      }
    }
  }
  for (const arrival of evidence.arrivals) {
    const { record, delivery } = arrival;
    const place = placeOf(record.topic, record.partition, record.offset);
    const put = letters.get(place) ?? [];
    letters.delete(place);
    if (calm && put.length > 1) return `${place} was put aside ${put.length} times`;
    const { fact } = delivery;
    if (delivery.what === 'heartbeat') {
      if (put.length > 0) return `${place} is a heartbeat and was put aside`;
    } else if (fact === undefined || !isReadable(arrival, evidence.policy)) {
      const [letter] = put;
      if (letter === undefined) return `${place} cannot be read and was not put aside`;
      if (!isWhole(record, letter)) return `the dead letter of ${place} has lost something`;
      if (inState.has(place)) return `${place} was put aside and is in the state`;
    } else {
      const name = `${fact.incidentId} ${fact.source} ${fact.id}`;
      const there = facts.has(name) || hasLeft(evidence, fact, record.partition) || put.length > 0;
      if (!there) return `${place}, ${fact.type} ${fact.id}, is nowhere`;
      const other = put.find(({ reason }) => reason !== 'retired');
      if (other !== undefined) return `${place} is a fact and was put aside as ${other.reason}`;
    }
  }
  const [stray] = letters.keys();
  return stray === undefined ? undefined : `${stray} was put aside and never produced`;
}

/** Of an incident that is retired a mark is left for a time, and then nothing (semantics 6). */
function hasLeft({ shards, policy }: Evidence, fact: Fact, partition: number): boolean {
  const shard = shards[partition];
  const known = shard?.incidents.get(fact.incidentId);
  if (shard === undefined) return false;
  if (known === retired) return true;
  return known === undefined && fact.at + 2 * policy.retainFor <= shard.watermark;
}

type Bytes = Pick<Evidence['arrivals'][number]['record'], 'key' | 'value' | 'headers'>;

function isWhole(record: Bytes, letter: Evidence['deadLetters'][number]): boolean {
  const same = (a: Buffer | null | undefined, b: Buffer | null | undefined): boolean =>
    a == null || b == null ? (a ?? null) === (b ?? null) : a.equals(b);
  const names = Object.keys(record.headers);
  return (
    same(record.key, letter.key) &&
    same(record.value, letter.value) &&
    names.length === Object.keys(letter.headers).length &&
    names.every((name) => same(record.headers[name], letter.headers[name]))
  );
}
