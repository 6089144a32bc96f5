/**
 * Synthetic histories: what three forces that do not exist did with their incidents, as it was told.
 *
 *     arrivals ─► tell ──────────► deliver ───────────► queue ──► facts in order of delivery
 *     (rhythm)    (what happened)  (what was recorded,
 *                                   late, twice, …)
 *
 * The picture is the one that inspections of forces paint: about 54 % of priority incidents attended
 * within the hour, a tail of days, some never attended, a child in one incident of ten. Everything is
 * drawn from one seed: the same options give the same facts in the same order.
 */
import type { IncidentId } from '@vigil/domain/facts/fact';
import { checkInstant, formatInstant, type Instant, plus } from '@vigil/domain/time/instant';
import FlatQueue from 'flatqueue';
import { type Delivered, deliver } from './delivery.ts';
import { anyForce, type Force } from './forces.ts';
import { createRandom } from './random.ts';
import { arrivals } from './rhythm.ts';
import { tell } from './story.ts';

export interface GenerateOptions {
  /** How many incidents are created in the days. */
  readonly incidents: number;
  /** A whole number from 0 to 4294967295. */
  readonly seed: number;
  readonly from: Instant;
  /** Of 24 hours each. */
  readonly days: number;
}

/** An option that is out of its range, or options that do not go together. */
export class OptionError extends Error {
  override readonly name = 'OptionError';
}

/** Incidents and days that can be asked for at most. */
export const maxIncidents = 1_000_000_000;
export const maxDays = 36_525;

const dayMs = 24 * 3_600_000;

/**
 * Generates a history, fact by fact, in order of delivery.
 *
 * A history ends when its days end: what would be delivered after that is not in it, so the last
 * incidents are still open. Memory holds what has happened but is not yet delivered, some days of
 * facts at most, however many incidents there are.
 *
 * @throws OptionError when an option is out of its range.
 */
export function* generateFacts(options: GenerateOptions): Generator<Delivered, void, undefined> {
  check(options);
  const { incidents, seed, from, days } = options;
  const random = createRandom(seed);
  const end = plus(from, days * dayMs);
  const waiting = new FlatQueue<Delivered>();
  const last = new Map<Force, IncidentId>();
  let number = 0;
  for (const createdAt of arrivals(incidents, from, days, random)) {
    // Nothing of this incident or a later one is delivered before it happens.
    yield* deliveredBefore(createdAt, waiting);
    const force = anyForce(random);
    const incidentId = incidentIdOf(force, createdAt, ++number);
    const story = tell({ incidentId, force, createdAt, earlier: last.get(force) }, random);
    last.set(force, incidentId);
    for (const delivered of deliver(story, random)) {
      if (delivered.deliveredAt < end) waiting.push(delivered, delivered.deliveredAt);
    }
  }
  yield* deliveredBefore(end, waiting);
}

function* deliveredBefore(
  instant: Instant,
  waiting: FlatQueue<Delivered>,
): Generator<Delivered, void, undefined> {
  for (let first = waiting.peek(); first !== undefined; first = waiting.peek()) {
    if (first.deliveredAt >= instant) return;
    waiting.pop();
    yield first;
  }
}

function incidentIdOf({ prefix }: Force, createdAt: Instant, number: number): IncidentId {
  const day = formatInstant(createdAt).slice(0, 10).replaceAll('-', '');
  return `${prefix}-${day}-${String(number).padStart(6, '0')}` as IncidentId;
}

function check({ incidents, seed, from, days }: GenerateOptions): void {
  whole('incidents', incidents, 0, maxIncidents);
  whole('seed', seed, 0, 2 ** 32 - 1);
  whole('days', days, 1, maxDays);
  // A day to spare on either side: a clock that is off may date a fact outside the days.
  for (const instant of [plus(from, -dayMs), plus(from, (days + 1) * dayMs)]) {
    const checked = checkInstant(instant);
    if (typeof checked === 'number') continue;
    throw new OptionError(
      `from and days must give a history that facts can be dated in: a day of it ${checked.problem}`,
    );
  }
}

function whole(name: string, value: number, least: number, most: number): void {
  if (!Number.isInteger(value) || value < least || value > most) {
    throw new OptionError(`${name} must be a whole number from ${least} to ${most}`);
  }
}
