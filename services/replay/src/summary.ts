import type { Sample, Settlement } from '@vigil/domain/assessment/objective';
import { compareText } from '@vigil/domain/facts/order';
import type { Alert } from '@vigil/domain/ledger/alert';
import type { Policy } from '@vigil/domain/policy/policy';
import { type Figures, figuresOf, type GroupFigures, groupedFigures } from './figures.ts';

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

/** Counts alerts by target, in the policy's order, and phase. */
export function countAlerts(alerts: readonly Alert[], { targets }: Policy): Summary['alerts'] {
  return Object.fromEntries(
    targets.map(({ name }) => [
      name,
      counted(alerts.flatMap(({ target, phase }) => (target === name ? [phase] : []))),
    ]),
  );
}

/** How often each text occurs, in order of code points. */
export function counted(texts: readonly string[]): Counts {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  return Object.fromEntries([...counts].sort(([a], [b]) => compareText(a, b)));
}

/** How each objective of the policy was met. */
export function summarizeObjectives(
  outcomes: readonly (Settlement | Sample)[],
  { objectives }: Policy,
): Summary['objectives'] {
  const byObjective = Map.groupBy(outcomes, ({ objective }) => objective);
  return Object.fromEntries(
    objectives.map(({ name, target }) => {
      const own = byObjective.get(name) ?? [];
      return [name, { target, overall: figuresOf(own), groups: groupedFigures(own) }];
    }),
  );
}
