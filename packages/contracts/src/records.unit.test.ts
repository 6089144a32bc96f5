import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { recordNames, recordSchemas } from './records.ts';

describe('the records', () => {
  it('are one schema file each', () => {
    const files = readdirSync(new URL('../../../schemas/avro', import.meta.url));
    expect(files.map((file) => file.replace('.avsc', '')).sort()).toEqual([...recordNames].sort());
  });

  it('have no field that could hold a name, an address, a telephone number or a date of birth', () => {
    for (const { text } of recordSchemas.values()) {
      expect(text).not.toMatch(/"name": "(?:\w*[nN]ame|address|postcode|phone|dob|dateOfBirth)"/);
    }
  });
});
