/** Records that are no facts, each of which goes to the dead letters with the reason it has here. */
import { maxFactBytes } from '@vigil/contracts/facts-codec';
import {
  type FactType,
  type InputTopic,
  inputTopics,
  instantField,
  topicOf,
} from '@vigil/domain/facts/fact';
import type { OutgoingRecord } from '@vigil/event-log/port';
import { canary } from './canary.ts';
import { type Forge, topicFor } from './forge.ts';

/** A record that no consumer may take in. */
export interface BadRecord {
  readonly name: string;
  readonly topic: InputTopic;
  /** As the dead letter says it. */
  readonly reason: string;
  readonly make: (forge: Forge) => OutgoingRecord;
}

type Type = FactType | 'feed-heartbeat';

function bad(
  name: string,
  reason: string,
  type: Type,
  changes: Parameters<Forge['fact']>[1] = {},
  topic: InputTopic = topicFor(type),
): BadRecord {
  return { name, topic, reason, make: (forge) => forge.fact(type, changes) };
}

const headBytes = 5;
const withId = (id: number) => (good: Buffer) => {
  const forged = Buffer.from(good);
  forged.writeUInt32BE(id, 1);
  return forged;
};
const cutTo = (share: number) => (good: Buffer) =>
  good.subarray(0, headBytes + Math.floor((good.length - headBytes) * share));
const bodyOf =
  (...bytes: number[]) =>
  (good: Buffer) =>
    Buffer.concat([good.subarray(0, headBytes), Buffer.from(bytes)]);
/** The bytes of a text in the value, exchanged for as many others. */
const exchanged = (text: string, bytes: Buffer) => (good: Buffer) => {
  const at = good.indexOf(text);
  return Buffer.concat([good.subarray(0, at), bytes, good.subarray(at + text.length)]);
};
const endless = Array<number>(64).fill(0xff);
const longText = (length: number) => canary.padEnd(length, '·x');

