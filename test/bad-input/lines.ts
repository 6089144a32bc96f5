/** Lines of files of facts that are no facts, each rejected with the reason and the field it has here. */
import { dataNames } from '@vigil/domain/facts/check-fact';
import { type FactType, instantField, topicOf } from '@vigil/domain/facts/fact';
import { maxLineBytes } from '@vigil/event-log/files/lines';
import { canary } from './canary.ts';

/** A line that no replay may take for a fact. */
export interface BadLine {
  readonly name: string;
  readonly reason: 'not-json' | 'not-a-fact' | 'not-utf8' | 'line-too-long';
  /** The field that the message names first; empty for the whole line. */
  readonly field: string;
  /** The line, without its line break. */
  readonly make: () => Buffer;
}

/** A JSON object that is written as it is given, `undefined` leaving a name out. */
type Json = Readonly<Record<string, unknown>>;

const at = '2026-03-02T09:00:00.000Z';

/** A good fact of a type as it stands in a file; the canary's name is in a field that nobody reads. */
export function goodEvent(type: FactType, incident: string, data: Json = {}): Json {
  const usual: Json = {
    ...{ forceId: 'example', grade: 'priority', childInvolvement: 'involved' },
    ...{ unitId: 'EX21', outcome: 'resolved' },
  };
  const names = dataNames(type).filter((name) => name in usual);
  return {
    specversion: '1.0',
    id: `${incident}-${type}`,
    source: 'urn:police:example:cad',
    type,
    subject: incident,
    caller: canary,
    data: {
      incidentId: incident,
      [instantField[type]]: at,
      ...Object.fromEntries(names.map((name) => [name, usual[name]])),
      ...data,
    },
  };
}

const created = goodEvent('incident-created', 'INC-BAD');
const createdWith = (data: Json): Json => goodEvent('incident-created', 'INC-BAD', data);

const line = (
  name: string,
  text: string | Buffer,
  reason: BadLine['reason'],
  field = '',
): BadLine => ({ name, reason, field, make: () => Buffer.from(text as string) });

const notJson = (name: string, text: string): BadLine => line(name, text, 'not-json');
const noFact = (name: string, field: string, event: unknown): BadLine =>
  line(name, typeof event === 'string' ? event : JSON.stringify(event), 'not-a-fact', field);

const good = JSON.stringify(created);
const deep = (depth: number): string => `${'['.repeat(depth)}${']'.repeat(depth)}`;

const broken: readonly BadLine[] = [
  notJson('words', `${canary} rang at nine`),
  notJson('half a line', good.slice(0, good.length / 2)),
  notJson('a line without its last brace', good.slice(0, -1)),
  notJson('two facts in one line', good + good),
  notJson('a comma too many', good.replace(/}$/, ',}')),
  notJson('single quotes', good.replaceAll('"', "'")),
  notJson('a comment', `${good} // ${canary}`),
  notJson('NaN', good.replace('"priority"', 'NaN')),
  notJson('Infinity', good.replace('"priority"', '-Infinity')),
  notJson('a number in hexadecimal', good.replace('"priority"', '0x10')),
  notJson('NUL between the fields', good.replace(',', ',\0')),
  notJson('a line break of a text that is not escaped', good.replace(canary, `${canary}\r9 am`)),
  notJson('a tab in a text', good.replace(canary, `${canary}\tx`)),
  notJson('a byte order mark in the middle of the file', `\uFEFF${good}`),
  notJson('lone carriage returns for line breaks', `${good}\r${good}`),
  notJson('a sequence for terminals', `\u001b]0;${canary}\u0007`),
  notJson('a forged line of a log', `{"level":"info"}\r{"msg":"${canary}"}`),
  notJson('YAML', `specversion: "1.0" # ${canary}`),
  notJson('XML', `<incident caller="${canary}"/>`),
  notJson('CSV', `1,${canary},2026-03-02T09:00:00Z`),
  notJson('brackets nested 100,000 deep, not closed', '['.repeat(100_000)),
  line('Latin-1', Buffer.from(good.replace(canary, 'Andr\xe9e'), 'latin1'), 'not-utf8'),
  line('UTF-16', Buffer.from(good, 'utf16le'), 'not-json'),
  line('half a surrogate pair in UTF-8', Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22]), 'not-utf8'),
  line('gzip without its ending in the name', Buffer.from('1f8b0800', 'hex'), 'not-utf8'),
  line('a picture', Buffer.from('89504e470d', 'hex'), 'not-utf8'),
  {
    ...line('a line that is too long', '', 'line-too-long'),
    make: () => Buffer.alloc(maxLineBytes + 1, canary),
  },
  {
    ...line('a fact padded until it is too long', '', 'line-too-long'),
    make: () => Buffer.from(good.padEnd(maxLineBytes + 1, ' ')),
  },
];

