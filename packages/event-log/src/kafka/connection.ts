import type { ConnectionOptions } from 'node:tls';
import { promisify } from 'node:util';
import { zstdCompress, zstdDecompress } from 'node:zlib';
import kafkajs, { type Kafka, type Mechanism, type RetryOptions, type SASLOptions } from 'kafkajs';
import type { Log, LogLevel } from '../logger.ts';

/** How to reach Kafka. */
export interface KafkaConnection {
  /** `host:port` of some of the brokers; they name the others. */
  readonly brokers: readonly string[];
  /** What the brokers see in their own logs and quotas. */
  readonly clientId: string;
  readonly ssl?: boolean | ConnectionOptions;
  readonly sasl?: SASLOptions | Mechanism;
}

/** The bounds of the Kafka adapter, in milliseconds unless the name says otherwise. */
export const bounds = {
  connectMs: 3_000,
  requestMs: 15_000,
  /**
   * A member that is silent for so long has left its group: until then nobody has its partitions. Short,
   * as heartbeats do not wait for handlers here.
   */
  sessionMs: 10_000,
  heartbeatMs: 2_000,
  rebalanceMs: 20_000,
  /** How long a broker may keep a fetch waiting for records, and so the delay of a resumed partition. */
  fetchWaitMs: 100,
  fetchBytesPerPartition: 1_048_576,
  fetchBytes: 10_485_760,
  /** Fetches of a partition that wait for its handler; beyond it the partition is paused. */
  fetchesAhead: 2,
  /** How often the ends of the partitions are asked for. */
  endsEveryMs: 250,
  commitEveryMs: 5_000,
  /** A transaction that its producer left open is aborted by the broker after so long. */
  transactionMs: 30_000,
  /** Below the usual `message.max.bytes` of a broker, 1 MiB, with room for the envelope. */
  batchBytes: 900_000,
  batchRecords: 1_000,
  /** Appends that wait for the one before. */
  appendsWaiting: 10_000,
  /** The longest that a read waits for an open transaction. */
  openTransactionMs: 120_000,
  /** The longest that a reading of history waits for brokers that fail: a restart takes less. */
  brokersAwayMs: 120_000,
  stopMs: 10_000,
} as const;

/** Bounds that a test may tighten. */
export type Bounds = { readonly [Name in keyof typeof bounds]: number };

/** For work that an operator would rather see late than failed: about half a minute. */
export const patient: RetryOptions = {
  initialRetryTime: 100,
  multiplier: 2,
  factor: 0.2,
  maxRetryTime: 5_000,
  retries: 9,
};

/**
 * For transactions one after the other: the coordinator refuses the next while it still writes the
 * marks of the last, for a few milliseconds. About ten seconds in all.
 */
export const swift: RetryOptions = {
  initialRetryTime: 5,
  multiplier: 2,
  factor: 0.2,
  maxRetryTime: 500,
  retries: 25,
};

/** For work whose caller tries again by itself. */
export const brief: RetryOptions = {
  initialRetryTime: 50,
  multiplier: 2,
  factor: 0.2,
  maxRetryTime: 500,
  retries: 3,
};

/**
 * Makes a kafkajs client. Every field of the retry is given: kafkajs has other defaults under
 * NODE_ENV=test, and tests must run what production runs.
 */
export function connect(connection: KafkaConnection, retry: RetryOptions, log: Log): Kafka {
  registerZstd();
  const { brokers, clientId, ssl, sasl } = connection;
  return new kafkajs.Kafka({
    brokers: [...brokers],
    clientId,
    ...(ssl === undefined ? {} : { ssl }),
    ...(sasl === undefined ? {} : { sasl }),
    connectionTimeout: bounds.connectMs,
    requestTimeout: bounds.requestMs,
    retry,
    logLevel: kafkajs.logLevel.INFO,
    logCreator: () => (entry) => forward(log, entry.level, entry.namespace, entry.log),
  });
}

const levels: Readonly<Record<number, LogLevel>> = {
  1: 'error',
  2: 'warn',
  4: 'debug',
  5: 'debug',
};

/** Fields of kafkajs that help an operator; others may carry whole structures. */
const told = [
  'groupId',
  'memberId',
  'topic',
  'partition',
  'broker',
  'error',
  'retryCount',
] as const;

function forward(
  log: Log,
  level: number,
  namespace: string,
  entry: { readonly message: string; readonly [field: string]: unknown },
): void {
  const fields: Record<string, string | number | boolean> = { part: namespace };
  for (const name of told) {
    const value = entry[name];
    if (typeof value === 'string' || typeof value === 'number') fields[name] = value;
  }
  // kafkajs calls an error what it retries, and says each answer of a broker that is one: a rebalance, or
  // the transaction before whose marks are still being written. What it cannot mend comes out as a failure,
  // after which a producer is never used again; so limited retries harm nothing either.
  const answered = namespace === 'Connection' && entry.message.startsWith('Response ');
  const routine =
    answered || /another concurrent operation|rebalanc|Limiting retries/i.test(entry.message);
  log(routine ? 'debug' : (levels[level] ?? 'debug'), `kafkajs: ${entry.message}`, fields);
}

const [compress, decompress] = [promisify(zstdCompress), promisify(zstdDecompress)];

/** Sources of facts may compress with zstd, which kafkajs leaves to its user and Node can do. */
function registerZstd(): void {
  kafkajs.CompressionCodecs[kafkajs.CompressionTypes.ZSTD] ??= () => ({
    compress: ({ buffer }: { buffer: Buffer }) => compress(buffer),
    decompress: (buffer: Buffer) => decompress(buffer),
  });
}
