import { describe, expect, it } from 'vitest';
import { after } from '../../testing/history.ts';
import { parseCloudEvent } from '../facts/cloud-event.ts';
import { type FactType, instantField } from '../facts/fact.ts';
import { formatInstant } from '../time/instant.ts';
import { factWords, listWords, localClock } from './story-words.ts';

/** The sentence about a fact that has, beside what every fact has, the data. */
function wordsOf(type: FactType, data: Readonly<Record<string, unknown>> = {}): string {
  const instant = formatInstant(after(0));
  const parsed = parseCloudEvent({
    specversion: '1.0',
    id: 'f1',
    source: 'urn:police:example:cad',
    type,
    subject: 'INC-1',
    data: { incidentId: 'INC-1', [instantField[type]]: instant, ...data },
  });
  if (parsed.kind !== 'fact') throw new Error(JSON.stringify(parsed));
  return factWords(parsed.fact);
}

describe('what a fact says', () => {
  it.each<[string, FactType, Readonly<Record<string, unknown>>]>([
    [
      'The call came in at force example, graded priority.',
      'incident-created',
      { forceId: 'example', grade: 'priority' },
    ],
    [
      'The call came in at force example, graded priority; area north; type theft; rural; child unknown; child markers plan, order; youngest person 0.',
      'incident-created',
      {
        forceId: 'example',
        grade: 'priority',
        areaId: 'north',
        incidentType: 'theft',
        setting: 'rural',
        childInvolvement: 'unknown',
        childMarkers: ['plan', 'order'],
        youngestAge: 0,
      },
    ],
    ['The incident was updated; child markers none.', 'incident-updated', { childMarkers: [] }],
    ['The incident was updated, graded scheduled.', 'incident-updated', { grade: 'scheduled' }],
    [
      'The incident was updated, graded scheduled; area north. A supervisor reviewed it.',
      'incident-updated',
      { grade: 'scheduled', areaId: 'north', reviewed: true },
    ],
    ['A unit was allocated.', 'incident-allocated', {}],
    ['Unit EX21 was allocated.', 'incident-allocated', { unitId: 'EX21' }],
    ['The caller was contacted.', 'caller-contacted', {}],
    ['Unit EX21 arrived.', 'officer-attended', { unitId: 'EX21' }],
    [
      'Unit EX21 arrived. The child was seen.',
      'officer-attended',
      { unitId: 'EX21', childSeen: true },
    ],
    [
      'Unit EX21 arrived. The child was not seen.',
      'officer-attended',
      { unitId: 'EX21', childSeen: false },
    ],
    ['The child was seen.', 'child-seen', {}],
    ['The child was seen by unit EX21.', 'child-seen', { unitId: 'EX21' }],
    ['Unit EX21 was stood down.', 'attendance-aborted', { unitId: 'EX21' }],
    ['The incident was closed as resolved.', 'incident-closed', { outcome: 'resolved' }],
    [
      'The incident was closed as duplicate, see incident INC-2.',
      'incident-closed',
      { outcome: 'duplicate', relatedIncidentId: 'INC-2' },
    ],
    ['The incident was reopened.', 'incident-reopened', {}],
  ])('is %s', (sentence, type, data) => {
    expect(wordsOf(type, data)).toBe(sentence);
  });
});

describe('a list', () => {
  it('is read aloud with an "and" before the last', () => {
    expect(listWords([])).toBe('');
    expect(listWords(['one'])).toBe('one');
    expect(listWords(['one', 'two'])).toBe('one and two');
    expect(listWords(['one', 'two', 'three'])).toBe('one, two and three');
  });
});

describe('an instant', () => {
  it('has its milliseconds, of three digits, where there are any, before 1970 too', () => {
    const clock = localClock('Europe/London');
    expect(clock(after(0))).toBe('Mon, 2 Mar 2026, 09:00:00 GMT');
    expect(clock(after(1 / 60_000))).toBe('Mon, 2 Mar 2026, 09:00:00.001 GMT');
    const before = Date.UTC(1960, 0, 4, 9, 0, 0, 999) as ReturnType<typeof after>;
    expect(localClock('UTC')(before)).toBe('Mon, 4 Jan 1960, 09:00:00.999 UTC');
  });
});
