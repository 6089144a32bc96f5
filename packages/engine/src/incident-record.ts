import type { Fact, FactId, IncidentId, InputTopic, SourceId } from '@vigil/domain/facts/fact';
import { inputTopics } from '@vigil/domain/facts/fact';
import type { Said } from '@vigil/domain/ledger/difference';
import type { Instant } from '@vigil/domain/time/instant';
import type { Counted } from '@vigil/domain/windows/slots';
import { limits } from './ports.ts';
import type { Trace } from './tracing.ts';

/** A fact and where it stands in the log. */
export interface PositionedFact {
  readonly fact: Fact;
  readonly topic: InputTopic;
  readonly offset: bigint;
  /** While it is taken in: then its incident keeps it. */
  readonly trace?: Trace;
}

/** What the working set keeps of one incident. */
export interface IncidentRecord {
  readonly facts: readonly PositionedFact[];
  readonly said: readonly Said[];
  /** The outcomes that the window slots hold. */
  readonly counted: readonly Counted[];
  /**
   * The latest instant that what was said speaks of: the watermark it was decided at, or a wall clock
   * that was believed because the watermark stood still (semantics 6). What was said is not undone
   * because a watermark is behind it again.
   */
  readonly decidedTo: Instant | undefined;
  /** The policy it was last decided under; none before it was ever decided. */
  readonly policyVersion: string | undefined;
  /** To carry on with what is said of it; the latest last. */
  readonly traces: readonly Trace[];
}

export const unknownIncident: IncidentRecord = {
  facts: [],
  said: [],
  counted: [],
  decidedTo: undefined,
  policyVersion: undefined,
  traces: [],
};

/** Left behind for a time by an incident that was retired: a fact that still comes is a dead letter. */
export const retired = 'retired';

/** Adds facts that the record does not have yet, by `source` and `id`. */
export function withFacts(
  record: IncidentRecord,
  added: readonly PositionedFact[],
): { readonly record: IncidentRecord; readonly fresh: number } {
  const facts = [...record.facts];
  let { traces } = record;
  for (const one of added) {
    // A repeat in other words is kept as well: which of the two counts is the domain's to say.
    if (facts.some((known) => sameText(known.fact, one.fact))) continue;
    facts.push(one);
    if (one.trace !== undefined) traces = [...traces, one.trace].slice(-limits.tracesKept);
  }
  return { record: { ...record, facts, traces }, fresh: facts.length - record.facts.length };
}

function sameText(a: Fact, b: Fact): boolean {
  if (a.id !== b.id || a.source !== b.source) return false;
  const content = ({ time: _, ...fact }: Fact) => JSON.stringify(Object.entries(fact).sort());
  return content(a) === content(b);
}

/** The wire form: facts without what the key already says, and without the time of recording. */
interface Wire {
  readonly f: readonly (readonly [WireFact, number, string])[];
  readonly s?: readonly Said[];
  readonly c?: readonly Counted[];
  readonly d?: Instant;
  readonly p?: string;
  readonly t?: readonly Trace[];
}
type WireFact = { readonly type: Fact['type']; readonly id: FactId; readonly source: SourceId };

/** The record as the working set keeps it. */
export function serialise(record: IncidentRecord): string {
  const wire: Wire = {
    f: record.facts.map(({ fact, topic, offset }) => {
      const { incidentId: _, time: __, ...rest } = fact;
      return [rest, inputTopics.indexOf(topic), String(offset)];
    }),
    ...(record.said.length === 0 ? {} : { s: record.said }),
    ...(record.counted.length === 0 ? {} : { c: record.counted }),
    ...(record.decidedTo === undefined ? {} : { d: record.decidedTo }),
    ...(record.policyVersion === undefined ? {} : { p: record.policyVersion }),
    ...(record.traces.length === 0 ? {} : { t: record.traces }),
  };
  return JSON.stringify(wire);
}

/** Reads what `serialise` wrote. The working set is ours alone, so the shape is trusted. */
export function deserialise(incidentId: IncidentId, text: string): IncidentRecord {
  const wire = JSON.parse(text) as Wire;
  return {
    facts: wire.f.map(([fact, topic, offset]) => ({
      fact: { ...fact, incidentId } as Fact,
      topic: inputTopics[topic] ?? inputTopics[0],
      offset: BigInt(offset),
    })),
    said: wire.s ?? [],
    counted: wire.c ?? [],
    decidedTo: wire.d,
    policyVersion: wire.p,
    traces: wire.t ?? [],
  };
}