const values: readonly BadRecord[] = [
  bad('a tombstone', 'empty', 'incident-created', { value: () => null }),
  bad('a tombstone of an attendance', 'empty', 'officer-attended', { value: () => null }),
  bad('a value of no bytes', 'not-avro', 'incident-created', { value: () => Buffer.alloc(0) }),
  bad('a magic byte of 1', 'not-avro', 'incident-created', {
    value: (good) => Buffer.concat([Buffer.from([1]), good.subarray(1)]),
  }),
  bad('a schema id and no body', 'not-avro', 'officer-attended', { value: cutTo(0) }),
  bad('half a schema id', 'not-avro', 'officer-attended', { value: (good) => good.subarray(0, 3) }),
  bad('a line of text', 'not-avro', 'incident-updated', {
    value: () => Buffer.from(`${canary} called`),
  }),
  bad('JSON instead of Avro', 'not-avro', 'officer-attended', {
    value: () => Buffer.from(JSON.stringify({ incidentId: 'INC-FORGED', officer: canary })),
  }),
  bad('text in UTF-16', 'not-avro', 'incident-created', {
    value: () => Buffer.from(`\uFEFF${canary}`, 'utf16le'),
  }),
  bad('a picture', 'not-avro', 'incident-created', {
    value: () => Buffer.from('89504e470d0a1a0a', 'hex'),
  }),
  bad('a schema id that nobody registered', 'unknown-schema', 'incident-created', {
    value: withId(0x7fff_fff0),
  }),
  bad('a schema id beyond all registries', 'unknown-schema', 'officer-attended', {
    value: withId(0xffff_ffff),
  }),
  bad('the schema id 0', 'unknown-schema', 'incident-updated', { value: withId(0) }),
  ...[0.1, 0.5, 0.9].map((share) =>
    bad(`Avro cut after ${share * 100} %`, 'truncated-avro', 'incident-created', {
      value: cutTo(share),
    }),
  ),
  bad('Avro without its last byte', 'truncated-avro', 'officer-attended', {
    value: (good) => good.subarray(0, -1),
  }),
  bad('Avro with a byte too many', 'truncated-avro', 'officer-attended', {
    value: (good) => Buffer.concat([good, Buffer.from([0])]),
  }),
  bad('Avro twice over', 'truncated-avro', 'incident-closed', {
    value: (good) => Buffer.concat([good, good.subarray(headBytes)]),
  }),
  bad('a text that says it is 2^31 bytes long', 'truncated-avro', 'incident-created', {
    value: bodyOf(0xfe, 0xff, 0xff, 0xff, 0x0f, 0x41),
  }),
  bad('a text of negative length', 'truncated-avro', 'officer-attended', {
    value: bodyOf(0x01, 0x41),
  }),
  bad('a number that never ends', 'truncated-avro', 'officer-attended', {
    value: bodyOf(...endless),
  }),
  bad('a list that counts 2^40 markers', 'truncated-avro', 'incident-created', {
    value: (good) => {
      const at = good.indexOf(canary) - 2;
      const count = Buffer.from([0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01]);
      return Buffer.concat([good.subarray(0, at), count, good.subarray(at + 1)]);
    },
  }),
  bad('a union with a branch that is not there', 'truncated-avro', 'incident-allocated', {
    value: (good) => Buffer.concat([good.subarray(0, -6), Buffer.from([0x7e]), good.subarray(-5)]),
  }),
  bad('Latin-1 where UTF-8 belongs', 'not-utf8', 'officer-attended', {
    value: exchanged('EX21', Buffer.from('Caf\xe9', 'latin1')),
  }),
  bad('half a surrogate pair in UTF-8', 'not-utf8', 'incident-created', {
    value: exchanged('example', Buffer.from([0x41, 0x41, 0xed, 0xa0, 0x80, 0x41, 0x41])),
  }),
  bad('an overlong slash', 'not-utf8', 'incident-created', {
    value: exchanged('example', Buffer.from([0x41, 0x41, 0x41, 0xc0, 0xaf, 0x41, 0x41])),
  }),
  bad('one byte more than a fact may have', 'too-large', 'incident-created', {
    value: (good) => Buffer.concat([good, Buffer.alloc(maxFactBytes + 1 - good.length, canary)]),
  }),
  bad('nearly a megabyte', 'too-large', 'officer-attended', {
    value: (good) => Buffer.concat([good, Buffer.alloc(900_000, canary)]),
  }),
  {
    name: 'an alert',
    topic: 'incident-created',
    reason: 'wrong-record',
    make: (forge) => forge.fact('incident-created', { value: () => deadLetterOf(forge) }),
  },
  bad(
    'an attendance that calls itself a creation',
    'wrong-record',
    'officer-attended',
    {
      attributes: { type: 'incident-created' },
    },
    'incident-created',
  ),
];

/** A dead letter is a record of Vigil's too, and no fact. */
function deadLetterOf(forge: Forge): Buffer {
  return forge.value('dead-letter', {
    topic: 'incident-created',
    partition: 0,
    offset: '0',
    timestamp: 0,
    key: null,
    value: Buffer.from(canary),
    headers: {},
    reason: canary,
    detail: canary,
    incidentId: null,
    putAsideAt: 0,
  });
}