const otherJson: readonly BadLine[] = [
  noFact('null', '', 'null'),
  noFact('a number', '', '1e400'),
  noFact('a text', '', JSON.stringify(canary)),
  noFact('a list', '', [created]),
  noFact('an empty list of a million', '', `[${'0,'.repeat(500_000)}0]`),
  noFact('an empty object', 'specversion', {}),
  noFact('brackets nested 100,000 deep', '', deep(100_000)),
  noFact(
    'a fact whose data are nested 100,000 deep',
    'data',
    `${good.replace(/"data":.*/, '')}"data":${deep(100_000)}}`,
  ),
  noFact(
    'keys of every object',
    'specversion',
    `{"__proto__":{"specversion":"1.0","data":{}},"constructor":{"prototype":{"id":"${canary}"}}}`,
  ),
  noFact(
    'data behind __proto__',
    'data.createdAt',
    JSON.stringify(created)
      .replace('"createdAt":', '"__proto__":{"createdAt":')
      .replace(/}}$/, '}}}'),
  ),
  noFact('a version of CloudEvents as a number', 'specversion', { ...created, specversion: 1 }),
  noFact('an older version of CloudEvents', 'specversion', { ...created, specversion: '0.3' }),
  noFact('a type that nobody knows', 'type', { ...created, type: canary }),
  noFact('a type that is a key of every object', 'type', { ...created, type: 'constructor' }),
  noFact('a list of types', 'type', { ...created, type: ['incident-created'] }),
  noFact('data as text', 'data', { ...created, data: JSON.stringify(created['data']) }),
  noFact('data in base64', 'data', {
    ...created,
    data: undefined,
    data_base64: Buffer.from(canary).toString('base64'),
  }),
  noFact('a list of data', 'data', { ...created, data: [created['data']] }),
  noFact('an id as a number', 'id', { ...created, id: 7 }),
  noFact('an id as an object with its own toString', 'id', {
    ...created,
    id: { toString: canary, valueOf: null },
  }),
  noFact(
    'an id with half a surrogate pair',
    'id',
    JSON.stringify({ ...created, id: 'x' }).replace('"x"', '"\\ud83d"'),
  ),
  noFact('an id with NUL', 'id', { ...created, id: `\0${canary}` }),
  noFact('a source that forges a line of a log', 'source', {
    ...created,
    source: `urn:x\nINFO ${canary}`,
  }),
  noFact('a subject of another incident', 'subject', { ...created, subject: canary }),
  noFact('a time in words', 'time', { ...created, time: `when ${canary} rang` }),
  noFact('a time in seconds', 'time', { ...created, time: 1_772_442_000 }),
];

