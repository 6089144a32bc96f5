import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import avro, { type Type } from 'avsc';

/** Every Avro record of Vigil, by the name of its file in `schemas/avro`. */
export const recordNames = [
  'incident-created',
  'incident-updated',
  'incident-allocated',
  'caller-contacted',
  'incident-closed',
  'incident-reopened',
  'officer-attended',
  'child-seen',
  'attendance-aborted',
  'feed-heartbeat',
  'alert',
  'retraction',
  'confirmation',
  'feed-alert',
  'objective-alert',
  'open-breach',
  'dead-letter',
  'alert-acknowledged',
  'alert-silenced',
] as const;
export type RecordName = (typeof recordNames)[number];

/** A record's schema as this version of Vigil writes and reads it. */
export interface RecordSchema {
  readonly name: RecordName;
  /** With the namespace: the registry's subject, by its record-name strategy. */
  readonly fullName: string;
  readonly text: string;
  readonly type: Type;
}

function readSchema(name: RecordName): RecordSchema {
  const path = fileURLToPath(import.meta.resolve(`@vigil/schemas/avro/${name}.avsc`));
  const text = readFileSync(path, 'utf8');
  const type = avro.Type.forSchema(JSON.parse(text));
  if (type.name === undefined) throw new Error(`${path} is not a named record`);
  return { name, fullName: type.name, text, type };
}

/** The schemas of all records, by name. */
export const recordSchemas: ReadonlyMap<RecordName, RecordSchema> = new Map(
  recordNames.map((name) => [name, readSchema(name)]),
);
