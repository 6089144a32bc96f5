import type { IncidentId } from '@vigil/domain/facts/fact';
import type { Instant } from '@vigil/domain/time/instant';
import { beforeAll, describe, expect, it } from 'vitest';
import { stored } from '../testing/stored.ts';
import { decodeDeadLetter, encodeDeadLetter, maxDetailLength } from './dead-letter.ts';
import type { StoredRecord } from './log-record.ts';
import { recordNames } from './records.ts';
import { embeddedSchemas } from './schema-source.ts';
import { openWire, type Wire } from './wire.ts';

const nine = Date.UTC(2026, 2, 2, 9) as Instant;
const why = { reason: 'not-avro', detail: 'does not begin with a zero byte', at: nine };
const record: StoredRecord = {
  topic: 'incident-created',
  partition: 3,
  offset: 9_007_199_254_740_993n,
  timestamp: nine,
  key: Buffer.from('INC-1'),
  value: Buffer.from([1, 2, 3]),
  headers: { ce_id: Buffer.from('f1'), ce_subject: Buffer.from('INC-1') },
};

let wire: Wire;
beforeAll(async () => {
  wire = await openWire(embeddedSchemas(), recordNames);
});

async function read(from: StoredRecord, reason: Parameters<typeof encodeDeadLetter>[2] = why) {
  const letter = encodeDeadLetter(wire, from, reason);
  return decodeDeadLetter(wire, stored(letter, { topic: 'vigil-dead-letters', timestamp: nine }));
}

describe('a dead letter', () => {
  it('keeps the record whole, with where it stood and why it was put aside', async () => {
    expect(await read(record)).toEqual({
      topic: 'incident-created',
      partition: 3,
      offset: '9007199254740993',
      timestamp: nine,
      key: record.key,
      value: record.value,
      headers: record.headers,
      reason: 'not-avro',
      detail: 'does not begin with a zero byte',
      incidentId: 'INC-1',
      putAsideAt: nine,
    });
  });

  it('has the headers that tools for Kafka Connect look for, and one key a record', () => {
    expect(encodeDeadLetter(wire, record, why)).toMatchObject({
      key: 'incident-created-3-9007199254740993',
      headers: {
        '__connect.errors.topic': 'incident-created',
        '__connect.errors.partition': '3',
        '__connect.errors.offset': '9007199254740993',
        '__connect.errors.exception.class.name': 'not-avro',
        '__connect.errors.exception.message': 'does not begin with a zero byte',
      },
    });
  });

  it('names no incident when key and subject disagree, or are no identifier', async () => {
    const other = { ...record.headers, ce_subject: Buffer.from('INC-2') };
    expect(await read({ ...record, headers: other })).not.toHaveProperty('incidentId');
    const long = Buffer.from('I'.repeat(129));
    const headers = { ...record.headers, ce_subject: long };
    expect(await read({ ...record, key: long, headers })).not.toHaveProperty('incidentId');
    const known = { ...why, incidentId: 'INC-3' as IncidentId };
    expect(await read({ ...record, headers: other }, known)).toHaveProperty('incidentId', 'INC-3');
  });

  it('can be written of a record without key, value, or with a header that is null', async () => {
    const headers = { empty: null } as unknown as StoredRecord['headers'];
    const letter = await read({ ...record, key: null, value: null, headers });
    expect(letter).not.toHaveProperty('key');
    expect(letter).not.toHaveProperty('value');
    expect(letter.headers).toEqual({ empty: Buffer.alloc(0) });
  });

  it('cuts a detail that goes on and on', async () => {
    const { detail } = await read(record, { ...why, detail: 'x'.repeat(100_000) });
    expect(detail).toHaveLength(maxDetailLength);
  });

  it('is not read from a record that is none', async () => {
    await expect(decodeDeadLetter(wire, record)).rejects.toThrow('incident-created-3 at 9007');
  });
});