const attributes: readonly BadRecord[] = [
  bad('no headers of a CloudEvent', 'not-a-cloud-event', 'incident-created', {
    attributes: { specversion: null, id: null, source: null, type: null, subject: null },
  }),
  bad('no ce_specversion', 'not-a-cloud-event', 'incident-created', {
    attributes: { specversion: null },
  }),
  bad('another version of CloudEvents', 'not-a-cloud-event', 'officer-attended', {
    attributes: { specversion: '0.3' },
  }),
  bad('no ce_id', 'invalid-fact', 'incident-created', { attributes: { id: null } }),
  bad('no ce_source', 'invalid-fact', 'incident-updated', { attributes: { source: null } }),
  bad('no ce_type', 'wrong-record', 'officer-attended', { attributes: { type: null } }),
  bad('no ce_subject', 'invalid-fact', 'officer-attended', { attributes: { subject: null } }),
  bad('an empty ce_id', 'invalid-fact', 'incident-created', { attributes: { id: '' } }),
  bad('a ce_id of 1,025 characters', 'invalid-fact', 'incident-created', {
    attributes: { id: longText(1_025) },
  }),
  bad('a ce_id that forges a line of a log', 'invalid-fact', 'officer-attended', {
    attributes: { id: `1\n{"level":"info","msg":"${canary}"}` },
  }),
  bad('a ce_id with NUL', 'invalid-fact', 'incident-created', {
    attributes: { id: `1\0${canary}` },
  }),
  bad('a ce_source with a sequence for terminals', 'invalid-fact', 'incident-created', {
    attributes: { source: `urn:\u001b[2J${canary}` },
  }),
  bad('a ce_type that is a key of every object', 'wrong-record', 'incident-created', {
    attributes: { type: '__proto__' },
  }),
  bad('a ce_type that nobody knows', 'wrong-record', 'incident-created', {
    attributes: { type: canary },
  }),
  bad('a ce_subject of another incident', 'invalid-fact', 'officer-attended', {
    attributes: { subject: canary },
  }),
  bad('a ce_time without an offset', 'invalid-fact', 'incident-created', {
    attributes: { time: '2026-03-02T09:00:00' },
  }),
  bad('a ce_time in the year 0', 'invalid-fact', 'incident-created', {
    attributes: { time: '0000-03-02T09:00:00Z' },
  }),
  bad('a ce_time in the year 9999', 'invalid-fact', 'officer-attended', {
    attributes: { time: '9999-12-31T23:59:59Z' },
  }),
  bad('a ce_time in words', 'invalid-fact', 'officer-attended', {
    attributes: { time: `when ${canary} rang` },
  }),
  bad('a ce_id in Latin-1', 'not-utf8', 'officer-attended', {
    attributes: { id: Buffer.from('caf\xe9', 'latin1') },
  }),
  bad('a ce_subject in Latin-1, as the key', 'not-utf8', 'officer-attended', {
    attributes: { subject: Buffer.from('INC-\xe9', 'latin1') },
    key: Buffer.from('INC-\xe9', 'latin1'),
  }),
  bad('a header named as what every object has', 'empty', 'officer-attended', {
    value: () => null,
    headers: { constructor: canary, toString: canary, valueOf: canary },
  }),
  bad('a thousand headers', 'empty', 'incident-created', {
    value: () => null,
    headers: Object.fromEntries(Array.from({ length: 1_000 }, (_, i) => [`x-${i}`, canary])),
  }),
  bad('no key', 'wrong-key', 'incident-created', { key: null }),
  bad('the key of another incident', 'wrong-key', 'officer-attended', { key: canary }),
  bad('an empty key', 'wrong-key', 'incident-updated', { key: '' }),
  bad('a key with a byte too many', 'wrong-key', 'officer-attended', { key: 'INC-FORGED\0' }),
  bad('a key that only looks the same once it is decoded', 'wrong-key', 'officer-attended', {
    key: Buffer.from('INC-\xff', 'latin1'),
    data: { incidentId: 'INC-\uFFFD' },
    attributes: { subject: 'INC-\uFFFD' },
  }),
];

const tooManyMarkers = Array.from({ length: 101 }, () => canary);

