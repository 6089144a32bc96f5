import { describe, expect, it } from 'vitest';
import { incompatibilities, releasedSchemas, type SchemaTexts } from './compatibility.ts';
import { recordNames, recordSchemas } from './records.ts';

const current: SchemaTexts = new Map(
  [...recordSchemas.values()].map(({ name, text }) => [name, text]),
);

interface Field {
  readonly name: string;
  readonly type: unknown;
  readonly default?: unknown;
}

/** The current schemas, with the fields of one record changed. */
function withFields(record: string, change: (fields: readonly Field[]) => readonly Field[]) {
  const schema = JSON.parse(current.get(record) ?? '') as { readonly fields: readonly Field[] };
  const text = JSON.stringify({ ...schema, fields: change(schema.fields) });
  return new Map([...current, [record, text]]);
}

describe('the current schemas', () => {
  it('read what every released version wrote', () => {
    const released = releasedSchemas();
    expect([...released.keys()]).toContain('v1');
    expect([...(released.get('v1')?.keys() ?? [])].sort()).toEqual([...recordNames].sort());
    expect(incompatibilities(current, released)).toEqual([]);
  });

  it.each(recordNames)('say of %s what each field means', (name) => {
    const undocumented: string[] = [];
    const look = (schema: unknown, path: string): void => {
      if (Array.isArray(schema)) for (const one of schema) look(one, path);
      if (typeof schema !== 'object' || schema === null) return;
      if ('items' in schema) look(schema.items, path);
      if (!('fields' in schema)) return;
      if (!('doc' in schema)) undocumented.push(path);
      for (const field of schema.fields as { name: string; doc?: string; type: unknown }[]) {
        if (!field.doc) undocumented.push(`${path}.${field.name}`);
        look(field.type, `${path}.${field.name}`);
      }
    };
    look(JSON.parse(current.get(name) ?? ''), name);
    expect(undocumented).toEqual([]);
  });
});

describe('the check of compatibility', () => {
  const released = new Map([['v1', current]]);
  const place = { name: 'place', type: 'string' };

  it('takes a new field with a default, and a field left out', () => {
    const more = withFields('incident-created', (all) => [...all, { ...place, default: '' }]);
    expect(incompatibilities(more, released)).toEqual([]);
    const fewer = withFields('incident-created', ([_, ...others]) => others);
    expect(incompatibilities(fewer, released)).toEqual([]);
  });

  it('refuses a new field without a default', () => {
    const changed = withFields('incident-created', (all) => [...all, place]);
    expect(incompatibilities(changed, released)).toEqual([
      expect.stringMatching(/^incident-created of v1: .*place/),
    ]);
  });

  it('refuses a default taken away from a field that an older release did not have', () => {
    const withDefault = withFields('alert', (all) => [...all, { ...place, default: '' }]);
    const without = withFields('alert', (all) => [...all, place]);
    expect(incompatibilities(without, new Map([['v2', withDefault]]))).toEqual([]);
    const both = new Map([...released, ['v2', withDefault]]);
    expect(incompatibilities(without, both)).toEqual([expect.stringMatching(/^alert of v1: /)]);
  });

  it('refuses another type for a field', () => {
    const changed = withFields('retraction', (all) =>
      all.map((field) => (field.name === 'revision' ? { ...field, type: 'string' } : field)),
    );
    expect(incompatibilities(changed, released)).toHaveLength(1);
  });

  it('refuses to lose a record, or its name', () => {
    const { alert = '', ...others } = Object.fromEntries(current);
    expect(incompatibilities(new Map(Object.entries(others)), released)).toEqual([
      'alert of v1: no schema reads it any more',
    ]);
    const renamed = new Map([...current, ['alert', alert.replace('"Alert"', '"Alarm"')]]);
    expect(incompatibilities(renamed, released)).toEqual([
      'alert of v1: the record was org.vigil.ledger.Alert, and is org.vigil.ledger.Alarm',
    ]);
  });
});
