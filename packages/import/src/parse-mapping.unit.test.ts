import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { MappingError } from './mapping-error.ts';
import { parseMapping } from './parse-mapping.ts';

const shipped = new URL('../../../infra/mappings/', import.meta.url);

const good = `source: urn:police:example:cad
times: { zone: Europe/London, format: dd/MM/yyyy HH:mm }
incidentId: { column: No }
facts:
  - type: incident-created
    at: { column: Created }
    forceId: example
    grade: { column: Grade, map: { G1: immediate, G2: priority } }
`;

function problemsOf(text: string): readonly string[] {
  try {
    parseMapping(text, 'm.yaml');
  } catch (error) {
    if (error instanceof MappingError) return error.message.split('\n');
    throw error;
  }
  return [];
}

describe('a mapping', () => {
  it.each(readdirSync(shipped))('that comes with Vigil is valid: %s', (name) => {
    expect(problemsOf(readFileSync(new URL(name, shipped), 'utf8'))).toEqual([]);
  });

  it('may be this short', () => {
    expect(problemsOf(good)).toEqual([]);
  });

  it.each([
    [
      'a zone',
      ['Europe/London', 'Europe/Londn'],
      'm.yaml:2: times.zone must be a time zone that exists',
    ],
    [
      'a zone that is an abbreviation, which means Bangladesh to some and Britain to others',
      ['Europe/London', 'BST'],
      'm.yaml:2: times.zone must be a time zone that exists',
    ],
    ['a format', ['HH:mm', 'HH:MM'], 'm.yaml:2: times.format gives the month twice'],
    [
      'a grade in a map',
      ['priority', 'urgent'],
      'm.yaml:8: facts[0].grade.map.G2 must be one of immediate, ',
    ],
    [
      'a constant grade',
      ['{ column: Grade, map: { G1: immediate, G2: priority } }', 'urgent'],
      'm.yaml:8: facts[0].grade must be one of',
    ],
    ['a key', ['forceId: example', 'forceID: example'], 'm.yaml:7: facts[0].forceID is not a key'],
    [
      'a key of a value',
      ['{ column: No }', '{ column: No, pre: X }'],
      'm.yaml:3: incidentId.pre is not a key',
    ],
    ['a required field', ['    forceId: example\n', ''], 'm.yaml:5: facts[0].forceId is required'],
    [
      'a type of fact',
      ['incident-created', 'incident-made'],
      'm.yaml:5: facts[0].type must be the type of a fact',
    ],
    [
      'an otherwise without a map',
      ['{ column: No }', '{ column: No, otherwise: X }'],
      'm.yaml:3: incidentId.otherwise needs a map',
    ],
    [
      'an expression',
      ['incidentId:', 'rows: { A: { matches: "(" } }\nincidentId:'],
      'm.yaml:3: rows.A.matches must be a regular expression',
    ],
    [
      'a number where a text is meant',
      ['incidentId:', 'rows: { A: 1 }\nincidentId:'],
      'm.yaml:3: rows.A must be text; put it in quotes',
    ],
    [
      'two tests of a column',
      ['incidentId:', 'rows: { A: { not: x, blank: true } }\nincidentId:'],
      'm.yaml:3: rows.A must have one of',
    ],
    [
      'an encoding',
      ['incidentId:', 'table: { encoding: ebcdic }\nincidentId:'],
      'm.yaml:3: table.encoding must be an encoding',
    ],
    [
      'a case',
      ['forceId: example', 'forceId: { cases: [{ when: {}, value: x }] }'],
      'm.yaml:7: facts[0].forceId.cases[0].when must name at least one column',
    ],
    ['YAML', ['source: urn', 'source: [urn'], 'm.yaml:'],
  ])('is refused for %s, with the path and the line', (_, [from = '', to = ''], problem) => {
    const problems = problemsOf(good.replace(from, to));
    expect(problems.join('\n')).toContain(problem);
  });

  it('is told everything that is wrong with it at once', () => {
    const bad = good.replace('Europe/London', 'X').replace('example\n', '""\n');
    expect(problemsOf(bad)).toHaveLength(2);
  });
});
