import type { Codec } from '@vigil/contracts/codec';
import { type Right, rightsOf } from '@vigil/contracts/rights';
import type { FactId, ForceId, IncidentId, SourceId } from '@vigil/domain/facts/fact';
import { type Instant, plus } from '@vigil/domain/time/instant';
import kafkajs, { type Admin, Kafka, logLevel } from 'kafkajs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type LocalKafka, startLocalKafka } from '../servers/kafka.ts';
import { type LocalRedis, startLocalRedis } from '../servers/redis.ts';
import { type LocalRegistry, startLocalRegistry } from '../servers/registry.ts';
import { describeWithLocal } from '../servers/servers.ts';
import { until } from '../servers/until.ts';
import { type LedgerReader, openTestCodec, readLedger } from './ledger-reader.ts';
import { type Service, started, startService, vigil } from './vigil-process.ts';

const { AclOperationTypes, AclPermissionTypes, AclResourceTypes, ResourcePatternTypes } = kafkajs;
const deciding = ['incident-consumer', 'attendance-consumer', 'breach-detector'] as const;
const passwordOf = (service: string): string => `${service}-in-a-test-only`;

const resources = {
  topic: AclResourceTypes.TOPIC,
  group: AclResourceTypes.GROUP,
  'transactional-id': AclResourceTypes.TRANSACTIONAL_ID,
} as const;
const patterns = {
  literal: ResourcePatternTypes.LITERAL,
  prefixed: ResourcePatternTypes.PREFIXED,
} as const;
const operationTypes = {
  Read: AclOperationTypes.READ,
  Write: AclOperationTypes.WRITE,
  Describe: AclOperationTypes.DESCRIBE,
  DescribeConfigs: AclOperationTypes.DESCRIBE_CONFIGS,
} as const;

/** The right as Kafka takes it, an entry for each operation. */
const entriesOf = (user: string, { resource, name, pattern, operations }: Right) =>
  operations.map((operation) => ({
    resourceType: resources[resource],
    resourceName: name,
    resourcePatternType: patterns[pattern],
    principal: `User:${user}`,
    host: '*',
    operation: operationTypes[operation],
    permissionType: AclPermissionTypes.ALLOW,
  }));

describeWithLocal(
  'kafka',
  'services whose users may do what is listed for them, and nothing else',
  () => {
    let kafka: LocalKafka;
    let redis: LocalRedis;
    let registry: LocalRegistry;
    let admin: Admin;
    let codec: Codec;
    let ledger: LedgerReader;
    const running: Service[] = [];

    const environmentOf = (service: string): Record<string, string> => ({
      KAFKA_BROKERS: kafka.loginAddress,
      KAFKA_SASL_MECHANISM: 'scram-sha-512',
      KAFKA_SASL_USERNAME: service,
      KAFKA_SASL_PASSWORD: passwordOf(service),
      REDIS_URL: redis.url,
      SCHEMA_REGISTRY_URL: registry.url,
      VIGIL_DEPLOYMENT: 'least',
      VIGIL_PARTITIONS: '2',
      VIGIL_REPLICATION_FACTOR: '1',
    });

    beforeAll(async () => {
      const users = Object.fromEntries(deciding.map((service) => [service, passwordOf(service)]));
      [kafka, redis, registry] = await Promise.all([
        startLocalKafka({ users }),
        startLocalRedis({ appendOnly: true }),
        startLocalRegistry(),
      ]);
      const asAnybody = {
        ...environmentOf(''),
        KAFKA_BROKERS: kafka.address,
        KAFKA_SASL_MECHANISM: '',
        KAFKA_SASL_USERNAME: '',
        KAFKA_SASL_PASSWORD: '',
      };
      expect(await vigil(['topics', 'apply'], asAnybody)).toMatchObject({ status: 0 });
      admin = new Kafka({ brokers: kafka.brokers, logLevel: logLevel.NOTHING }).admin();
      await admin.connect();
      const servers = {
        kafkaBrokers: kafka.brokers,
        redisUrl: redis.url,
        registryUrl: registry.url,
        how: 'local',
      } as const;
      codec = await openTestCodec(servers, '');
      ledger = await readLedger(servers, codec, 'control-room');
    }, 180_000);
    afterAll(async () => {
      await Promise.all(running.map((service) => service.stop()));
      await ledger.stop();
      await admin.disconnect();
      await Promise.all([kafka.stop(), redis.stop(), registry.stop()]);
    });

    it('do not start without, and say what they may not do', { timeout: 120_000 }, async () => {
      const [right] = rightsOf('breach-detector', 'least', '');
      if (right === undefined) throw new Error('there are no rights');
      const service = startService('breach-detector', environmentOf('breach-detector'));
      await until(() => service.process.exitCode !== null, {
        what: 'the service to give up',
        deadlineMs: 90_000,
        pollMs: 100,
      });
      expect(service.process.exitCode).toBe(1);
      expect(service.stderr()).toMatch(/there is no topic|not authorized|refuse/i);
    });

    it('raise a breach with them', { timeout: 120_000 }, async () => {
      for (const service of deciding) {
        const rights = rightsOf(service, 'least', '');
        await admin.createAcls({ acl: rights.flatMap((right) => entriesOf(service, right)) });
      }
      running.push(...deciding.map((service) => startService(service, environmentOf(service))));
      await Promise.all(running.map(started));
      const producer = new Kafka({ brokers: kafka.brokers, logLevel: logLevel.NOTHING }).producer();
      await producer.connect();
      const created = codec.encodeFact({
        type: 'incident-created',
        id: 'f1' as FactId,
        source: 'urn:police:example:cad' as SourceId,
        incidentId: 'INC-1' as IncidentId,
        at: plus(Date.now() as Instant, -2 * 3_600_000),
        forceId: 'example' as ForceId,
        grade: 'priority',
        childInvolvement: 'involved',
      });
      await producer.send({ topic: codec.topics.input['incident-created'], messages: [created] });
      // What cannot be read is put aside: by each consumer, as it may.
      for (const topic of ['incident-updated', 'officer-attended'] as const) {
        const messages = [{ key: 'INC-1', value: 'not a fact' }];
        await producer.send({ topic: codec.topics.input[topic], messages });
      }
      await producer.disconnect();
      await until(() => ledger.records.some(({ phase }) => phase === 'breach'), {
        what: 'the breach',
        deadlineMs: 60_000,
        pollMs: 100,
      });
      await until(
        async () => {
          const offsets = await admin.fetchTopicOffsets(codec.topics.deadLetters);
          return offsets.reduce((sum, { high }) => sum + Number(high), 0) === 2;
        },
        { what: 'two dead letters', deadlineMs: 30_000, pollMs: 250 },
      );
      for (const service of running) expect(service.stderr()).not.toMatch(/not authorized/i);
    });
  },
);
