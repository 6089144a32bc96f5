import { checkReaches } from '../checks.ts';
import { type Log, seldom, silent } from '../logger.ts';
import type { LogReader } from '../reader.ts';
import { clusterReader } from './cluster-reader.ts';
import {
  type Bounds,
  connect,
  type KafkaConnection,
  patient,
  bounds as usual,
} from './connection.ts';
import { keptOf, readRange } from './read-range.ts';

/** How to open Kafka for reading alone. */
export interface KafkaReaderOptions {
  readonly connection: KafkaConnection;
  readonly log?: Log;
  readonly bounds?: Partial<Bounds>;
}

/**
 * Opens Kafka for reading alone: it needs no right but to read and describe the topics, and no group.
 * It connects at its first use.
 */
export function openKafkaReader(options: KafkaReaderOptions): LogReader {
  const log = seldom(options.log ?? silent);
  const bounds: Bounds = { ...usual, ...options.bounds };
  const { fetchWaitMs, fetchBytesPerPartition: fetchBytes } = bounds;
  const client = connect(options.connection, patient, log);
  const cluster = clusterReader(client, { fetchWaitMs, fetchBytes });
  return {
    offsets: (topic) => cluster.offsets(topic),
    offsetsAt: (topic, instant) => cluster.offsetsAt(topic, instant),
    async *read(range) {
      const { end } = await keptOf(cluster, range.topic, range.partition);
      checkReaches(`${range.topic}/${range.partition}`, range.to, end);
      yield* readRange(cluster, range, bounds, log);
    },
    close: () => cluster.close(),
  };
}
