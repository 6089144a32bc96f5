import type { KafkaMessage } from 'kafkajs';
import { describe, expect, it } from 'vitest';
import { fromMessage } from './records.ts';

/** A message with headers as kafkajs hands them over. */
const withHeaders = (headers: object): KafkaMessage =>
  ({ key: null, value: null, offset: '7', timestamp: '0', headers }) as unknown as KafkaMessage;
const bytes = Buffer.from('a');

describe('the headers of a message', () => {
  it('count the first time, and not at all without a value', () => {
    const message = withHeaders({ once: bytes, often: [bytes, Buffer.from('b')], none: null });
    expect(fromMessage('t', 0, message).headers).toEqual({ once: bytes, often: bytes });
  });

  it('are what was sent, also under a name that every object has', () => {
    // kafkajs finds the object's own already there, and takes the header for its repetition.
    const message = withHeaders({
      constructor: [Object, bytes],
      toString: [Object.prototype.toString, bytes],
      ['__proto__']: [Object.prototype, bytes],
    });
    const { headers } = fromMessage('t', 0, message);
    expect(Object.entries(headers)).toEqual([
      ['constructor', bytes],
      ['toString', bytes],
      ['__proto__', bytes],
    ]);
  });
});
