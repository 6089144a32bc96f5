import { formatCloudEvent } from '@vigil/domain/facts/cloud-event';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HeaderError } from './mapping-error.ts';
import { parseMapping } from './parse-mapping.ts';
import { compileMapping } from './rows.ts';

const mapping = parseMapping(
  `
source: urn:police:example:cad
times: { zone: Europe/London, format: [dd/MM/yyyy HH:mm, rfc3339], repeated: later }
rows: { Class: { not: TEST } }
incidentId: { column: No, prefix: EX- }
facts:
  - type: incident-created
    at: { column: Created }
    recordedAt: { column: Saved }
    forceId:
      cases: [{ when: { Class: [A, B] }, value: alpha }]
      otherwise: { column: Class, form: slug }
    grade: { column: Grade, map: { G1: immediate, G2: priority }, blank: unknown }
    youngestAge: { column: Age }
    childMarkers:
      - { when: { Notes: { matches: '\\bchild' } }, marker: child }
      - { when: { Age: { blank: false } }, marker: age-given }
  - type: officer-attended
    at: { column: Arrived }
    when: { Class: { not: B } }
    unitId: { column: Unit, blank: not-recorded }
    childSeen: { column: Seen }
`,
  'test',
);
const header = [
  'No',
  'Class',
  'Created',
  'Saved',
  'Grade',
  'Age',
  'Notes',
  'Arrived',
  'Unit',
  'Seen',
];
const usual: Record<string, string> = {
  No: ' 17 ',
  Class: 'A',
  Created: '02/03/2026 09:00',
  Grade: 'G2',
  Arrived: '02/03/2026 09:40',
  Unit: 'U1',
};
const map = compileMapping(mapping, header);

function mapped(cells: Record<string, string>) {
  return map(header.map((name) => ({ ...usual, ...cells })[name] ?? ''));
}

function dataOf(cells: Record<string, string>) {
  const row = mapped(cells);
  return row.kind === 'facts' ? row.facts.map((fact) => formatCloudEvent(fact).data) : row;
}

function problemsOf(cells: Record<string, string>): readonly string[] {
  const row = mapped(cells);
  if (row.kind !== 'rejected') return [];
  return row.problems.map(({ path, column, message }) => `${path} [${column}] ${message}`);
}

