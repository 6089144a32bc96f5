import type { Fact, InputTopic } from '@vigil/domain/facts/fact';
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
