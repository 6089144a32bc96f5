import { deciding, startService } from '../../integration/vigil-process.ts';
import { type Contender, watch } from './contender.ts';

/** Vigil as deployed, a process a service; alerts are produced in transactions. */
export const vigilItself: Contender = {
  name: 'vigil',
  async start({ servers, name, partitions }, { policy }) {
    const environment = {
      KAFKA_BROKERS: servers.kafkaBrokers.join(','),
      REDIS_URL: servers.redisUrl,
      SCHEMA_REGISTRY_URL: servers.registryUrl,
      VIGIL_DEPLOYMENT: name,
      VIGIL_TOPIC_PREFIX: `${name}-`,
      VIGIL_PARTITIONS: String(partitions),
      VIGIL_REPLICATION_FACTOR: '1',
      VIGIL_POLICY: policy,
      VIGIL_LOG_LEVEL: 'info',
      VIGIL_BATCH_RECORDS: '1000',
    };
    return watch(
      deciding.map((service) => startService(service, environment).process),
      '"msg":"started"',
    );
  },
  async read({ codec }, { key = null, partition, offset, timestamp, value }) {
    const record = await codec.decodeLedger({
      topic: codec.topics.alerts,
      partition,
      offset: BigInt(offset),
      timestamp: Number(timestamp),
      key: typeof key === 'string' ? Buffer.from(key) : key,
      value,
      headers: {},
    });
    if (record.kind === 'alert') return { ...record, taken: 'raised' };
    if (record.kind === 'retraction') return { ...record, taken: 'back' };
    return undefined;
  },
};