describe('a row', () => {
  it('becomes the facts of its columns', () => {
    expect(dataOf({ Notes: 'Children inside', Age: '7', Seen: 'TRUE' })).toEqual([
      {
        incidentId: 'EX-17',
        createdAt: '2026-03-02T09:00:00.000Z',
        forceId: 'alpha',
        grade: 'priority',
        youngestAge: 7,
        childMarkers: ['child', 'age-given'],
      },
      {
        incidentId: 'EX-17',
        attendedAt: '2026-03-02T09:40:00.000Z',
        unitId: 'U1',
        childSeen: true,
      },
    ]);
  });

  it('says nothing where a column is blank, unless the mapping says what that means', () => {
    expect(dataOf({ Arrived: ' ', Grade: '' })).toEqual([
      expect.objectContaining({ grade: 'unknown' }),
    ]);
    const [created, attended] = dataOf({ Unit: '' }) as Record<string, unknown>[];
    expect(created).not.toHaveProperty('childMarkers');
    expect(created).not.toHaveProperty('youngestAge');
    expect(attended).toMatchObject({ unitId: 'not-recorded' });
  });

  it('gives a fact only when its condition holds', () => {
    expect(dataOf({ Class: 'B' })).toHaveLength(1);
    expect(dataOf({ Class: 'Z & Y' })).toEqual([
      expect.objectContaining({ forceId: 'z-y' }),
      expect.anything(),
    ]);
  });

  it('is left out when the mapping does not mean it, even with nonsense in it', () => {
    expect(mapped({ Class: 'TEST', Created: 'nonsense' })).toEqual({ kind: 'left-out' });
  });

  it('may write its times in any of the formats, and says when it was saved', () => {
    const row = mapped({ Created: '2026-03-02T09:00:00+01:00', Saved: '02/03/2026 09:01' });
    expect(row.kind === 'facts' ? formatCloudEvent(row.facts[0] ?? fail()) : row).toMatchObject({
      time: '2026-03-02T09:01:00.000Z',
      data: { createdAt: '2026-03-02T08:00:00.000Z' },
    });
  });

  it('on the day the clocks change is read as the mapping says, or rejected', () => {
    expect(dataOf({ Created: '25/10/2026 01:30', Arrived: '' })).toEqual([
      expect.objectContaining({ createdAt: '2026-10-25T01:30:00.000Z' }),
    ]);
    expect(problemsOf({ Created: '29/03/2026 01:30' })).toEqual([
      'incident-created.createdAt [Created] does not exist in Europe/London: the clocks changed; times.skipped can choose',
    ]);
  });

  it.each([
    [{ Created: '2/3/2026 09:00' }, 'incident-created.createdAt [Created] is not written as'],
    [{ Created: '2026-03-02T09:00:00' }, 'has no offset'],
    [{ Created: '' }, 'incident-created.createdAt [Created] is blank'],
    [{ Saved: 'yesterday' }, 'incident-created.time [Saved] is not written as'],
    [{ Grade: 'G3' }, 'incident-created.grade [Grade] has a text that the mapping does not list'],
    [{ Age: '7½' }, 'incident-created.youngestAge [Age] must be a whole number'],
    [{ Age: '200' }, 'incident-created.youngestAge [Age] must not be above 150'],
    [{ Seen: 'maybe' }, 'officer-attended.childSeen [Seen] must be true or false'],
    [{ Class: '' }, 'incident-created.forceId [undefined] is required'],
    [{ No: '' }, 'incidentId [undefined] is blank'],
    [{ No: 'x'.repeat(126) }, 'incident-created.incidentId [undefined] is longer than 128'],
    [{ Notes: 'caf\uFFFD' }, ' [undefined] has bytes that are no text in the encoding'],
  ])('is rejected whole for %o', (cells, problem) => {
    expect(problemsOf(cells as Record<string, string>).join('\n')).toContain(problem);
  });

  it('is rejected when it has more or fewer columns than the header', () => {
    expect(map(['1', '2'])).toMatchObject({
      kind: 'rejected',
      problems: [{ message: 'has 2 columns, the header has 10' }],
    });
  });

  it('never quotes what stands in it', () => {
    const secret = 'Jane Doe';
    const all = Object.fromEntries(header.map((name) => [name, secret]));
    expect(problemsOf(all).length).toBeGreaterThan(2);
    expect(problemsOf(all).join()).not.toContain(secret);
  });

  it('gives the same facts with the same ids whenever it is read, and other ids when it says something else', () => {
    const ids = (cells: Record<string, string>) => {
      const row = compileMapping(
        mapping,
        header,
      )(header.map((name) => ({ ...usual, ...cells })[name] ?? ''));
      return row.kind === 'facts' ? row.facts.map(({ id }) => id) : [];
    };
    expect(ids({})).toEqual(ids({}));
    expect(ids({ Arrived: '' })).toEqual(ids({}).slice(0, 1));
    const [first, ...others] = [{}, { No: '18' }, { Grade: 'G1' }].map((cells) => ids(cells)[0]);
    expect(others).not.toContain(first);
  });

  it('is facts, left out or rejected, whatever stands in it', () => {
    const cell = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('A', 'B', 'G1', '02/03/2026 09:00', '31/02/2026 09:00', '7', 'true', ''),
    );
    fc.assert(
      fc.property(fc.array(cell, { minLength: 9, maxLength: 11 }), (cells) => {
        expect(['facts', 'left-out', 'rejected']).toContain(map(cells).kind);
      }),
    );
  });
});

describe('a header', () => {
  it('without the columns of the mapping is refused, naming them and what may be meant', () => {
    const wrong = header.map((name) => (name === 'Arrived' ? 'Arived' : name)).slice(1);
    expect(() => compileMapping(mapping, wrong)).toThrow(HeaderError);
    expect(() => compileMapping(mapping, wrong)).toThrow(
      /there is no column No\b.*\n?.*there is no column Arrived; did you mean Arived\?/,
    );
  });

  it('with a column of the mapping twice is refused', () => {
    expect(() => compileMapping(mapping, [...header, 'Grade'])).toThrow('two columns Grade');
  });

  it('may have other columns, twice even, and blanks around the names', () => {
    const wide = [...header.map((name) => ` ${name} `), 'Extra', 'Extra'];
    const row = compileMapping(mapping, wide)(wide.map((name) => usual[name.trim()] ?? ''));
    expect(row.kind).toBe('facts');
  });
});

function fail(): never {
  throw new Error('there is no fact');
}
