import type { Sample, Settlement } from '@vigil/domain/assessment/objective';
import type { AreaId, ChildInvolvement, ForceId } from '@vigil/domain/facts/fact';
import { compareText } from '@vigil/domain/facts/order';

/** How an objective was met over a whole replay; quantiles are exact, by nearest rank (semantics 8). */
export interface Figures {
  readonly within: number;
  readonly missed: number;
  /** within / (within + missed); `null` when nothing is settled. */
  readonly attainment: number | null;
  /** How many attendance times there are, and their quantiles in milliseconds. */
  readonly attended: number;
  readonly medianMs: number | null;
  readonly p90Ms: number | null;
  readonly maxMs: number | null;
}

/** The figures of some of the incidents; without `areaId` or `child` they are rolled up over it. */
export interface GroupFigures extends Figures {
  readonly forceId: ForceId;
  /** `''` where no area is known. */
  readonly areaId?: AreaId | '';
  readonly child?: ChildInvolvement;
}

type Outcome = Settlement | Sample;
type Group = Pick<GroupFigures, 'forceId' | 'areaId' | 'child'>;

/** The figures of outcomes of one objective, all together. */
export function figuresOf(outcomes: readonly Outcome[]): Figures {
  let within = 0;
  let missed = 0;
  const times: number[] = [];
  for (const outcome of outcomes) {
    if ('attendanceMs' in outcome) times.push(outcome.attendanceMs);
    else if (outcome.outcome === 'within') within += 1;
    else missed += 1;
  }
  const sorted = Float64Array.from(times).sort();
  return {
    within,
    missed,
    attainment: within + missed === 0 ? null : within / (within + missed),
    attended: sorted.length,
    medianMs: nearestRank(sorted, 0.5),
    p90Ms: nearestRank(sorted, 0.9),
    maxMs: nearestRank(sorted, 1),
  };
}

/**
 * The figures of one objective by (force, area, child), and rolled up over area and over child.
 *
 * @returns in order of force, area and child; a roll-up stands before what it rolls up.
 */
export function groupedFigures(outcomes: readonly Outcome[]): readonly GroupFigures[] {
  const groups = new Map<string, { readonly group: Group; readonly outcomes: Outcome[] }>();
  for (const outcome of outcomes) {
    for (const group of groupsOf(outcome)) {
      const key = keyOf(group);
      const known = groups.get(key);
      if (known === undefined) groups.set(key, { group, outcomes: [outcome] });
      else known.outcomes.push(outcome);
    }
  }
  return [...groups]
    .sort(([a], [b]) => compareText(a, b))
    .map(([, { group, outcomes: own }]) => ({ ...group, ...figuresOf(own) }));
}

function groupsOf(outcome: Outcome): readonly Group[] {
  const { forceId, child } = outcome;
  const areaId: AreaId | '' = outcome.areaId ?? '';
  return [{ forceId }, { forceId, child }, { forceId, areaId }, { forceId, areaId, child }];
}

/** Identifiers have no control characters, so these separate; an absent part sorts before any other. */
function keyOf({ forceId, areaId, child }: Group): string {
  return [forceId, areaId === undefined ? '' : `\u0001${areaId}`, child ?? ''].join('\u0000');
}

/** The value of rank ⌈share · n⌉. */
function nearestRank(sorted: Float64Array, share: number): number | null {
  return sorted[Math.ceil(share * sorted.length) - 1] ?? null;
}
