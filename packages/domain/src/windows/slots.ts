/**
 * Rolling attendance-time windows (semantics 8) as counts that can be added up.
 *
 * A window slides in steps of a sixtieth of its length. Each step is a slot, and each outcome adds 1 to
 * a few named counts of its slot: settled within, missed, and one bin of the attendance time. Counts of
 * different slots, shards and areas add up to those of a window; when a late fact changes what was
 * settled, the old outcome is taken off again. Bins are those of a DDSketch (Masson, Rim and Lee, 2019)
 * of 1 % relative accuracy.
 */
import { DDSketch } from '@datadog/sketches-js';
import type { Sample, Settlement } from '../assessment/objective.ts';
import type { AreaId, ChildInvolvement, ForceId } from '../facts/fact.ts';
import type { Objective } from '../policy/policy.ts';
import type { Duration } from '../time/duration.ts';
import type { Instant } from '../time/instant.ts';

/** Windows slide in at least this many steps. */
const stepsPerWindow = 60;
const relativeAccuracy = 0.01;
const { mapping } = new DDSketch({ relativeAccuracy });

/** An outcome as it was counted: enough to take it off again. */
export interface Counted {
  readonly objective: string;
  /** Lengths of the windows it was counted in; those of the objective may be others by now. */
  readonly windows: readonly Duration[];
  readonly at: Instant;
  readonly forceId: ForceId;
  readonly areaId?: AreaId;
  readonly child: ChildInvolvement;
  /** `within`, `missed`, or the attendance time in milliseconds. */
  readonly outcome: 'within' | 'missed' | number;
}

/** What an assessment's outcomes count as, in the windows that the objectives have. */
export function countedOutcomes(
  settlements: readonly Settlement[],
  samples: readonly Sample[],
  objectives: readonly Objective[],
): readonly Counted[] {
  const windowsOf = new Map(objectives.map(({ name, windows }) => [name, windows]));
  return [
    ...settlements.map(({ incidentId: _, ...settlement }) => settlement),
    ...samples.map(({ incidentId: _, attendanceMs, ...sample }) => ({
      ...sample,
      outcome: attendanceMs,
    })),
  ].map((one) => ({ ...one, windows: windowsOf.get(one.objective) ?? [] }));
}

export interface SlotChange {
  readonly key: string;
  readonly delta: number;
}

/**
 * What changes in the slots when outcomes that counted so far are replaced by others.
 * Outcomes that have left every window by `now` change nothing: their slots are gone.
 */
export function slotChanges(
  before: readonly Counted[],
  after: readonly Counted[],
  now: Instant,
): readonly SlotChange[] {
  const deltas = new Map<string, number>();
  const add = (counted: Counted, delta: number): void => {
    for (const length of counted.windows) {
      const slot = slotOf(counted.at, length);
      if (isOver(slot, length, now)) continue;
      const key = slotKey({ ...counted, length, slot, measure: measureOf(counted.outcome) });
      deltas.set(key, (deltas.get(key) ?? 0) + delta);
    }
  };
  for (const counted of before) add(counted, -1);
  for (const counted of after) add(counted, 1);
  return [...deltas].filter(([, delta]) => delta !== 0).map(([key, delta]) => ({ key, delta }));
}

/** `w` within, `m` missed, `0` attended at once, else the bin of the attendance time. */
function measureOf(outcome: Counted['outcome']): string {
  if (outcome === 'within') return 'w';
  if (outcome === 'missed') return 'm';
  return outcome === 0 ? '0' : `b${mapping.key(outcome)}`;
}

interface Slot {
  readonly objective: string;
  readonly length: Duration;
  /** The number of the step since 1970. */
  readonly slot: number;
  readonly forceId: ForceId;
  readonly areaId?: AreaId;
  readonly child: ChildInvolvement;
  readonly measure: string;
}

const separator = '\u001f';

function slotKey({ objective, length, slot, forceId, areaId, child, measure }: Slot): string {
  return [objective, length, slot, forceId, areaId ?? '', child, measure].join(separator);
}

function parseSlotKey(key: string): Slot {
  const [objective = '', length, slot, forceId, areaId, child, measure = ''] = key.split(separator);
  return {
    objective,
    length: Number(length) as Duration,
    slot: Number(slot),
    forceId: forceId as ForceId,
    ...(areaId ? { areaId: areaId as AreaId } : {}),
    child: child as ChildInvolvement,
    measure,
  };
}