const data: readonly BadRecord[] = [
  ...(
    ['incident-created', 'incident-closed', 'officer-attended', 'attendance-aborted'] as const
  ).flatMap((type) => [
    bad(`${type} in the year 0`, 'invalid-fact', type, {
      data: { [instantField[type]]: Date.UTC(0, 0, 1) - 60_000_000_000_000 },
    }),
    bad(`${type} in the year 9999`, 'invalid-fact', type, {
      data: { [instantField[type]]: Date.UTC(9999, 11, 31) },
    }),
  ]),
  bad('seconds where milliseconds belong, far ahead', 'ahead-of-its-record', 'incident-created', {
    data: { createdAt: Date.UTC(2199, 0, 1) },
  }),
  bad('a heartbeat from the future', 'ahead-of-its-record', 'feed-heartbeat', {
    data: { at: Date.UTC(2100, 0, 1) },
  }),
  bad('a heartbeat of another source', 'invalid-fact', 'feed-heartbeat', {
    data: { source: canary },
  }),
  bad('an empty incident id', 'invalid-fact', 'officer-attended', {
    data: { incidentId: '' },
    attributes: { subject: '' },
    key: '',
  }),
  bad('an incident id of 129 characters', 'invalid-fact', 'incident-created', {
    data: { incidentId: longText(129) },
    attributes: { subject: longText(129) },
    key: longText(129),
  }),
  bad('an incident id with a line break', 'invalid-fact', 'incident-created', {
    data: { incidentId: `1\r\n${canary}` },
    attributes: { subject: `1\r\n${canary}` },
    key: `1\r\n${canary}`,
  }),
  bad('an incident id with NUL', 'invalid-fact', 'officer-attended', {
    data: { incidentId: `1\0${canary}` },
    attributes: { subject: `1\0${canary}` },
    key: `1\0${canary}`,
  }),
  bad('a unit with a control character of eight bits', 'invalid-fact', 'officer-attended', {
    data: { unitId: `EX\u0085${canary}` },
  }),
  bad('no unit in an attendance', 'invalid-fact', 'officer-attended', { data: { unitId: '' } }),
  bad('no force', 'invalid-fact', 'incident-created', { data: { forceId: '' } }),
  bad('a grade that nobody knows', 'invalid-fact', 'incident-created', { data: { grade: canary } }),
  bad('a grade that is a key of every object', 'invalid-fact', 'incident-created', {
    data: { grade: '__proto__' },
  }),
  bad('a grade in capitals', 'invalid-fact', 'incident-updated', { data: { grade: 'PRIORITY' } }),
  bad('an outcome that nobody knows', 'invalid-fact', 'incident-closed', {
    data: { outcome: canary },
  }),
  bad('a child of -1 years', 'invalid-fact', 'incident-created', { data: { youngestAge: -1 } }),
  bad('a child of 151 years', 'invalid-fact', 'incident-updated', { data: { youngestAge: 151 } }),
  bad('a hundred and one markers', 'invalid-fact', 'incident-created', {
    data: { childMarkers: tooManyMarkers },
  }),
  bad('a marker of 1,025 characters', 'invalid-fact', 'incident-updated', {
    data: { childMarkers: [longText(1_025)] },
  }),
  bad('a type of incident of 1,025 characters', 'invalid-fact', 'incident-created', {
    data: { incidentType: longText(1_025) },
  }),
];

/** Every type of fact on each topic that is not its own. */
const misplaced: readonly BadRecord[] = (Object.keys(topicOf) as FactType[]).flatMap((type) =>
  inputTopics
    .filter((topic) => topic !== topicOf[type])
    .map((topic) => bad(`${type} on ${topic}`, 'wrong-topic', type, {}, topic)),
);

export const badRecords: readonly BadRecord[] = [...values, ...attributes, ...data, ...misplaced];

/** A record on the alert topic that Vigil did not write: it carries no link of the chain. */
export interface ForeignRecord {
  readonly name: string;
  readonly reason: string;
  readonly make: (forge: Forge) => OutgoingRecord;
}

const foreign = (name: string, value: (forge: Forge) => Buffer | null): ForeignRecord => ({
  name,
  reason: 'not-of-the-ledger',
  make: (forge) => ({ key: canary, value: value(forge), headers: { clerk: canary } }),
});

const goodValue = (forge: Forge, type: Type): Buffer => forge.fact(type).value ?? Buffer.alloc(0);

export const foreignRecords: readonly ForeignRecord[] = [
  foreign('a tombstone', () => null),
  foreign('no bytes', () => Buffer.alloc(0)),
  foreign('a line of text', () => Buffer.from(canary)),
  foreign('a magic byte of 1', (forge) =>
    Buffer.concat([Buffer.from([1]), goodValue(forge, 'child-seen')]),
  ),
  foreign('a schema id that nobody registered', (forge) =>
    withId(0x7fff_fff0)(goodValue(forge, 'child-seen')),
  ),
  foreign('a fact', (forge) => goodValue(forge, 'officer-attended')),
  foreign('a dead letter', deadLetterOf),
  foreign('an alert that is cut', (forge) => forge.claiming('alert', Buffer.from(canary))),
  foreign('a retraction with bytes too many', (forge) =>
    forge.claiming('retraction', Buffer.alloc(900_000, canary)),
  ),
];
