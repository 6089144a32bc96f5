import type {
  Fact,
  FactId,
  ForceId,
  Grade,
  IncidentDetails,
  IncidentId,
  SourceId,
  UnitId,
} from '../src/facts/fact.ts';
import { type Instant, plus } from '../src/time/instant.ts';
import { nine } from './facts-arbitrary.ts';

/** Written-out facts of incidents that are called in at nine, by minutes after it. */
export function incident(incidentId: string, forceId = 'example') {
  const facts: Fact[] = [];
  const base = (minutes: number) => ({
    id: `${incidentId}-${facts.length}` as FactId,
    source: 'urn:police:example:cad' as SourceId,
    incidentId: incidentId as IncidentId,
    at: after(minutes),
  });
  const story = {
    facts,
    created(minutes: number, grade: Grade, details: IncidentDetails = {}) {
      facts.push({
        ...base(minutes),
        type: 'incident-created',
        forceId: forceId as ForceId,
        grade,
        ...details,
      });
      return story;
    },
    graded(minutes: number, grade: Grade, reviewed = false) {
      facts.push({ ...base(minutes), type: 'incident-updated', grade, reviewed });
      return story;
    },
    updated(minutes: number, details: IncidentDetails) {
      facts.push({ ...base(minutes), type: 'incident-updated', ...details });
      return story;
    },
    allocated(minutes: number, unit: { readonly unitId?: UnitId } = {}) {
      facts.push({ ...base(minutes), type: 'incident-allocated', ...unit });
      return story;
    },
    contacted(minutes: number) {
      facts.push({ ...base(minutes), type: 'caller-contacted' });
      return story;
    },
    attended(minutes: number, unitId = 'U1', seen: { readonly childSeen?: boolean } = {}) {
      facts.push({
        ...base(minutes),
        type: 'officer-attended',
        unitId: unitId as UnitId,
        ...seen,
      });
      return story;
    },
    seen(minutes: number) {
      facts.push({ ...base(minutes), type: 'child-seen' });
      return story;
    },
    stoodDown(minutes: number, unitId = 'U1') {
      facts.push({ ...base(minutes), type: 'attendance-aborted', unitId: unitId as UnitId });
      return story;
    },
    closed(minutes: number) {
      facts.push({ ...base(minutes), type: 'incident-closed', outcome: 'resolved' });
      return story;
    },
    reopened(minutes: number) {
      facts.push({ ...base(minutes), type: 'incident-reopened' });
      return story;
    },
  };
  return story;
}

/** So many minutes after nine. */
export function after(minutes: number): Instant {
  return plus(nine, minutes * 60_000);
}
