import type { LogRecord, OutgoingRecord } from '@vigil/event-log/port';
import type { DeadLetterReason, Engine } from './ports.ts';

/** A record that is put aside, for the topic of dead letters; says that it is. */
export function deadLetter(
  { codec, clock, observe }: Pick<Engine, 'codec' | 'clock' | 'observe'>,
  record: LogRecord,
  why: Omit<DeadLetterReason, 'at'>,
): OutgoingRecord {
  const { topic, partition, offset } = record;
  observe({ event: 'dead-letter', topic, partition, offset, reason: why.reason });
  return codec.encodeDeadLetter(record, { ...why, at: clock() });
}
