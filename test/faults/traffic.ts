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
 * Priority incidents with a child, each due (after 60 minutes) at an instant between `from` and `to`:
 * half of them never attended, a quarter in time and told in time, a quarter too late. One fact in ten
 * comes twice.
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
  const sent: Timed[] = [];
  const send = (sendAt: Instant, fact: Fact): void => {
    sent.push({ sendAt, fact });
    if (random.chance(0.1)) sent.push({ sendAt: plus(sendAt, random.between(0, 3_000)), fact });
  };
  for (let index = 0; index < incidents; index++) {
    const incidentId = `${name}-${index}` as IncidentId;
    const due = random.between(from, to) as Instant;
    send(plus(due, -random.between(1_500, 8_000)), {
      type: 'incident-created',
      id: `${incidentId}-c` as FactId,
      ...{ source, incidentId, at: plus(due, -hour) },
      forceId: 'example' as ForceId,
      grade: 'priority',
      childInvolvement: 'involved',
    });
    const fate = random.between(0, 3);
    if (fate < 2) continue;
    const late = fate === 3;
    const at = plus(due, late ? random.between(1, 3_000) : -random.between(500, 1_400));
    send(plus(at, random.between(0, 200)), {
      type: 'officer-attended',
      id: `${incidentId}-a` as FactId,
      ...{ source, incidentId, at, unitId: 'EX21' as UnitId },
    });
  }
  return sent.sort((a, b) => a.sendAt - b.sendAt);
}
