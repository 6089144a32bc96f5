import type { Fact, FactId, ForceId, IncidentId, SourceId, UnitId } from '@vigil/domain/facts/fact';
import { type Instant, plus } from '@vigil/domain/time/instant';
import type { Random } from '../simulation/random.ts';

/** A fact and when it reaches the log. */
export interface Timed {
  readonly sendAt: Instant;
  readonly fact: Fact;
}

const hour = 3_600_000;
const source = 'urn:police:example:cad' as SourceId;

/**
 * A priority incident with a child that is due (after 60 minutes) at an instant a few seconds from now:
 * one in two is never attended, one in four in time and told in time, one in four too late. One fact
 * in ten comes twice.
 *
 * @param closedAfter - milliseconds from the due instant until it is closed; it stays open if not said.
 */
export function oneIncident(
  name: string,
  due: Instant,
  random: Random,
  closedAfter?: number,
): Timed[] {
  const incidentId = name as IncidentId;
  const sent: Timed[] = [];
  const send = (sendAt: Instant, fact: Fact): void => {
    sent.push({ sendAt, fact });
    if (random.chance(0.1)) sent.push({ sendAt: plus(sendAt, random.between(0, 3_000)), fact });
  };
  send(plus(due, -random.between(1_500, 8_000)), {
    type: 'incident-created',
    id: `${incidentId}-c` as FactId,
    ...{ source, incidentId, at: plus(due, -hour) },
    forceId: 'example' as ForceId,
    grade: 'priority',
    childInvolvement: 'involved',
  });
  const fate = random.between(0, 3);
  if (fate >= 2) {
    const at = plus(due, fate === 3 ? random.between(1, 3_000) : -random.between(500, 1_400));
    send(plus(at, random.between(0, 200)), {
      type: 'officer-attended',
      id: `${incidentId}-a` as FactId,
      ...{ source, incidentId, at, unitId: 'EX21' as UnitId },
    });
  }
  if (closedAfter !== undefined) {
    const at = plus(due, closedAfter);
    send(at, {
      type: 'incident-closed',
      id: `${incidentId}-x` as FactId,
      ...{ source, incidentId, at },
      outcome: 'resolved',
    });
  }
  return sent;
}

/**
 * Incidents due at instants between `from` and `to`.
 *
 * @param name begins the ids of the incidents.
 * @returns the facts in the order in which they are sent.
 */
export function traffic(
  name: string,
  incidents: number,
  { from, to }: { readonly from: Instant; readonly to: Instant },
  random: Random,
): Timed[] {
  return Array.from({ length: incidents }, (_, index) =>
    oneIncident(`${name}-${index}`, random.between(from, to) as Instant, random),
  )
    .flat()
    .sort((a, b) => a.sendAt - b.sendAt);
}
