/**
 * The report as a fold: incidents go by one at a time, in any order and divided among any number of
 * workers, and leave counts behind. A tally is plain data that can be sent between threads. It holds
 * counts by group and length of wait, and a few cases to show; so it does not grow with the number of
 * incidents, only with that of forces, areas and months.
 */
import type { DataQualityFlag } from '../assessment/assess.ts';
import type { AreaId, ChildInvolvement, Fact, ForceId, Grade, IncidentId } from '../facts/fact.ts';
import { compareText } from '../facts/order.ts';
import type { Instant } from '../time/instant.ts';
import { type Downgrade, reviews } from './downgrade.ts';
import type { Draw } from './draw.ts';
import type { WaitCounts, WaitEnd } from './durations.ts';
import type { Shortlist } from './shortlist.ts';

/** A wait among the longest of an objective. */
export interface LongWait {
  readonly incidentId: IncidentId;
  readonly forceId: ForceId;
  readonly areaId: AreaId | undefined;
  readonly grade: Grade;
  readonly child: ChildInvolvement;
  readonly begin: Instant;
  readonly waitedMs: number;
  readonly end: WaitEnd;
}

/** An incident drawn for reading, with its facts. */
export interface DrawnCase {
  readonly lot: string;
  readonly incidentId: IncidentId;
  readonly facts: readonly Fact[];
}

/** How incidents stand of which a unit was stood down after its arrival had been recorded. */
export const standDownEnds = ['attended', 'open', 'closed'] as const;

/** What is known of the incidents that went by. Keys of several parts are joined by U+0000. */
export interface Tally {
  readonly draw: Draw;
  facts: number;
  duplicates: number;
  /** Incidents that were created, and how often those were reopened. */
  incidents: number;
  reopenings: number;
  /** The first and the last start of a wait. */
  period: { readonly from: Instant; readonly to: Instant } | undefined;
  /** Incidents by flag. */
  readonly flags: Map<DataQualityFlag, number>;
  /** Alerts by target and phase. */
  readonly alerts: Map<string, number>;
  /** Waits by objective, force, area and month; in the order of `waitOutcomes`. */
  readonly places: Map<string, number[]>;
  /** The same regardless of grade and child, by objective, force, child, initial grade, grade and highest grade. */
  readonly grades: Map<string, number[]>;
  /** How long they were, by objective, force and child. */
  readonly durations: Map<string, WaitCounts>;
  /** Downgrades by objective and force; by tenth of the time allowed, within it in the order of `reviews`. */
  readonly downgrades: Map<string, number[]>;
  /** By force: stand-downs that took an attendance back; incidents, in the order of `standDownEnds`. */
  readonly standDowns: Map<string, number[]>;
  /** By objective. */
  readonly longest: Map<string, Shortlist<LongWait>>;
  readonly lateDowngrades: Map<string, Shortlist<Downgrade>>;
  readonly sample: Shortlist<DrawnCase>;
}

/** How many of the longest waits and of the late downgrades are listed for each objective. */
export const listed = 20;

/** Downgrades are counted by tenth of the time allowed; in the last two they are shortly before it is due. */
export const tenths = 10;
export const lateFromTenth = 8;

/** A tally of nothing yet. Only tallies of one draw can be merged. */
export function newTally(draw: Draw): Tally {
  return {
    draw,
    facts: 0,
    duplicates: 0,
    incidents: 0,
    reopenings: 0,
    period: undefined,
    flags: new Map(),
    alerts: new Map(),
    places: new Map(),
    grades: new Map(),
    durations: new Map(),
    downgrades: new Map(),
    standDowns: new Map(),
    longest: new Map(),
    lateDowngrades: new Map(),
    sample: [],
  };
}

/** The parts of a key that `keyOf` made. */
export function partsOf(key: string): readonly string[] {
  return key.split('\u0000');
}

/** Identifiers have no control characters, so one can separate them. */
export function keyOf(...parts: readonly string[]): string {
  let key = parts[0] ?? '';
  for (let index = 1; index < parts.length; index++) key += `\u0000${parts[index]}`;
  return key;
}

export function count<K>(counts: Map<K, number>, key: K): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

export function countIn<K>(
  counts: Map<K, number[]>,
  key: K,
  index: number,
  length: number,
  by = 1,
): void {
  let own = counts.get(key);
  if (own === undefined) {
    own = new Array<number>(length).fill(0);
    counts.set(key, own);
  }
  own[index] = (own[index] ?? 0) + by;
}

export function entry<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}

export function newCounts(): WaitCounts {
  return new Map();
}

export function newList<T>(): Shortlist<T> {
  return [];
}

/** Drawn cases in the order of their lots. */
export function compareLots(a: DrawnCase, b: DrawnCase): number {
  return compareText(a.lot, b.lot) || compareText(a.incidentId, b.incidentId);
}

/** The longest first. */
export function compareLongWaits(a: LongWait, b: LongWait): number {
  return b.waitedMs - a.waitedMs || compareText(a.incidentId, b.incidentId) || a.begin - b.begin;
}

/** Never reviewed first, then the closest to the threshold. */
export function compareDowngrades(a: Downgrade, b: Downgrade): number {
  return (
    reviews.indexOf(b.review) - reviews.indexOf(a.review) ||
    b.elapsed - a.elapsed ||
    compareText(a.incidentId, b.incidentId) ||
    a.at - b.at
  );
}
