/** How facts come to be recorded and delivered: late, in another order, twice, by clocks that are off. */
import type { Fact } from '@vigil/domain/facts/fact';
import { type Instant, plus } from '@vigil/domain/time/instant';
import type { Force } from './forces.ts';
import type { Random } from './random.ts';
import type { Story } from './story.ts';

/** A fact and when it reaches Vigil; `fact.time` says when the source recorded it. */
export interface Delivered {
  readonly fact: Fact;
  readonly deliveredAt: Instant;
}

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;

/** Terminals whose clock is not set: this many milliseconds off at most, either way. */
const maxSkewMs = 30 * second;

const shares = {
  /** Of what terminals record: by a clock that is off. */
  skewed: 0.06,
  /** Of what terminals record: without a signal, sent when there is one again. */
  offline: 0.02,
  /** Of all but creations: typed in from paper at the end of the shift. */
  fromPaper: 0.006,
  /** Of creations: held up, so that later facts pass them. */
  creationHeldUp: 0.012,
  /** Of everything: delivered once more, the same to the letter. */
  repeated: 0.01,
} as const;

/** How long after it happened a fact is usually recorded, at the median. */
const recordedAfterMs: Readonly<Record<Fact['type'], number>> = {
  'incident-created': 0.4 * second,
  'incident-updated': 8 * second,
  'incident-allocated': second,
  'caller-contacted': 90 * second,
  'incident-closed': 20 * second,
  'incident-reopened': 5 * second,
  'officer-attended': 0.6 * second,
  'child-seen': 25 * second,
  'attendance-aborted': 3 * second,
};

/** The facts of a story as they are delivered, in no order; none before it happened. */
export function deliver(story: Story, random: Random): Delivered[] {
  const delivered: Delivered[] = [];
  for (const [index, happening] of story.happenings.entries()) {
    const { at: happenedAt } = happening;
    const source = sourceOf(happening.type, story.force);
    const byTerminal = source === story.force.terminals;
    const skew = byTerminal && random.chance(shares.skewed) ? skewMs(random) : 0;
    const recordedAt = plus(happenedAt, recordingMs(happening.type, random));
    const deliveredAt = plus(recordedAt, transportMs(happening.type, byTerminal, random));
    const fact: Fact = {
      ...happening,
      id: `${story.incidentId}-${index + 1}` as Fact['id'],
      source,
      incidentId: story.incidentId,
      time: plus(recordedAt, skew),
      at: plus(happenedAt, skew),
    };
    delivered.push({ fact, deliveredAt });
    if (random.chance(shares.repeated)) {
      const again = plus(deliveredAt, Math.round(random.logNormal(3 * minute, 2)));
      delivered.push({ fact, deliveredAt: again });
    }
  }
  return delivered;
}

function sourceOf(type: Fact['type'], { cad, terminals }: Force): Fact['source'] {
  switch (type) {
    case 'officer-attended':
    case 'child-seen':
    case 'attendance-aborted':
      return terminals;
    default:
      return cad;
  }
}

function skewMs(random: Random): number {
  return Math.round(random.between(-maxSkewMs, maxSkewMs));
}

function recordingMs(type: Fact['type'], random: Random): number {
  if (type !== 'incident-created' && random.chance(shares.fromPaper)) {
    return Math.round(random.between(1, 9) * hour);
  }
  return Math.round(random.logNormal(recordedAfterMs[type], 0.7));
}

function transportMs(type: Fact['type'], byTerminal: boolean, random: Random): number {
  if (byTerminal && random.chance(shares.offline)) {
    return Math.round(random.logNormal(25 * minute, 1));
  }
  if (type === 'incident-created' && random.chance(shares.creationHeldUp)) {
    return Math.round(random.logNormal(6 * minute, 1));
  }
  return Math.round(random.logNormal(150, 0.8));
}
