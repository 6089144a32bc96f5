import type { NewRecord, StoredRecord } from '../src/log-record.ts';

/** A record as it stands in the log after it was appended. */
export function stored(
  { key, value, headers = {} }: NewRecord,
  over: Partial<StoredRecord> & Pick<StoredRecord, 'topic' | 'timestamp'>,
): StoredRecord {
  return {
    partition: 0,
    offset: 7n,
    key: Buffer.from(key),
    value,
    headers: Object.fromEntries(
      Object.entries(headers).map(([name, text]) => [name, Buffer.from(text)]),
    ),
    ...over,
  };
}
