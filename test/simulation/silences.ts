import type { SourceId } from '@vigil/domain/facts/fact';
import { type Instant, plus } from '@vigil/domain/time/instant';
import { bounds } from './faults.ts';
import { sourceIds } from './policies.ts';
import type { Random } from './random.ts';

/** A source that sends nothing for a time; its facts come when it is back. */
export interface Silence {
  readonly source: SourceId;
  readonly from: Instant;
  readonly to: Instant;
}

/** When sources will fall silent: known beforehand, since it decides when their facts arrive. */
export function drawSilences(
  random: Random,
  times: number,
  start: Instant,
  lengthMs: number,
): readonly Silence[] {
  return Array.from({ length: times }, () => {
    const from = plus(start, random.between(0, lengthMs));
    const to = plus(from, random.between(10_000, bounds.silence));
    return { source: random.pick(sourceIds), from, to };
  });
}

/** When what a source sends at an instant really leaves it. */
export function sentAt(
  source: SourceId | undefined,
  at: Instant,
  silences: readonly Silence[],
): Instant {
  const silence = silences.find((one) => one.source === source && one.from <= at && at < one.to);
  return silence === undefined ? at : plus(silence.to, 500);
}
