import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { factSets, nine } from '../../testing/facts-arbitrary.ts';
import { checkFact } from './check-fact.ts';
import { formatCloudEvent, parseCloudEvent } from './cloud-event.ts';
import { instantField } from './fact.ts';

const conformance = new URL('../../../../test/conformance/', import.meta.url);

const attended = {
  specversion: '1.0',
  id: 'f1',
  source: 'urn:police:example:cad',
  type: 'officer-attended',
  subject: 'INC-1',
  time: '2026-03-02T09:00:01Z',
  datacontenttype: 'application/json',
  data: { incidentId: 'INC-1', attendedAt: '2026-03-02T09:00:00Z', unitId: 'U1' },
};

function problemsOf(event: unknown): readonly string[] {
  const checked = parseCloudEvent(event);
  if (checked.kind !== 'rejected') throw new Error(`was taken as a ${checked.kind}`);
  return checked.problems.map(({ path, message }) => `${path} ${message}`.trim());
}

function withData(data: Record<string, unknown>, attributes: Record<string, unknown> = {}) {
  return { ...attended, ...attributes, data: { ...attended.data, ...data } };
}

describe('a fact in a file', () => {
  it('is read and written again with the same bytes, for every conformance case', () => {
    const files = readdirSync(conformance).filter(
      (file) => file.endsWith('.json') && file !== 'policy.json',
    );
    expect(files.length).toBeGreaterThan(40);
    for (const file of files) {
      const { facts } = JSON.parse(readFileSync(new URL(file, conformance), 'utf8'));
      for (const event of facts) {
        const checked = parseCloudEvent(event);
        if (checked.kind !== 'fact') throw new Error(`${file}: ${JSON.stringify(checked)}`);
        const written = JSON.stringify(formatCloudEvent(checked.fact));
        const inUtc = JSON.stringify(event).replaceAll(
          /"([\d-]{10}T[\d:.]{8,12}(?:Z|[+-]\d\d:\d\d))"/g,
          (_, text: string) => `"${new Date(text).toISOString()}"`,
        );
        expect(written).toBe(inUtc);
      }
    }
  });

  it('comes back the same whatever it says', () => {
    fc.assert(
      fc.property(factSets, (facts) => {
        for (const fact of facts) {
          const event = formatCloudEvent(fact);
          const json: unknown = JSON.parse(JSON.stringify(event));
          expect(event).toStrictEqual(json);
          expect(parseCloudEvent(json)).toStrictEqual({ kind: 'fact', fact });
        }
      }),
    );
  });

  it('may carry fields nobody knows, and leaves them behind', () => {
    const checked = parseCloudEvent(withData({ mood: 'calm' }, { traceparent: '00-1' }));
    expect(checked).toMatchObject({ kind: 'fact', fact: { unitId: 'U1' } });
    expect(JSON.stringify(checked)).not.toMatch(/mood|calm|traceparent/);
  });

  it('is not changed by names that mean something to JavaScript', () => {
    const text = JSON.stringify(attended).replace(
      '"unitId"',
      '"__proto__":{"childSeen":true,"polluted":1},"constructor":{"prototype":{}},"unitId"',
    );
    const checked = parseCloudEvent(JSON.parse(text));
    expect(checked).toStrictEqual(parseCloudEvent(attended));
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
  });

  it('counts an optional field that is null as absent, and a required one as missing', () => {
    expect(parseCloudEvent(withData({ childSeen: null }, { time: null }))).toStrictEqual(
      parseCloudEvent({ ...attended, time: undefined }),
    );
    expect(problemsOf(withData({ unitId: null }))).toEqual(['data.unitId is required']);
  });

  it('says everything that is wrong at once, each with where it stands', () => {
    const event = {
      specversion: '1.0',
      source: '',
      type: 'incident-created',
      subject: 'INC-2',
      data: {
        incidentId: 'INC-1',
        createdAt: '2026-03-02T09:00:00',
        grade: 'P1',
        youngestAge: 151,
        childMarkers: ['plan', 7],
      },
    };
    expect(problemsOf(event)).toEqual([
      'id is required',
      'source must not be empty',
      'data.createdAt has no offset; write Z or +hh:mm after the time',
      'data.grade must be one of immediate, priority, scheduled, resolution, unknown',
      'data.childMarkers.1 must be text',
      'data.youngestAge must not be above 150',
      'data.forceId is required',
      'subject must be the same as data.incidentId',
    ]);
  });

  it('never quotes what it refuses', () => {
    const secret = 'Jane Doe, 1 High Street';
    const event = withData(
      { attendedAt: secret, childSeen: secret, incidentId: `${secret}\n` },
      { subject: secret, time: secret },
    );
    expect(problemsOf(event)).toHaveLength(5);
    expect(problemsOf(event).join()).not.toContain('Jane');
  });

  it.each([
    ['an array', [attended], 'is not a JSON object'],
    ['null', null, 'is not a JSON object'],
    ['text', 'fact', 'is not a JSON object'],
    ['nothing but braces', {}, 'specversion is required'],
    ['another version', { ...attended, specversion: '0.3' }, 'specversion must be 1.0'],
    ['no type', { ...attended, type: undefined }, 'type is required'],
    ['no data', { ...attended, data: undefined }, 'data is required'],
    ['null for data', { ...attended, data: null }, 'data must be an object'],
    ['a list for data', { ...attended, data: [] }, 'data must be an object'],
    ['null for a subject', { ...attended, subject: null }, 'subject is required'],
    ['data in text', { ...attended, data: '{}' }, 'data must be an object'],
    ['no subject', { ...attended, subject: undefined }, 'subject is required'],
    [
      'a long unit',
      withData({ unitId: 'U'.repeat(129) }),
      'data.unitId is longer than 128 characters',
    ],
    ['a line break', withData({ unitId: 'U\n1' }), 'data.unitId must not have control characters'],
    [
      'half a pair',
      withData({ unitId: '\ud83d' }),
      'data.unitId must not have half a surrogate pair',
    ],
    ['a number', withData({ unitId: 7 }), 'data.unitId must be text'],
    [
      'a time zone by name',
      { ...attended, time: '2026-03-02T09:00:00' },
      'time has no offset; write Z or +hh:mm after the time',
    ],
    [
      'milliseconds',
      withData({ attendedAt: 1772442000000 }),
      'data.attendedAt must be an RFC 3339 date-time in text',
    ],
  ])('is refused when it is or has %s', (_, event, problem) => {
    expect(problemsOf(event)).toEqual([problem]);
  });

  it.each(['constructor', '__proto__', 'toString'])('has no type %s', (type) => {
    expect(problemsOf({ ...attended, type })[0]).toMatch(
      /^type must be one of incident-created, incident-updated, .*, feed-heartbeat$/,
    );
  });

  it('takes 128 characters that are two units each', () => {
    expect(parseCloudEvent(withData({ unitId: '🚓'.repeat(128) })).kind).toBe('fact');
  });

  it('may be a heartbeat, which has no incident', () => {
    const event = {
      ...attended,
      type: 'feed-heartbeat',
      subject: undefined,
      data: { source: 'urn:police:example:cad', at: '2026-03-02T09:00:00Z' },
    };
    const checked = parseCloudEvent(event);
    if (checked.kind !== 'heartbeat') throw new Error(checked.kind);
    expect(checked.heartbeat).toMatchObject({ source: 'urn:police:example:cad', at: nine });
    expect(parseCloudEvent(formatCloudEvent(checked.heartbeat))).toStrictEqual(checked);
    expect(formatCloudEvent(checked.heartbeat)).not.toHaveProperty('subject');
    expect(parseCloudEvent({ ...event, time: null })).toStrictEqual(
      parseCloudEvent({ ...event, time: undefined }),
    );
    expect(problemsOf({ ...event, data: { at: event.data.at, source: 'urn:other' } })).toEqual([
      'data.source must be the same as source',
    ]);
    expect(problemsOf({ ...event, data: { at: event.data.at } })).toEqual([
      'data.source is required',
    ]);
    expect(problemsOf({ ...event, source: undefined, data: { at: event.data.at } })).toEqual([
      'source is required',
      'data.source is required',
    ]);
  });
});

describe('a fact in Avro', () => {
  it('has its instants in milliseconds, and is the same fact', () => {
    fc.assert(
      fc.property(factSets, (facts) => {
        for (const fact of facts) {
          const { data, ...attributes } = formatCloudEvent(fact);
          const inMillis = { ...data, [instantField[fact.type]]: fact.at };
          expect(checkFact({ ...attributes, data: inMillis }, 'millis')).toStrictEqual({
            kind: 'fact',
            fact,
          });
        }
      }),
    );
  });

  it.each([
    [1.5, 'is not a whole number of milliseconds'],
    [Number.NaN, 'is not a whole number of milliseconds'],
    [0n, 'must be a whole number of milliseconds'],
    [-1e14, 'is outside the years 1900 to 2199'],
    ['2026-03-02T09:00:00Z', 'must be a whole number of milliseconds'],
    [undefined, 'is required'],
  ])('is refused when it happened at %s', (attendedAt, message) => {
    const checked = checkFact(withData({ attendedAt }), 'millis');
    expect(checked).toEqual({
      kind: 'rejected',
      problems: [{ path: 'data.attendedAt', message }],
    });
  });
});
