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

/** Some of the incidents; without `areaId` or `child` all of them, whatever those are. */
interface Group {
  readonly forceId: ForceId;
  /** `''` where no area is known. */
  readonly areaId?: AreaId | '';
  readonly child?: ChildInvolvement;
}

/** The figures of some of the incidents; without `areaId` or `child` they are rolled up over it. */
export interface GroupFigures extends Figures, Group {}

type Outcome = Settlement | Sample;

/** The outcomes of one objective in one (force, area, child). Plain data, so that threads can add up. */
export interface Tally extends Required<Group> {
  within: number;
  missed: number;
  /** Attendance times in milliseconds, in no order. */
  times: number[];
}

/** Counts outcomes by objective and by (force, area, child). */
export type Tallies = Map<string, Map<string, Tally>>;

/** Counts one more outcome. */
export function addOutcome(tallies: Tallies, outcome: Outcome): void {
  const tally = tallyOf(tallies, outcome.objective, {
    forceId: outcome.forceId,
    areaId: outcome.areaId ?? '',
    child: outcome.child,
  });
  if ('attendanceMs' in outcome) tally.times.push(outcome.attendanceMs);
  else tally[outcome.outcome] += 1;
}

/** Adds what another thread counted. */
export function addTallies(tallies: Tallies, others: Tallies): void {
  for (const [objective, groups] of others) {
    for (const other of groups.values()) {
      const tally = tallyOf(tallies, objective, other);
      tally.within += other.within;
      tally.missed += other.missed;
      for (const time of other.times) tally.times.push(time);
    }
  }
}

function tallyOf(
  tallies: Tallies,
  objective: string,
  { forceId, areaId, child }: Required<Group>,
): Tally {
  let groups = tallies.get(objective);
  if (groups === undefined) {
    groups = new Map();
    tallies.set(objective, groups);
  }
  const key = keyOf({ forceId, areaId, child });
  let tally = groups.get(key);
  if (tally === undefined) {
    tally = { forceId, areaId, child, within: 0, missed: 0, times: [] };
    groups.set(key, tally);
  }
  return tally;
}

/** The figures of one objective, all together. */
export function figuresOf(tallies: Iterable<Tally>): Figures {
  const all = [...tallies];
  const within = all.reduce((sum, tally) => sum + tally.within, 0);
  const missed = all.reduce((sum, tally) => sum + tally.missed, 0);
  const sorted = new Float64Array(all.reduce((sum, { times }) => sum + times.length, 0));
  let filled = 0;
  for (const { times } of all) {
    sorted.set(times, filled);
    filled += times.length;
  }
  sorted.sort();
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
export function groupedFigures(tallies: Iterable<Tally>): readonly GroupFigures[] {
  const groups = new Map<string, { readonly group: Group; readonly tallies: Tally[] }>();
  for (const tally of tallies) {
    for (const group of groupsOf(tally)) {
      const key = keyOf(group);
      const known = groups.get(key);
      if (known === undefined) groups.set(key, { group, tallies: [tally] });
      else known.tallies.push(tally);
    }
  }
  return [...groups]
    .sort(([a], [b]) => compareText(a, b))
    .map(([, { group, tallies: own }]) => ({ ...group, ...figuresOf(own) }));
}

function groupsOf({ forceId, areaId, child }: Tally): readonly Group[] {
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
