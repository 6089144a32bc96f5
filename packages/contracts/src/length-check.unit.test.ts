import avro, { type Schema } from 'avsc';
import { describe, expect, it } from 'vitest';
import { lengthCheckOf } from './length-check.ts';

/** A record with everything that Avro has. */
const everything: Schema = {
  type: 'record',
  name: 'Everything',
  fields: [
    { name: 'texts', type: { type: 'array', items: 'string' } },
    { name: 'numbers', type: { type: 'map', values: ['null', 'double', 'float'] } },
    { name: 'mark', type: { type: 'fixed', name: 'Mark', size: 3 } },
    { name: 'kind', type: { type: 'enum', name: 'Kind', symbols: ['a', 'b'] } },
    { name: 'raw', type: 'bytes' },
    { name: 'whether', type: 'boolean' },
    { name: 'count', type: 'int' },
    { name: 'at', type: { type: 'long', logicalType: 'timestamp-millis' } },
    { name: 'more', type: { type: 'array', items: { type: 'array', items: 'long' } } },
    { name: 'next', type: ['null', 'Everything'] },
  ],
};

function checkOf(schema: Schema) {
  const type = avro.Type.forSchema(schema, { wrapUnions: true });
  const check = lengthCheckOf(type);
  if (check === undefined) throw new Error('has lists');
  return { type, check };
}

const texts: Schema = { type: 'array', items: 'string' };

describe('the check of a body against its own counts', () => {
  it('passes every body that was written whole, and none with a byte more or less', () => {
    const { type, check } = checkOf(everything);
    for (let run = 0; run < 300; run++) {
      const body = type.toBuffer(type.random());
      expect(check(body)).toBe(true);
      expect(check(Buffer.concat([body, Buffer.from([0])]))).toBe(false);
      expect(check(body.subarray(0, body.length - 1))).toBe(false);
    }
  });

  it('reads blocks that say their size, when it is true', () => {
    const { check } = checkOf(texts);
    const block = (size: number) => Buffer.from([1, size * 2, 2, 0x78, 0]);
    expect(check(block(2))).toBe(true);
    expect(check(block(1))).toBe(false);
    expect(check(block(60))).toBe(false);
  });

  it.each([
    ['texts', texts, [0xfe, 0xff, 0xff, 0xff, 0x1f]],
    ['texts, beyond what a number holds', texts, [...Array(9).fill(0xff), 0x01]],
    ['elements of no bytes', { type: 'array', items: 'null' }, [0xfe, 0xff, 0xff, 0x7f, 0]],
    ['lists', { type: 'array', items: texts }, [0xfe, 0xff, 0xff, 0xff, 0x1f, 0]],
    ['entries of a map', { type: 'map', values: 'int' }, [0xfe, 0xff, 0xff, 0xff, 0x1f]],
  ] as [string, Schema, number[]][])(
    'refuses a count of more %s than there are bytes',
    (...given) => {
      const [, schema, body] = given;
      expect(checkOf(schema).check(Buffer.from(body))).toBe(false);
    },
  );

  it('refuses a text that would end before it begins', () => {
    expect(checkOf(texts).check(Buffer.from([4, 3, 0x78, 0]))).toBe(false);
  });

  it('is not needed for a type without lists', () => {
    expect(lengthCheckOf(avro.Type.forSchema(['null', 'string']))).toBeUndefined();
  });
});
