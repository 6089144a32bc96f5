import type { FactType } from '@vigil/domain/facts/fact';
import type { Duration } from '@vigil/domain/time/duration';
import { beforeAll, describe, expect, it } from 'vitest';
import { stored } from '../testing/stored.ts';
import { decodeFact } from './facts-codec.ts';
import { recordNames } from './records.ts';
import { embeddedSchemas } from './schema-source.ts';
import { openWire, type Wire } from './wire.ts';

const nine = Date.UTC(2026, 2, 2, 9);
const maxAhead = 300_000 as Duration;
const created = { incidentId: 'INC-1', forceId: 'example', createdAt: nine, grade: 'priority' };

let wire: Wire;
beforeAll(async () => {
  wire = await openWire(embeddedSchemas(), recordNames);
});

/** Decodes a creation as a source may have written it: Avro takes it, the rules of facts may not. */
function decode(data: object, headers: Readonly<Record<string, string>> = {}) {
  const { incidentId } = { ...created, ...data };
  const record = {
    key: incidentId,
    value: wire.encode('incident-created', { ...created, ...data }),
    headers: {
      ce_specversion: '1.0',
      ce_id: 'f1',
      ce_source: 'urn:police:example:cad',
      ce_type: 'incident-created' satisfies FactType,
      ce_subject: incidentId,
      ...headers,
    },
  };
  const place = { topic: 'incident-created', timestamp: nine };
  return decodeFact(wire, stored(record, place), 'incident-created', maxAhead);
}

describe('a fact that Avro takes and the rules of facts do not', () => {
  it.each([
    [{ youngestAge: 151 }, 'data.youngestAge must not be above 150'],
    [{ youngestAge: -1 }, 'data.youngestAge must not be below 0'],
    [{ grade: 'urgent' }, 'data.grade must be one of immediate, priority'],
    [{ setting: 'maritime' }, 'data.setting must be one of urban, rural'],
    [{ createdAt: Date.UTC(1899, 11, 31) }, 'data.createdAt is outside the years 1900 to 2199'],
    [{ createdAt: Date.UTC(2200, 0, 1) }, 'data.createdAt is outside the years 1900 to 2199'],
    [{ incidentId: 'I'.repeat(129) }, 'data.incidentId is longer than 128 characters'],
    [{ incidentId: 'INC\n1' }, 'data.incidentId must not have control characters'],
    [{ forceId: '' }, 'data.forceId must not be empty'],
    [{ areaId: 'a\u0000' }, 'data.areaId must not have control characters'],
  ])('is rejected with the field and the problem: %o', async (data, detail) => {
    expect(await decode(data)).toMatchObject({
      kind: 'rejected',
      reason: 'invalid-fact',
      detail: expect.stringContaining(detail),
    });
  });

  it.each([
    [{ ce_id: '' }, 'id must not be empty'],
    [{ ce_source: 'urn:a\tb' }, 'source must not have control characters'],
    [{ ce_time: '2026-03-02T09:00:00' }, 'time has no offset'],
    [{ ce_subject: 'INC-2' }, 'subject must be the same as data.incidentId'],
  ])('is rejected for its attributes: %o', async (headers, detail) => {
    expect(await decode({}, headers)).toMatchObject({
      kind: 'rejected',
      reason: 'invalid-fact',
      detail: expect.stringContaining(detail),
    });
  });

  it('is rejected without a word of what it says', async () => {
    const decoded = await decode({ grade: 'Jane Example, 1 High Street', youngestAge: 151 });
    expect(JSON.stringify(decoded)).not.toMatch(/Jane|High Street|INC-1/);
  });
});

describe('a fact dated after the record that carries it', () => {
  it('is taken in up to maxAhead, to the millisecond', async () => {
    expect(await decode({ createdAt: nine + maxAhead })).toMatchObject({ kind: 'fact' });
    expect(await decode({ createdAt: nine + maxAhead + 1 })).toMatchObject({
      kind: 'rejected',
      reason: 'ahead-of-its-record',
    });
  });
});
