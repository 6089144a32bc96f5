import type {
  Fact,
  FactId,
  FeedHeartbeat,
  ForceId,
  IncidentId,
  SourceId,
  UnitId,
} from '@vigil/domain/facts/fact';
import { type Instant, plus } from '@vigil/domain/time/instant';

/** Facts as a test writes them: minutes after nine on a Monday. */
export const nine = Date.UTC(2026, 2, 2, 9) as Instant;
export const minutes = (count: number): Instant => plus(nine, count * 60_000);
export const cad = 'urn:police:example:cad' as SourceId;

let nextId = 0;
const base = (incident: string, at: Instant) => ({
  id: `f${++nextId}` as FactId,
  source: cad,
  incidentId: incident as IncidentId,
  at,
});

export function created(incident: string, at: Instant): Fact {
  return {
    type: 'incident-created',
    ...base(incident, at),
    forceId: 'example' as ForceId,
    grade: 'priority',
    childInvolvement: 'involved',
  };
}
export function attended(incident: string, at: Instant, unit = 'EX21'): Fact {
  return { type: 'officer-attended', ...base(incident, at), unitId: unit as UnitId };
}
export function closed(incident: string, at: Instant): Fact {
  return { type: 'incident-closed', ...base(incident, at), outcome: 'resolved' };
}
export function heartbeat(at: Instant): FeedHeartbeat {
  return { type: 'feed-heartbeat', id: `h${++nextId}` as FactId, source: cad, at };
}
