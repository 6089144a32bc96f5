import { expect, expectTypeOf, it } from 'vitest';
import type { EventLog } from '../port.ts';
import type { LogReader } from '../reader.ts';
import { openKafkaReader } from './reader.ts';

it('can read and close, and nothing else', async () => {
  const reader = openKafkaReader({ connection: { brokers: ['127.0.0.1:1'], clientId: 'reader' } });
  expect(Object.keys(reader).sort()).toEqual(['close', 'offsets', 'offsetsAt', 'read']);
  await reader.close();
});

// Checked by the compiler: the types below are all there is.
it('is not a live log by its type, nor is a live log one of them', () => {
  expectTypeOf<keyof LogReader>().toEqualTypeOf<'close' | 'offsets' | 'offsetsAt' | 'read'>();
  type Writing = 'append' | 'openPublisher' | 'subscribe';
  expectTypeOf<LogReader>().not.toExtend<Pick<EventLog, Writing>>();
  expectTypeOf<EventLog>().not.toExtend<LogReader>();
  expectTypeOf<keyof LogReader & Writing>().toBeNever();
});