/** How far a window of that length slides at a time, in milliseconds. */
export const stepOf = (length: Duration): number =>
  Math.max(1, Math.floor(length / stepsPerWindow));
const slotOf = (at: Instant, length: Duration): number => Math.floor(at / stepOf(length));
const isOver = (slot: number, length: Duration, now: Instant): boolean =>
  (slot + 1) * stepOf(length) <= now - length;

/** The keys of slots that have left their window. */
export function slotsOver(keys: Iterable<string>, now: Instant): readonly string[] {
  return [...keys].filter((key) => {
    const { slot, length } = parseSlotKey(key);
    return isOver(slot, length, now);
  });
}

/** One row of the figures; `areaId` and `child` are absent where it is a roll-up over them. */
export interface WindowFigures {
  readonly objective: string;
  readonly length: Duration;
  readonly forceId: ForceId;
  readonly areaId?: AreaId | '';
  readonly child?: ChildInvolvement;
  readonly within: number;
  readonly missed: number;
  /** within / (within + missed); none when nothing is settled. */
  readonly attainment?: number;
  /** Of attendance times: how many, and quantiles in milliseconds (at most 1 % off). */
  readonly attended: number;
  readonly medianMs?: number;
  readonly p90Ms?: number;
  readonly maxMs?: number;
}

/**
 * The figures of every window at `now`, by (force, area, child) and rolled up over area and over child.
 *
 * @param slots - counts by key; those of several shards may be added up first.
 */
export function windowFigures(
  slots: ReadonlyMap<string, number>,
  now: Instant,
): readonly WindowFigures[] {
  const rows = new Map<string, { row: Row; counts: Counts }>();
  for (const [key, count] of slots) {
    const { slot, measure, objective, length, forceId, areaId, child } = parseSlotKey(key);
    if (isOver(slot, length, now) || slot * stepOf(length) > now) continue;
    const whole = { objective, length, forceId };
    const ofArea: Row = { ...whole, areaId: areaId ?? '' };
    const rolledUp: readonly Row[] = [whole, ofArea, { ...whole, child }, { ...ofArea, child }];
    for (const row of rolledUp) {
      const name = JSON.stringify(row);
      let known = rows.get(name);
      if (known === undefined) {
        known = { row, counts: { within: 0, missed: 0, bins: new Map() } };
        rows.set(name, known);
      }
      addTo(known.counts, measure, count);
    }
  }
  return [...rows.values()].map(({ row, counts }) => ({ ...row, ...figuresOf(counts) }));
}

type Row = Pick<WindowFigures, 'objective' | 'length' | 'forceId' | 'areaId' | 'child'>;

interface Counts {
  within: number;
  missed: number;
  readonly bins: Map<string, number>;
}

function addTo(counts: Counts, measure: string, count: number): void {
  if (measure === 'w') counts.within += count;
  else if (measure === 'm') counts.missed += count;
  else counts.bins.set(measure, (counts.bins.get(measure) ?? 0) + count);
}

function figuresOf({ within, missed, bins }: Counts) {
  const sketch = new DDSketch({ relativeAccuracy });
  let attended = 0;
  for (const [measure, count] of bins) {
    if (count <= 0) continue;
    attended += count;
    sketch.accept(measure === '0' ? 0 : mapping.value(Number(measure.slice(1))), count);
  }
  return {
    within,
    missed,
    ...(within + missed > 0 ? { attainment: within / (within + missed) } : {}),
    attended,
    ...(attended > 0
      ? {
          medianMs: nearestRank(sketch, attended, 0.5),
          p90Ms: nearestRank(sketch, attended, 0.9),
          maxMs: sketch.getValueAtQuantile(1),
        }
      : {}),
  };
}

/** The library ranks from 0 to n − 1 and interpolates; semantics 8 wants the value of rank ⌈q·n⌉. */
function nearestRank(sketch: DDSketch, n: number, q: number): number {
  const rank = Math.ceil(q * n);
  return sketch.getValueAtQuantile(rank >= n ? 1 : (rank - 0.5) / (n - 1));
}
