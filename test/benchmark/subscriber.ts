import type { Codec } from '@vigil/contracts/codec';
import type { LedgerRecord } from '@vigil/domain/ledger/alert';
import type { Kafka } from 'kafkajs';

/** A record of the ledger and when its subscriber had it, in milliseconds since the epoch. */
export type Heard = (record: LedgerRecord, receivedAt: number) => void;

/**
 * Reads the alert topic from its beginning, read committed, as another program would; it notes no
 * progress, so that nothing stands between two fetches.
 *
 * @returns what ends it.
 */
export async function subscribe(
  { kafka, codec, name }: { readonly kafka: Kafka; readonly codec: Codec; readonly name: string },
  heard: Heard,
): Promise<() => Promise<void>> {
  const consumer = kafka.consumer({ groupId: `${name}-subscriber`, readUncommitted: false });
  await consumer.connect();
  await consumer.subscribe({ topics: [codec.topics.alerts], fromBeginning: true });
  await consumer.run({
    autoCommit: false,
    eachBatch: async ({ batch }) => {
      const receivedAt = Date.now();
      const { topic, partition } = batch;
      for (const { key, value, offset, timestamp } of batch.messages) {
        const at = { topic, partition, offset: BigInt(offset), timestamp: Number(timestamp) };
        heard(await codec.decodeLedger({ ...at, key, value, headers: {} }), receivedAt);
      }
    },
  });
  return () => consumer.disconnect();
}
