import { assess } from '../assessment/assess.ts';
import { throughScope } from '../assessment/clock.ts';
import { explain, type Story } from '../assessment/explain.ts';
import type { Fact, IncidentId } from '../facts/fact.ts';
import type { Policy } from '../policy/policy.ts';
import { formatInstant, type Instant } from '../time/instant.ts';
import type { WaitEnd } from './durations.ts';
import type { DrawnCase } from './tally.ts';
import { type WaitOutcome, waitsOf } from './wait.ts';

/** A drawn incident laid out for reading. Instants are RFC 3339 in UTC. */
export interface Case {
  readonly incidentId: IncidentId;
  readonly lot: string;
  /** Facts and alerts in order, with the state and the clocks after each. */
  readonly lines: readonly {
    readonly at: string;
    readonly localTime: string;
    readonly sinceCall: string;
    readonly kind: 'fact' | 'alert';
    readonly sentence: string;
    readonly details: readonly string[];
  }[];
  readonly standing: readonly string[];
  readonly notes: readonly string[];
  /** How each objective counted it, once an opening. */
  readonly counted: readonly {
    readonly objective: string;
    readonly start: string;
    readonly outcome: WaitOutcome;
    /** How long the wait was that counts, and how it ended; `null` when none does. */
    readonly waitedMs: number | null;
    readonly end: WaitEnd | null;
  }[];
}

/** Lays a drawn incident out for reading. */
export function caseOf(
  { incidentId, lot, facts }: DrawnCase,
  policy: Policy,
  until: Instant,
): Case {
  const { lines, standing, notes }: Story = explain(facts, policy, until);
  return {
    incidentId,
    lot,
    lines: lines.map(({ at, ...line }) => ({ at: formatInstant(at), ...line })),
    standing,
    notes,
    counted: countedIn(facts, policy, until),
  };
}

function countedIn(facts: readonly Fact[], policy: Policy, until: Instant): Case['counted'] {
  const { timeline } = assess(facts, policy, until).standing;
  return policy.objectives.flatMap((objective) =>
    waitsOf(throughScope(timeline, objective), objective, until).map(({ start, outcome, end }) => ({
      objective: objective.name,
      start: formatInstant(start),
      outcome,
      waitedMs: end?.ms ?? null,
      end: end?.how ?? null,
    })),
  );
}
