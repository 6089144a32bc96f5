import type { Fact } from './fact.ts';
import { compareFacts, compareText } from './order.ts';

/** The different facts of one incident in the order in which they happened. */
export interface DistinctFacts {
  readonly facts: readonly Fact[];
  /** Facts that repeat the `source` and `id` of another. */
  readonly duplicates: number;
  /** Whether a repeat said something else than the fact it repeats. */
  readonly conflicting: boolean;
}

/**
 * Puts the facts of one incident in order (semantics 2) and leaves out those that repeat the `id` and
 * `source` of another (semantics 1).
 *
 * A source that uses one id for two different facts breaks its promise. Of the two the one that is
 * first in order counts, whichever arrived first, so that the result stays a function of the set.
 */
export function distinctFacts(facts: readonly Fact[]): DistinctFacts {
  if (facts.length <= fewFacts && allDiffer(facts)) {
    return { facts: facts.toSorted(compareFacts), duplicates: 0, conflicting: false };
  }
  const byIdentity = new Map<string, Fact>();
  let conflicting = false;
  for (const fact of facts) {
    const identity = `${fact.source}\n${fact.id}`;
    const known = byIdentity.get(identity);
    if (known === undefined) {
      byIdentity.set(identity, fact);
    } else {
      const order = compareFacts(fact, known) || compareText(contentOf(fact), contentOf(known));
      if (order !== 0) conflicting = true;
      if (order < 0) byIdentity.set(identity, fact);
    }
  }
  return {
    facts: [...byIdentity.values()].sort(compareFacts),
    duplicates: facts.length - byIdentity.size,
    conflicting,
  };
}

/** Nearly every incident has so few facts that looking at each pair is quicker than a table. */
const fewFacts = 8;

function allDiffer(facts: readonly Fact[]): boolean {
  return facts.every((fact, index) => {
    for (let i = 0; i < index; i++) {
      const other = facts[i];
      if (other?.id === fact.id && other.source === fact.source) return false;
    }
    return true;
  });
}

/** Everything a fact says, as text with its fields in one order; when it was recorded is not part of it. */
function contentOf(fact: Fact): string {
  const entries = Object.entries(fact).filter(([name]) => name !== 'time');
  return JSON.stringify(entries.sort(([a], [b]) => compareText(a, b)));
}
