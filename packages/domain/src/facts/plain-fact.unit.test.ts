import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { factSets } from '../../testing/facts-arbitrary.ts';
import { runs } from '../../testing/runs.ts';
import { checkFact, dataNames } from './check-fact.ts';
import { formatCloudEvent } from './cloud-event.ts';
import { instantField } from './fact.ts';
import { plainFact } from './plain-fact.ts';

/** What may stand in a field without being right, or without being plainly right. */
const odd = fc.constantFrom<unknown[]>(
  null,
  undefined,
  '',
  'é',
  'a\u0000b',
  '\ud800',
  'x'.repeat(129),
  'x'.repeat(1_025),
  'x'.repeat(128),
  0,
  -1,
  150,
  151,
  1.5,
  Number.NaN,
  '7',
  true,
  [],
  ['marker', ''],
  ['x'.repeat(1_025)],
  Array(101).fill('m'),
  {},
  'priority',
  'urban',
  'involved',
  '2026-03-02T09:00:00+01:00',
  '2026-03-02T09:00:00',
  '1066-10-14T09:00:00Z',
);
const name = fc.constantFrom(
  ...['incidentId', 'forceId', 'areaId', 'unitId', 'relatedIncidentId', 'incidentType', 'grade'],
  ...['setting', 'childInvolvement', 'childMarkers', 'youngestAge', 'reviewed', 'outcome'],
  ...['childSeen', ...Object.values(instantField), '__proto__', 'toString'],
);
const attribute = fc.constantFrom('id', 'type', 'subject', 'time');

const events = fc
  .tuple(
    factSets.filter((facts) => facts.length > 0),
    fc.array(fc.tuple(name, odd), { maxLength: 2 }),
    fc.option(fc.tuple(attribute, odd), { nil: undefined }),
  )
  .map(([[fact], changes, change]) => {
    if (fact === undefined) throw new Error('it was filtered');
    const event = formatCloudEvent(fact);
    const data: Record<string, unknown> = { ...event.data };
    for (const [field, value] of changes) {
      Object.defineProperty(data, field, { value, enumerable: true, configurable: true });
    }
    return { ...event, data, ...(change === undefined ? {} : { [change[0]]: change[1] }) };
  });

describe('a fact that is plainly right', () => {
  it('is taken in without the schemas as with them, and nothing else is', () => {
    fc.assert(
      fc.property(events, (event) => {
        // A source that is not plain ASCII sends the same fact through the schemas.
        const thorough = checkFact({ ...event, source: 'urn:é' }, 'text');
        const quick = checkFact({ ...event, source: 'urn:e' }, 'text');
        if (thorough.kind === 'fact') {
          expect(quick).toEqual({ kind: 'fact', fact: { ...thorough.fact, source: 'urn:e' } });
        } else expect(quick).toEqual(thorough);
      }),
      { numRuns: runs(5_000) },
    );
  });

  const created = {
    id: 'f1',
    source: 'urn:e',
    type: 'incident-created',
    subject: 'INC-1',
    data: {
      incidentId: 'INC-1',
      createdAt: '2026-03-02T09:00:00Z',
      forceId: 'example',
      grade: 'priority',
    },
  };
  const names = { instant: 'createdAt', names: dataNames('incident-created') };
  const required = new Set(['incidentId', 'forceId', 'grade']);
  /** What is taken in without the schemas. */
  const quick = (data: object, attributes: object = {}) =>
    plainFact(
      { ...created, ...attributes },
      { ...created.data, ...data },
      { ...names, required },
      'text',
    );

  it.each<[object, object?]>([
    [{}],
    [{ areaId: 'x'.repeat(128), incidentType: 'x'.repeat(1_024), setting: 'rural' }],
    [{ childInvolvement: 'unknown', childMarkers: Array(100).fill('m') }],
    [{ childMarkers: [] }],
    [{ youngestAge: 0 }],
    [{ youngestAge: 150 }],
    [{ youngestAge: null }],
    [{}, { time: '2026-03-02T09:00:01Z' }],
    [{}, { time: null }],
    [{}, { id: 'x'.repeat(1_024) }],
  ])('needs no schema: %j %j', (data, attributes) => {
    const fact = quick(data, attributes);
    expect(fact).toBeDefined();
    expect(
      checkFact({ ...created, ...attributes, data: { ...created.data, ...data } }, 'text'),
    ).toStrictEqual({ kind: 'fact', fact });
  });

  it.each<[object, object?]>([
    [{ areaId: 'x'.repeat(129) }],
    [{ areaId: 7 }],
    [{ areaId: '' }],
    [{ incidentType: 'x'.repeat(1_025) }],
    [{ setting: 'coastal' }],
    [{ childMarkers: Array(101).fill('m') }],
    [{ childMarkers: ['m', ''] }],
    [{ childMarkers: 'm' }],
    [{ youngestAge: -1 }],
    [{ youngestAge: 151 }],
    [{ youngestAge: 1.5 }],
    [{ youngestAge: '7' }],
    [{ forceId: undefined }],
    [{ createdAt: 'today' }],
    [{ createdAt: undefined }],
    [{}, { time: 'today' }],
    [{}, { id: '' }],
    [{}, { source: '' }],
    [{}, { subject: 'INC-2' }],
  ])('leaves to the schemas what is not: %j %j', (data, attributes) => {
    expect(quick(data, attributes)).toBeUndefined();
  });

  it('has only what is true or false where a question is answered', () => {
    const attended = { incidentId: 'INC-1', attendedAt: '2026-03-02T09:00:00Z', unitId: 'U1' };
    const taken = (childSeen: unknown) =>
      plainFact(
        { ...created, type: 'officer-attended' },
        { ...attended, childSeen },
        { instant: 'attendedAt', names: dataNames('officer-attended'), required: new Set() },
        'text',
      );
    expect(taken(true)).toMatchObject({ childSeen: true });
    expect(taken(false)).toMatchObject({ childSeen: false });
    expect(taken('yes')).toBeUndefined();
  });
});
