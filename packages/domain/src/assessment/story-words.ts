/** The words of an incident's story. Plain sentences: they are read aloud in reviews. */
import type { Fact } from '../facts/fact.ts';
import type { ClearedReason, Milestone } from '../ledger/alert.ts';
import type { Instant } from '../time/instant.ts';
import type { DataQualityFlag } from './assess.ts';

/** Writes an instant for people in one time zone. */
export type LocalClock = (instant: Instant) => string;

/**
 * Day and time in a time zone, with the zone's short name, by which the hour that comes twice in
 * autumn is told apart. Milliseconds are written where there are any.
 */
export function localClock(timeZone: string): LocalClock {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
    timeZoneName: 'short',
  });
  return (instant) => {
    const milliseconds = ((instant % 1_000) + 1_000) % 1_000;
    const fraction = milliseconds === 0 ? '' : `.${String(milliseconds).padStart(3, '0')}`;
    return format
      .formatToParts(instant)
      .map(({ type, value }) => (type === 'second' ? `${value}${fraction}` : value))
      .join('');
  };
}

export const childWords = {
  involved: 'A child is involved',
  'not-involved': 'No child is involved',
  unknown: 'Whether a child is involved is not known',
} as const;

/** What a milestone asks for, as words after "there was no". */
export const milestoneWords: Readonly<Record<Milestone, string>> = {
  attended: 'officer at the scene',
  seen: 'officer who had seen the child',
  allocated: 'unit allocated',
  contacted: 'call back to the caller',
};

export const reasonWords: Readonly<Record<ClearedReason, string>> = {
  attended: 'an officer attended',
  seen: 'the child was seen',
  allocated: 'a unit was allocated',
  contacted: 'the caller was contacted',
  closed: 'the incident was closed',
  regraded: 'the grade changed to one that the target does not cover',
  'child-ruled-out': 'it was ruled out that a child is involved',
  'out-of-scope': 'the target no longer covers the incident',
};

export const flagWords: Readonly<Record<DataQualityFlag, string>> = {
  'before-creation': 'Some facts are dated before the call; they count from the call on.',
  'created-again': 'The incident was created more than once; the first creation counts.',
  'conflicting-duplicate':
    'A source used one id for two different facts; the one that is first in order counts.',
  'never-created': 'No fact creates the incident, so there is nothing to decide.',
};

/** What a fact says, as a sentence. */
export function factWords(fact: Fact): string {
  switch (fact.type) {
    case 'incident-created':
      return `The call came in at force ${fact.forceId}, graded ${fact.grade}${detailWords(fact)}.`;
    case 'incident-updated': {
      const review = fact.reviewed === true ? ' A supervisor reviewed it.' : '';
      const graded = fact.grade === undefined ? '' : `, graded ${fact.grade}`;
      return `The incident was updated${graded}${detailWords(fact)}.${review}`;
    }
    case 'incident-allocated':
      return `${fact.unitId === undefined ? 'A unit' : `Unit ${fact.unitId}`} was allocated.`;
    case 'caller-contacted':
      return 'The caller was contacted.';
    case 'officer-attended': {
      const seen = {
        true: ' The child was seen.',
        false: ' The child was not seen.',
        undefined: '',
      };
      return `Unit ${fact.unitId} arrived.${seen[`${fact.childSeen}`]}`;
    }
    case 'child-seen':
      return `The child was seen${fact.unitId === undefined ? '' : ` by unit ${fact.unitId}`}.`;
    case 'attendance-aborted':
      return `Unit ${fact.unitId} was stood down.`;
    case 'incident-closed': {
      const related =
        fact.relatedIncidentId === undefined ? '' : `, see incident ${fact.relatedIncidentId}`;
      return `The incident was closed as ${fact.outcome}${related}.`;
    }
    case 'incident-reopened':
      return 'The incident was reopened.';
  }
}

type Detailed = Extract<Fact, { type: 'incident-created' | 'incident-updated' }>;

function detailWords(fact: Detailed): string {
  const { areaId, incidentType, setting, childInvolvement, childMarkers, youngestAge } = fact;
  const details = [
    areaId === undefined ? [] : `area ${areaId}`,
    incidentType === undefined ? [] : `type ${incidentType}`,
    setting ?? [],
    childInvolvement === undefined ? [] : `child ${childInvolvement}`,
    childMarkers === undefined ? [] : `child markers ${childMarkers.join(', ') || 'none'}`,
    youngestAge === undefined ? [] : `youngest person ${youngestAge}`,
  ].flat();
  return details.map((detail) => `; ${detail}`).join('');
}

/** `one, two and three`. */
export function listWords(words: readonly string[]): string {
  const last = words.at(-1) ?? '';
  return words.length < 2 ? last : `${words.slice(0, -1).join(', ')} and ${last}`;
}
