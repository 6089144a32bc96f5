import avro, { type Type } from 'avsc';
import { type RecordName, type RecordSchema, recordSchemas } from './records.ts';
import type { SchemaSource } from './schema-source.ts';

/** Confluent's wire format: a zero byte, the schema's id in four bytes, the Avro body. */
const headBytes = 5;

/** Bytes to records and back. */
export interface Wire {
  /** Encodes at once; the ids were asked for when the wire was opened. */
  encode(name: RecordName, value: object): Buffer;
  /**
   * Decodes with the schema it was written with, resolved to ours.
   * @throws SchemaUnavailable when that schema cannot be asked for.
   */
  decode(bytes: Buffer): Decoded | Promise<Decoded>;
}

export type Decoded =
  | {
      readonly ok: true;
      readonly name: RecordName;
      readonly value: Readonly<Record<string, unknown>>;
    }
  | { readonly ok: false; readonly reason: UnreadableReason; readonly detail: string };

export type UnreadableReason =
  | 'not-avro'
  | 'unknown-schema'
  | 'wrong-record'
  | 'incompatible-schema'
  | 'truncated-avro';

interface Reader {
  readonly schema: RecordSchema;
  readonly read: (body: Buffer) => unknown;
}

/** Opens the wire: asks for the id of every record that will be written. */
export async function openWire(source: SchemaSource, writes: readonly RecordName[]): Promise<Wire> {
  const heads = new Map<RecordName, Buffer>();
  const readers = new Map<number, Reader | Decoded>();
  for (const name of writes) {
    const schema = schemaOf(name);
    const head = Buffer.alloc(headBytes);
    head.writeUInt32BE(await source.idOf(schema), 1);
    heads.set(name, head);
  }
  const readerFor = async (id: number): Promise<Reader | Decoded> => {
    const text = await source.textOf(id);
    const reader =
      text === undefined
        ? unreadable('unknown-schema', `the registry has no schema with id ${id}`)
        : readerOf(text);
    // One that is not there may be registered a moment later.
    if (text !== undefined) readers.set(id, reader);
    return reader;
  };
  return {
    encode(name, value) {
      const head = heads.get(name);
      if (head === undefined) throw new Error(`${name} was not opened for writing`);
      return Buffer.concat([head, schemaOf(name).type.toBuffer(value)]);
    },
    decode(bytes) {
      if (bytes.length <= headBytes || bytes[0] !== 0) {
        return unreadable('not-avro', 'does not begin with a zero byte and a schema id');
      }
      const id = bytes.readUInt32BE(1);
      const known = readers.get(id);
      const body = bytes.subarray(headBytes);
      return known === undefined
        ? readerFor(id).then((reader) => readWith(reader, body))
        : readWith(known, body);
    },
  };
}

function schemaOf(name: RecordName): RecordSchema {
  const schema = recordSchemas.get(name);
  if (schema === undefined) throw new Error(`there is no record ${name}`);
  return schema;
}

function readerOf(text: string): Reader | Decoded {
  let written: Type;
  try {
    written = avro.Type.forSchema(JSON.parse(text));
  } catch {
    return unreadable('incompatible-schema', 'its schema is not an Avro schema');
  }
  const schema = [...recordSchemas.values()].find(({ fullName }) => fullName === written.name);
  if (schema === undefined) {
    return unreadable(
      'wrong-record',
      `is a ${written.name ?? 'nameless'} record, which Vigil does not know`,
    );
  }
  const { type } = schema;
  if (type.equals(written)) return { schema, read: (body) => type.fromBuffer(body) };
  try {
    const resolver = type.createResolver(written);
    return { schema, read: (body) => type.fromBuffer(body, resolver) };
  } catch {
    return unreadable('incompatible-schema', `its schema cannot be read as ${schema.fullName}`);
  }
}

function readWith(reader: Reader | Decoded, body: Buffer): Decoded {
  if ('ok' in reader) return reader;
  try {
    // avsc checks that the body ends where the record does.
    const value = withoutNulls(reader.read(body));
    return { ok: true, name: reader.schema.name, value };
  } catch {
    return unreadable('truncated-avro', `is not a whole ${reader.schema.fullName}`);
  }
}

const unreadable = (reason: UnreadableReason, detail: string): Decoded => ({
  ok: false,
  reason,
  detail,
});

/** Avro writes null for what is absent; in Vigil it is absent. */
function withoutNulls(value: unknown): Readonly<Record<string, unknown>> {
  const kept: Record<string, unknown> = {};
  for (const [name, one] of Object.entries(value as object)) {
    if (one !== null) kept[name] = isPlain(one) ? withoutNulls(one) : eachPlain(one);
  }
  return kept;
}

function eachPlain(value: unknown): unknown {
  return Array.isArray(value)
    ? value.map((one) => (isPlain(one) ? withoutNulls(one) : one))
    : value;
}

function isPlain(value: unknown): boolean {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && !Buffer.isBuffer(value)
  );
}
