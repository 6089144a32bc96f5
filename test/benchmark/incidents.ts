import type {
  AreaId,
  Fact,
  FactId,
  ForceId,
  IncidentId,
  SourceId,
  UnitId,
} from '@vigil/domain/facts/fact';
import type { Instant } from '@vigil/domain/time/instant';
import type { Deployment } from './deployment.ts';
import { type Encoded, encode, sendAll } from './messages.ts';

const source = 'urn:police:example:cad' as SourceId;

/** A priority incident with a child in it, all that a control room knows at first: due in an hour. */
export function created(incident: string, at: Instant): Fact {
  return {
    type: 'incident-created',
    ...about(incident, at, 'c'),
    forceId: 'example' as ForceId,
    areaId: 'docks' as AreaId,
    grade: 'priority',
    incidentType: 'missing-child',
    setting: 'urban',
    childInvolvement: 'involved',
  };
}

function about(incident: string, at: Instant, id: string) {
  const incidentId = incident as IncidentId;
  return { id: `${incident}-${id}` as FactId, source, incidentId, at };
}

/**
 * What a busy day brings, over and over: of ten facts two open an incident, six are news of one that is
 * open, two say that an officer came to one.
 *
 * @param open - how many incidents named `O-0`, `O-1`, … are open.
 */
export function busyFact(index: number, open: number, at: Instant): Fact {
  // Spread over all of them: 7,919 is a prime, so that none is left out.
  const incident = `O-${(index * 7_919) % open}`;
  switch (index % 10) {
    case 0:
    case 1:
      return created(`N-${index}`, at);
    case 2:
    case 3: {
      const unitId = 'EX21' as UnitId;
      return { type: 'officer-attended', ...about(incident, at, `a${index}`), unitId };
    }
    default: {
      const areaId = `area-${index % 40}` as AreaId;
      return { type: 'incident-updated', ...about(incident, at, `u${index}`), areaId };
    }
  }
}

const perPiece = 10_000;

/** Opens incidents named `O-from`, … up to and without `O-to`, all created at one instant. */
export async function openIncidents(
  deployment: Deployment,
  from: number,
  to: number,
  at: Instant,
): Promise<void> {
  for (let first = from; first < to; first += perPiece) {
    const encoded: Encoded[] = [];
    for (let i = first; i < Math.min(to, first + perPiece); i++) {
      encoded.push(encode(deployment.codec, created(`O-${i}`, at)));
    }
    await sendAll(deployment, encoded);
  }
}
