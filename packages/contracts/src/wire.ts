import avro, { type Type } from 'avsc';
import { type BodyCheck, lengthCheckOf, textCheckOf } from './length-check.ts';
import { type RecordName, type RecordSchema, recordSchemas } from './records.ts';
import type { SchemaSource } from './schema-source.ts';

/** Confluent's wire format: a zero byte, the schema's id in four bytes, the Avro body. */
const headBytes = 5;

/** Bytes to records and back. */
export interface Wire {
  /** Encodes at once; the ids were asked for when the wire was opened. */
  encode(name: RecordName, value: object): Buffer;
  /** What the bytes that `encode` gave say; asks nobody. */
  decodeOwn(name: RecordName, bytes: Buffer): Readonly<Record<string, unknown>>;
  /**
   * Decodes with the schema it was written with, resolved to ours.
   * @throws SchemaUnavailable when that schema cannot be asked for.
   */
  decode(bytes: Buffer): Decoded | Promise<Decoded>;
  /**
   * Decodes with the schema it was written with, as it is: what was written, whatever became of the
   * schema since.
   * @throws SchemaUnavailable when that schema cannot be asked for.
   */
  decodeAsWritten(bytes: Buffer): Decoded | Promise<Decoded>;
}

export type Decoded =
  | {
      readonly ok: true;
      readonly name: RecordName;
      /** As Avro has it, with null for what is absent. */
      readonly value: Readonly<Record<string, unknown>>;
    }
  | { readonly ok: false; readonly reason: UnreadableReason; readonly detail: string };

export type UnreadableReason =
  | 'not-avro'
  | 'unknown-schema'
  | 'wrong-record'
  | 'incompatible-schema'
  | 'truncated-avro'
  | 'not-utf8';

interface Reader {
  readonly schema: RecordSchema;
  /** `undefined` or an exception when the body is not such a record. */
  readonly read: (body: Buffer) => unknown;
  /** The same without resolving it to our schema. */
  readonly readAsWritten: (body: Buffer) => unknown;
  readonly hasUtf8: BodyCheck;
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
  const decodeBy = (way: Way, bytes: Buffer): Decoded | Promise<Decoded> => {
    if (bytes.length <= headBytes || bytes[0] !== 0) {
      return unreadable('not-avro', 'does not begin with a zero byte and a schema id');
    }
    const id = bytes.readUInt32BE(1);
    const known = readers.get(id);
    const body = bytes.subarray(headBytes);
    return known === undefined
      ? readerFor(id).then((reader) => readWith(reader, way, body))
      : readWith(known, way, body);
  };
  return {
    encode(name, value) {
      const head = heads.get(name);
      if (head === undefined) throw new Error(`${name} was not opened for writing`);
      return Buffer.concat([head, schemaOf(name).type.toBuffer(value)]);
    },
    decodeOwn: (name, bytes) => schemaOf(name).type.fromBuffer(bytes.subarray(headBytes)),
    decode: (bytes) => decodeBy('read', bytes),
    decodeAsWritten: (bytes) => decodeBy('readAsWritten', bytes),
  };
}

type Way = 'read' | 'readAsWritten';

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
  const hasItsLength = lengthCheckOf(written) ?? (() => true);
  try {
    const resolver = type.equals(written) ? undefined : type.createResolver(written);
    // avsc checks that the body ends where the record does.
    const read = (body: Buffer) =>
      hasItsLength(body) ? type.fromBuffer(body, resolver) : undefined;
    const readAsWritten = (body: Buffer) =>
      hasItsLength(body) ? written.fromBuffer(body) : undefined;
    return { schema, read, readAsWritten, hasUtf8: textCheckOf(written) };
  } catch {
    return unreadable('incompatible-schema', `its schema cannot be read as ${schema.fullName}`);
  }
}

function readWith(reader: Reader | Decoded, way: Way, body: Buffer): Decoded {
  if ('ok' in reader) return reader;
  const { name, fullName } = reader.schema;
  let read: unknown;
  try {
    read = reader[way](body);
  } catch {
    // As good as undefined: what avsc says of a body may quote it.
  }
  if (read === undefined) {
    return unreadable('truncated-avro', `is not a whole ${fullName}, neither more nor less`);
  }
  if (hasReplaced(read) && !reader.hasUtf8(body)) {
    return unreadable('not-utf8', `has text that is not UTF-8 in its ${fullName}`);
  }
  return { ok: true, name, value: read as Readonly<Record<string, unknown>> };
}

/** Whether a text in it has the character that decoders put for bytes that are no text. */
function hasReplaced(value: unknown): boolean {
  if (typeof value === 'string') return value.includes('\uFFFD');
  if (typeof value !== 'object' || value === null || Buffer.isBuffer(value)) return false;
  return Object.values(value).some(hasReplaced);
}

const unreadable = (reason: UnreadableReason, detail: string): Decoded => ({
  ok: false,
  reason,
  detail,
});

/** What was read, without the nulls that Avro writes for what is absent; in Vigil it is absent. */
export function withoutNulls(
  value: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const kept: Record<string, unknown> = {};
  for (const [name, one] of Object.entries(value)) {
    if (one !== null) kept[name] = Array.isArray(one) ? one.map(cleared) : cleared(one);
  }
  return kept;
}

function cleared(value: unknown): unknown {
  return typeof value === 'object' && value !== null && !Buffer.isBuffer(value)
    ? withoutNulls(value as Readonly<Record<string, unknown>>)
    : value;
}
