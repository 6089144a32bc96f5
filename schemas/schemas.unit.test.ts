import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { AvroSchemaParser } from '@asyncapi/avro-schema-parser';
import { fromFile, Parser } from '@asyncapi/parser';
import { recordNames, recordSchemas } from '@vigil/contracts/records';
import { wantedTopics } from '@vigil/contracts/topics';
import avro from 'avsc';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

const folder = fileURLToPath(new URL('.', import.meta.url));
const read = (path: string): string => readFileSync(`${folder}${path}`, 'utf8');
const typeOf = (text: string) => avro.Type.forSchema(JSON.parse(text));

/** Whether a reader with one schema can read what was written with another. */
function canRead(reader: string, writer: string): boolean {
  try {
    typeOf(reader).createResolver(typeOf(writer));
    return true;
  } catch {
    return false;
  }
}

describe('the schemas', () => {
  it('are one file a record, and each record has one', () => {
    const files = readdirSync(`${folder}avro`).map((file) => file.replace('.avsc', ''));
    expect(files.sort()).toEqual([...recordNames].sort());
  });

  for (const version of readdirSync(`${folder}released`)) {
    it.each(readdirSync(`${folder}released/${version}`))(
      `read what ${version} wrote: %s`,
      (file) => {
        expect(canRead(read(`avro/${file}`), read(`released/${version}/${file}`))).toBe(true);
      },
    );
  }

  it('would be refused if a field without a default were added, or its type changed', () => {
    const released = read('released/v1/officer-attended.avsc');
    const added = JSON.parse(released);
    added.fields.push({ name: 'callsign', type: 'string' });
    expect(canRead(JSON.stringify(added), released)).toBe(false);
    const changed = JSON.parse(released);
    changed.fields[1].type = 'string';
    expect(canRead(JSON.stringify(changed), released)).toBe(false);
  });

  it('have no field that could hold a name, an address, a telephone number or a date of birth', () => {
    for (const { text } of recordSchemas.values()) {
      expect(text).not.toMatch(/"name": "(?:\w*name|address|postcode|phone|dob|dateOfBirth)"/i);
    }
  });
});

describe('the AsyncAPI document', () => {
  it('is valid by its own tool', async () => {
    const parser = new Parser();
    parser.registerSchemaParser(AvroSchemaParser());
    const { diagnostics } = await fromFile(parser, `${folder}asyncapi.yaml`).parse();
    const errors = diagnostics.filter(({ severity }) => severity === 0);
    expect(errors.map(({ message, path }) => `${path.join('.')}: ${message}`)).toEqual([]);
  });

  it('has the topics and the records that the code has', () => {
    const document = parse(read('asyncapi.yaml'));
    const channels: { address: string }[] = Object.values(document.channels);
    const topics = wantedTopics('', 1, 1).map(({ name }) => name);
    expect(channels.map(({ address }) => address).sort()).toEqual([...topics].sort());
    const messages: { name: string }[] = Object.values(document.components.messages);
    expect(messages.map(({ name }) => name).sort()).toEqual([...recordNames].sort());
  });
});
