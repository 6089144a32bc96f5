import { type Codec, openCodec } from '@vigil/contracts/codec';
import { registrySchemas } from '@vigil/contracts/schema-source';
import { topicNames } from '@vigil/contracts/topics';
import type { AlertId, LedgerRecord } from '@vigil/domain/ledger/alert';
import type { Duration } from '@vigil/domain/time/duration';
import { Kafka, logLevel } from 'kafkajs';
import type { ServerAddresses } from '../servers/real-servers.ts';

/** A codec on the real registry, as a producer or a control room would have it. */
export function openTestCodec(servers: ServerAddresses, prefix: string): Promise<Codec> {
  const source = registrySchemas({ url: servers.registryUrl, register: true });
  return openCodec(source, topicNames(prefix), { maxAhead: 300_000 as Duration });
}

/** What an independent subscriber has read of the alert topic. */
export interface LedgerReader {
  readonly records: readonly LedgerRecord[];
  /** Alerts less retractions. */
  standing(): ReadonlyMap<AlertId, LedgerRecord & { readonly kind: 'alert' }>;
  stop(): Promise<void>;
}

/**
 * Subscribes with a client of its own, read committed, to one topic from the beginning.
 *
 * @param onRecord called with each record as it comes, once.
 */
export async function readLedger(
  servers: ServerAddresses,
  codec: Codec,
  group: string,
  onRecord: (record: LedgerRecord) => void = () => undefined,
): Promise<LedgerReader> {
  const kafka = new Kafka({
    brokers: servers.kafkaBrokers,
    clientId: 'control-room',
    logLevel: logLevel.NOTHING,
  });
  const consumer = kafka.consumer({ groupId: group, readUncommitted: false });
  const records: LedgerRecord[] = [];
  // After a failure a member is handed again what it had not yet noted as read.
  const next = new Map<number, bigint>();
  await consumer.connect();
  await consumer.subscribe({ topics: [codec.topics.alerts], fromBeginning: true });
  await consumer.run({
    eachMessage: async ({ topic, partition, message }) => {
      if (BigInt(message.offset) < (next.get(partition) ?? 0n)) return;
      next.set(partition, BigInt(message.offset) + 1n);
      const record = await codec.decodeLedger({
        topic,
        partition,
        offset: BigInt(message.offset),
        timestamp: Number(message.timestamp),
        key: message.key,
        value: message.value,
        headers: {},
      });
      records.push(record);
      onRecord(record);
    },
  });
  return {
    records,
    standing() {
      const standing = new Map<AlertId, LedgerRecord & { kind: 'alert' }>();
      for (const record of records) {
        if (record.kind === 'alert') standing.set(record.alertId, record);
        if (record.kind === 'retraction') standing.delete(record.alertId);
      }
      return standing;
    },
    async stop() {
      await consumer.disconnect();
    },
  };
}
