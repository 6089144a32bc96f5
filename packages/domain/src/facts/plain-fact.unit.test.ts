import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { factSets } from '../../testing/facts-arbitrary.ts';
import { runs } from '../../testing/runs.ts';
import { checkFact } from './check-fact.ts';
import { formatCloudEvent } from './cloud-event.ts';
import { instantField } from './fact.ts';

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
});
