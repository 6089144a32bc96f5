import { compareText } from '@vigil/domain/facts/order';
import type { Policy } from '@vigil/domain/policy/policy';
import {
  type Figures,
  figuresOf,
  type GroupFigures,
  groupedFigures,
  type Tallies,
} from './figures.ts';

/** Lines of the input, by what they were. */
export interface FactCounts {
  /** Facts, the duplicates among them. */
  readonly read: number;
  /** Facts that repeat the `source` and `id` of another of the same incident. */
  readonly duplicate: number;
  /** Lines that are no fact. */
  readonly rejected: number;
  readonly heartbeats: number;
}

type Counts = Readonly<Record<string, number>>;

export interface ObjectiveSummary {
  /** The share that should be within. */
  readonly target: number;
  readonly overall: Figures;
  /** By force, area and child, and rolled up over area and over child. */
  readonly groups: readonly GroupFigures[];
}

/** What a replay came to: `summary.json`. */
export interface Summary {
  readonly policyVersion: string;
  /** RFC 3339 in UTC; `null` when there was neither a fact nor an instant asked for. */
  readonly until: string | null;
  readonly facts: FactCounts;
  /** Incidents that were created by then. */
  readonly incidents: number;
  /** How many alerts, by target and phase; a target of the policy that said nothing is there too. */
  readonly alerts: Readonly<Record<string, Counts>>;
  /** By name, in the policy's order. */
  readonly objectives: Readonly<Record<string, ObjectiveSummary>>;
  /** In how many incidents each flag was found. */
  readonly dataQuality: Counts;
}

/** Counts in order of code points of what was counted. */
export function counted(counts: ReadonlyMap<string, number>): Counts {
  return Object.fromEntries([...counts].sort(([a], [b]) => compareText(a, b)));
}

/** How each objective of the policy was met. */
export function summarizeObjectives(
  tallies: Tallies,
  { objectives }: Policy,
): Summary['objectives'] {
  return Object.fromEntries(
    objectives.map(({ name, target }) => {
      const own = [...(tallies.get(name)?.values() ?? [])];
      return [name, { target, overall: figuresOf(own), groups: groupedFigures(own) }];
    }),
  );
}
