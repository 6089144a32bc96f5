import { SchemaRegistry } from '@kafkajs/confluent-schema-registry';
import type { Fact, FactId, ForceId, IncidentId, SourceId } from '@vigil/domain/facts/fact';
import type { Duration } from '@vigil/domain/time/duration';
import type { Instant } from '@vigil/domain/time/instant';
import { describeWithServers, realServers, testDeployment } from '@vigil/test/servers/servers';
import avro from 'avsc';
import { expect, it } from 'vitest';
import { stored } from '../testing/stored.ts';
import { openCodec } from './codec.ts';
import { releasedSchemas } from './compatibility.ts';
import { type RecordSchema, recordSchemas } from './records.ts';
import { SchemaIncompatible } from './registry-client.ts';
import { registrySchemas, SchemaMissing } from './schema-source.ts';
import { topicNames } from './topics.ts';

const nine = Date.UTC(2026, 2, 2, 9) as Instant;
const fact: Fact = {
  type: 'incident-created',
  id: 'f1' as FactId,
  source: 'urn:police:example:cad' as SourceId,
  incidentId: 'INC-1' as IncidentId,
  at: nine,
  forceId: 'example' as ForceId,
  grade: 'priority',
  childMarkers: ['child-protection-plan'],
};

/** A namespace of the test's own: subjects are named after records, and tests share the registry. */
const namespace = (): string => `org.${testDeployment('vigil').replaceAll('-', '_')}`;

function schemaIn(space: string, text: string): RecordSchema {
  const moved = text.replace('"org.vigil.', `"${space}.`);
  const type = avro.Type.forSchema(JSON.parse(moved));
  return { name: 'alert', fullName: type.name ?? '', text: moved, type };
}

function recordIn(space: string, fields: readonly object[]): RecordSchema {
  const schema = { type: 'record', name: 'Sample', namespace: 'org.vigil.samples', fields };
  return schemaIn(space, JSON.stringify(schema));
}

describeWithServers('schemas in a real registry', () => {
  const source = (register: boolean) =>
    registrySchemas({ url: realServers().registryUrl, register });

  it('are registered once, also by several instances at once, and found by others', async () => {
    const all = [...recordSchemas.values()];
    const idsBy = (register: boolean) => {
      const schemas = source(register);
      return Promise.all(all.map((schema) => schemas.idOf(schema)));
    };
    const [first, second] = await Promise.all([idsBy(true), idsBy(true)]);
    expect(second).toEqual(first);
    expect(new Set(first).size).toBe(all.length);
    expect(await idsBy(false)).toEqual(first);
    for (const [index, { type }] of all.entries()) {
      const kept = await source(false).textOf(first[index] ?? 0);
      expect(type.equals(avro.Type.forSchema(JSON.parse(kept ?? '')))).toBe(true);
    }
  });

  it('are missing, with the remedy, where nobody registered them', async () => {
    const schema = recordIn(namespace(), [{ name: 'a', type: 'string' }]);
    await expect(source(false).idOf(schema)).rejects.toThrow(SchemaMissing);
    await expect(source(false).idOf(schema)).rejects.toThrow(/vigil topics apply/);
  });

  it('are none for an id that nobody was given', async () => {
    expect(await source(false).textOf(2_000_000_000)).toBeUndefined();
    expect(await source(false).textOf(0xffff_ffff)).toBeUndefined();
    expect(await source(false).textOf(0)).toBeUndefined();
  });

  it('are taken in the order in which they were released', async () => {
    const space = namespace();
    for (const schemas of releasedSchemas().values()) {
      for (const text of schemas.values()) await source(true).idOf(schemaIn(space, text));
    }
    for (const { text } of recordSchemas.values()) await source(true).idOf(schemaIn(space, text));
  });

  it('are refused when they cannot read the version before, or any before that', async () => {
    const space = namespace();
    const a = { name: 'a', type: 'string' };
    const b = { name: 'b', type: 'int', default: 0 };
    const register = (...fields: object[]) => source(true).idOf(recordIn(space, fields));
    await register(a);
    await register(a, b);
    await expect(register(a, b, { name: 'c', type: 'int' })).rejects.toThrow(SchemaIncompatible);
    await register(b);
    // Fits the last version, which has no `a`, and not the first, whose `a` is text.
    const number = { name: 'a', type: 'int', default: 0 };
    await expect(register(b, number)).rejects.toThrow(SchemaIncompatible);
  });

  it('let another client read our records, and us what it wrote', async () => {
    const topics = topicNames();
    const codec = await openCodec(source(true), topics, { maxAhead: 0 as Duration });
    const written = stored(codec.encodeFact(fact), {
      topic: topics.input['incident-created'],
      timestamp: nine,
    });
    const other = new SchemaRegistry({ host: realServers().registryUrl });
    const value: unknown = await other.decode(written.value ?? Buffer.alloc(0));
    expect(value).toMatchObject({ incidentId: 'INC-1', createdAt: nine, grade: 'priority' });
    const id = written.value?.readUInt32BE(1) ?? 0;
    const theirs = { ...written, value: await other.encode(id, value) };
    expect(await codec.decode(theirs)).toEqual({ kind: 'fact', fact });
  });

  it('reject a record whose schema is no Avro, and do not stop at it', async () => {
    const { registryUrl } = realServers();
    const answer = await fetch(`${registryUrl}/subjects/${testDeployment('json')}/versions`, {
      method: 'POST',
      headers: { 'content-type': 'application/vnd.schemaregistry.v1+json' },
      body: JSON.stringify({
        schemaType: 'JSON',
        schema: '{"$schema":"http://json-schema.org/draft-07/schema#","type":"object"}',
      }),
    });
    expect(answer.status).toBe(200);
    const { id } = (await answer.json()) as { id: number };
    const topics = topicNames();
    const codec = await openCodec(source(true), topics, { maxAhead: 0 as Duration });
    const record = stored(codec.encodeFact(fact), {
      topic: topics.input['incident-created'],
      timestamp: nine,
    });
    const value = Buffer.from(record.value ?? []);
    value.writeUInt32BE(id, 1);
    expect(await codec.decode({ ...record, value })).toMatchObject({
      kind: 'rejected',
      reason: 'incompatible-schema',
    });
    expect(await codec.decode(record)).toMatchObject({ kind: 'fact' });
  });
});