const data: readonly BadLine[] = [
  ...[
    ['in the year 0', '0000-01-01T00:00:00Z'],
    ['in the year 9999', '9999-12-31T23:59:59.999Z'],
    ['in the year 10000', '+010000-01-01T00:00:00Z'],
    ['before Christ', '-0044-03-15T12:00:00Z'],
    ['without an offset', '2026-03-02T09:00:00'],
    ['with the name of a zone', '2026-03-02T09:00:00 Europe/London'],
    ['on 30 February', '2026-02-30T09:00:00Z'],
    ['at 24 o’clock', '2026-03-02T24:00:00Z'],
    ['with a leap second', '2016-12-31T23:59:60Z'],
    ['with an offset of a day', '2026-03-02T09:00:00+24:00'],
    ['of a week', '2026-W10-1T09:00:00Z'],
    ['in digits that are not ASCII', '２０２６-03-02T09:00:00Z'],
    ['with blanks around it', ` ${at} `],
    ['and more', `${at}; ${canary}`],
    ['of nothing', ''],
    ['as a number', 1_772_442_000_000],
    ['as a number in text', '1772442000000'],
    ['as a list', [at]],
  ].map(([how, createdAt]) =>
    noFact(`an instant ${how}`, 'data.createdAt', createdWith({ createdAt })),
  ),
  noFact('a grade that nobody knows', 'data.grade', createdWith({ grade: canary })),
  noFact('a grade in capitals', 'data.grade', createdWith({ grade: 'Priority' })),
  noFact('a grade with a blank', 'data.grade', createdWith({ grade: 'priority ' })),
  noFact('a grade that is a key of every object', 'data.grade', createdWith({ grade: 'toString' })),
  noFact('an empty force', 'data.forceId', createdWith({ forceId: '' })),
  noFact(
    'a force of 129 characters',
    'data.forceId',
    createdWith({ forceId: canary.padEnd(129, '.') }),
  ),
  noFact('an area as a number', 'data.areaId', createdWith({ areaId: 12 })),
  noFact(
    'an area with a control character of eight bits',
    'data.areaId',
    createdWith({ areaId: `A\u009b31m${canary}` }),
  ),
  noFact('an age as text', 'data.youngestAge', createdWith({ youngestAge: '7' })),
  noFact('an age of a half', 'data.youngestAge', createdWith({ youngestAge: 7.5 })),
  noFact('an age of -1', 'data.youngestAge', createdWith({ youngestAge: -1 })),
  noFact(
    'an age beyond all numbers',
    'data.youngestAge',
    good.replace('"grade"', '"youngestAge":1e999,"grade"'),
  ),
  noFact('markers as one text', 'data.childMarkers', createdWith({ childMarkers: canary })),
  noFact(
    'thirty thousand markers',
    'data.childMarkers',
    createdWith({ childMarkers: Array(30_000).fill(canary) }),
  ),
  noFact(
    'a marker that is no text',
    'data.childMarkers.0',
    createdWith({ childMarkers: [{ name: canary }] }),
  ),
  noFact(
    'a marker of 1,025 characters',
    'data.childMarkers.0',
    createdWith({ childMarkers: [canary.padEnd(1_025, '.')] }),
  ),
  noFact(
    'truth as text',
    'data.childSeen',
    goodEvent('officer-attended', 'INC-BAD', { childSeen: 'true' }),
  ),
  noFact(
    'truth as a number',
    'data.reviewed',
    goodEvent('incident-updated', 'INC-BAD', { reviewed: 1 }),
  ),
  noFact(
    'an outcome that nobody knows',
    'data.outcome',
    goodEvent('incident-closed', 'INC-BAD', { outcome: canary }),
  ),
  noFact('an incident id with a line break', 'data.incidentId', {
    ...goodEvent('child-seen', `1\n${canary}`),
    id: 'x',
  }),
  noFact('an incident id of 129 characters', 'data.incidentId', {
    ...goodEvent('child-seen', canary.padEnd(129, '.')),
    id: 'x',
  }),
];

/** What may be left out of those that a good event has here. */
const optional = new Set([
  'incident-created childInvolvement',
  'incident-updated grade',
  'incident-updated childInvolvement',
  'incident-allocated unitId',
  'child-seen unitId',
]);

/** Every type of fact with each field that it must have missing, and `null`, in turn. */
const missing: readonly BadLine[] = (Object.keys(topicOf) as FactType[]).flatMap((type) => {
  const event = goodEvent(type, 'INC-BAD');
  const attributes = ['specversion', 'id', 'source', 'type', 'subject', 'data'];
  const fields = Object.keys(event['data'] as object);
  return [
    ...attributes.map((name) =>
      noFact(`${type} without ${name}`, name, { ...event, [name]: undefined }),
    ),
    ...fields.flatMap((name) => {
      if (optional.has(`${type} ${name}`)) return [];
      const place = `data.${name}`;
      return [
        noFact(
          `${type} without ${place}`,
          place,
          goodEvent(type, 'INC-BAD', { [name]: undefined }),
        ),
        noFact(
          `${type} with null for ${place}`,
          place,
          goodEvent(type, 'INC-BAD', { [name]: null }),
        ),
      ];
    }),
  ];
});

export const badLines: readonly BadLine[] = [...broken, ...otherJson, ...data, ...missing];
