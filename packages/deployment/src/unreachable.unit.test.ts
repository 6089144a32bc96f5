import { SchemaMissing } from '@vigil/contracts/schema-source';
import { EventLogError } from '@vigil/event-log/errors';
import { WorkingSetRefused, WorkingSetUnavailable } from '@vigil/working-set/redis/errors';
import { describe, expect, it } from 'vitest';
import { isUnreachable } from './unreachable.ts';

function fromKafka(name: string, type?: string): Error {
  const error = new Error(type ?? name);
  error.name = name;
  return Object.assign(error, type === undefined ? {} : { type });
}

describe('a start that fails', () => {
  it.each([
    new WorkingSetUnavailable('away'),
    new WorkingSetRefused(new Error('LOADING Redis is loading the dataset in memory')),
    new WorkingSetRefused(new Error('MISCONF Errors writing to the AOF file')),
    fromKafka('KafkaJSNumberOfRetriesExceeded'),
    fromKafka('KafkaJSConnectionError'),
  ])('is made again when a server may recover: $message', (error) => {
    expect(isUnreachable(error)).toBe(true);
  });

  it.each([
    new WorkingSetRefused(new Error('WRONGPASS invalid username-password pair')),
    new SchemaMissing('the registry does not have it'),
    new EventLogError('partitions-differ', 'They differ.'),
    fromKafka('KafkaJSProtocolError', 'TOPIC_AUTHORIZATION_FAILED'),
    new TypeError('a defect'),
  ])('ends the service when only somebody can mend it: $message', (error) => {
    expect(isUnreachable(error)).toBe(false);
  });
});
