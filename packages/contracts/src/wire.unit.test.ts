import avro from 'avsc';
import { describe, expect, it } from 'vitest';
import { type RecordName, recordNames, recordSchemas } from './records.ts';
import { SchemaUnavailable } from './registry-client.ts';
import { embeddedSchemas, type SchemaSource } from './schema-source.ts';
import { openWire, type Wire } from './wire.ts';

const created = {
  incidentId: 'INC-1',
  forceId: 'example',
  createdAt: Date.UTC(2026, 2, 2, 9),
  grade: 'priority',
};

interface Schema {
  readonly name: string;
  readonly fields: readonly { readonly name: string; readonly type: unknown }[];
}

function schemaOf(name: RecordName): Schema {
  return JSON.parse(recordSchemas.get(name)?.text ?? '') as Schema;
}

/** The id of the one schema that a {@link registryWith} has beside ours. */
const otherId = 4_000;

function registryWith(text: string): SchemaSource {
  const ours = embeddedSchemas();
  return {
    idOf: ours.idOf,
    textOf: async (id) => (id === otherId ? text : ours.textOf(id)),
  };
}

async function wireWith(schema: unknown): Promise<Wire> {
  return openWire(registryWith(JSON.stringify(schema)), recordNames);
}

/** A body as somebody else wrote it with their schema. */
function written(schema: object, value: unknown): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(otherId, 1);
  return Buffer.concat([head, avro.Type.forSchema(schema as avro.Schema).toBuffer(value)]);
}

describe('a record written with another version of its schema', () => {
  const ours = schemaOf('incident-created');

  it('is read when the version is newer: what is new is left behind', async () => {
    const newer = {
      ...ours,
      fields: [
        { name: 'callers', type: { type: 'array', items: 'string' } },
        ...ours.fields,
        { name: 'channel', type: { type: 'enum', name: 'Channel', symbols: ['telephone', 'web'] } },
      ],
    };
    const value = { ...created, callers: ['first', 'second'], channel: 'web' };
    const wire = await wireWith(newer);
    const decoded = await wire.decode(written(newer, value));
    expect(decoded).toMatchObject({ ok: true, name: 'incident-created', value: created });
    expect(decoded).not.toHaveProperty('value.callers');
    // For the chain of the ledger it is what it was when it was written.
    const asWritten = await wire.decodeAsWritten(written(newer, value));
    expect(asWritten).toMatchObject({ ok: true, name: 'incident-created', value });
  });

  it('is read when the version is older: what it did not have is absent', async () => {
    const required = Object.keys(created);
    const older = { ...ours, fields: ours.fields.filter(({ name }) => required.includes(name)) };
    const wire = await wireWith(older);
    const bytes = written(older, created);
    expect(await wire.decode(bytes)).toMatchObject({ ok: true, value: created });
    // The second time at once: the schema is asked for once.
    expect(wire.decode(bytes)).toMatchObject({ ok: true, value: created });
    expect(await wire.decodeAsWritten(bytes)).toEqual({
      ok: true,
      name: 'incident-created',
      value: created,
    });
  });

  it('is refused when it lacks what is needed', async () => {
    const without = { ...ours, fields: ours.fields.filter(({ name }) => name !== 'grade') };
    const wire = await wireWith(without);
    expect(await wire.decode(written(without, created))).toMatchObject({
      reason: 'incompatible-schema',
    });
  });
});

describe('bytes that are not one of our records', () => {
  it('are refused when they are a record that Vigil does not know', async () => {
    const unknown = { ...schemaOf('incident-created'), name: 'IncidentMislaid' };
    const wire = await wireWith(unknown);
    const decoded = await wire.decode(written(unknown, created));
    expect(decoded).toMatchObject({
      reason: 'wrong-record',
      detail: expect.stringContaining('org.vigil.facts.IncidentMislaid'),
    });
  });

  it.each([
    ['JSON', '{"type":"object","properties":{}}'],
    ['Protobuf', 'syntax = "proto3"; message IncidentCreated {}'],
  ])('are refused when their schema is of %s', async (_, text) => {
    const wire = await openWire(registryWith(text), recordNames);
    expect(await wire.decode(written({ type: 'string' }, 'x'))).toMatchObject({
      reason: 'incompatible-schema',
    });
  });

  it('are refused when a count in them is damaged, at once and without filling the memory', async () => {
    const wire = await openWire(embeddedSchemas(), recordNames);
    const whole = wire.encode('incident-created', { ...created, childMarkers: ['x'] });
    const list = whole.lastIndexOf(Buffer.from([2, 2, 0x78, 0]));
    const count = Buffer.from([0xfe, 0xff, 0xff, 0xff, 0x1f]);
    const damaged = Buffer.concat([whole.subarray(0, list), count]);
    expect(await wire.decode(damaged)).toMatchObject({ reason: 'truncated-avro' });
  });
});

describe('a registry that cannot be asked', () => {
  it('makes the reading fail, and the record is not refused', async () => {
    const ours = embeddedSchemas();
    let reachable = false;
    const wire = await openWire(
      {
        idOf: ours.idOf,
        textOf: async (id) => {
          if (reachable) return ours.textOf(id);
          throw new SchemaUnavailable('no answer');
        },
      },
      recordNames,
    );
    const bytes = wire.encode('incident-created', created);
    await expect(wire.decode(bytes)).rejects.toThrow(SchemaUnavailable);
    reachable = true;
    expect(await wire.decode(bytes)).toMatchObject({ ok: true });
  });
});
