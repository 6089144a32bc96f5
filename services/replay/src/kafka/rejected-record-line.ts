import type { RejectedRecord } from './read-topics.ts';

/** A line of `rejects.ndjson` for a record of a topic: where, why, and the bytes that stood there. */
export function rejectedRecordLine(rejected: RejectedRecord): string {
  const { topic, partition, offset, arrivedAt, reason, detail, original } = rejected;
  const headers = Object.entries(original.headers);
  return JSON.stringify({
    topic,
    partition,
    offset: String(offset),
    // A number: what a producer's clock says need not be a date.
    timestamp: arrivedAt,
    reason,
    detail,
    keyBase64: original.key?.toString('base64') ?? null,
    originalBase64: original.value?.toString('base64') ?? null,
    headersBase64: Object.fromEntries(
      headers.map(([name, value]) => [name, value.toString('base64')]),
    ),
  });
}
