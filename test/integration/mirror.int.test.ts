import type { Instant } from '@vigil/domain/time/instant';
import { openKafkaLog } from '@vigil/event-log/kafka/log';
import { partitionOf } from '@vigil/event-log/partitioner';
import type { LogRecord } from '@vigil/event-log/port';
import { expect, it } from 'vitest';
import { created } from '../embedded/facts.ts';
import { describeWithServers, testDeployment } from '../servers/servers.ts';
import { openTestCodec } from './ledger-reader.ts';
import { vigil } from './vigil-process.ts';

describeWithServers('the facts of one deployment, copied to another', (servers) => {
  const [first, second] = [testDeployment('mirrored'), testDeployment('mirror')];
  const environmentOf = (deployment: string, partitions: number) => ({
    KAFKA_BROKERS: servers.kafkaBrokers.join(','),
    REDIS_URL: servers.redisUrl,
    SCHEMA_REGISTRY_URL: servers.registryUrl,
    VIGIL_DEPLOYMENT: deployment,
    VIGIL_TOPIC_PREFIX: `${deployment}-`,
    VIGIL_PARTITIONS: String(partitions),
    VIGIL_REPLICATION_FACTOR: '1',
  });
  const said = ({ key, value, headers }: LogRecord) => ({ key, value, headers });

  it('stand there byte for byte, each in the partition of its key, in order, and once', async () => {
    const here = environmentOf(second, 3);
    expect(await vigil(['topics', 'apply'], environmentOf(first, 2))).toMatchObject({ status: 0 });
    expect(await vigil(['topics', 'apply'], here)).toMatchObject({ status: 0 });
    const codec = await openTestCodec(servers, `${first}-`);
    const log = openKafkaLog({ connection: { brokers: servers.kafkaBrokers, clientId: 'cad' } });
    const { 'incident-created': topic } = codec.topics.input;
    const there = `${second}-incident-created`;
    const all = async (name: string): Promise<LogRecord[]> => {
      const found: LogRecord[] = [];
      for (let partition = 0; partition < (await log.partitions(name)); partition += 1) {
        for await (const batch of log.readToEnd(name, partition, 0n)) found.push(...batch);
      }
      return found;
    };
    const byKey = (records: readonly LogRecord[]) =>
      Map.groupBy(records.map(said), ({ key }) => String(key));
    const facts = Array.from({ length: 60 }, (_, i) =>
      codec.encodeFact(created(`INC-${i % 20}`, (1_700_000_000_000 + i) as Instant)),
    );
    const mirrored = ['topics', 'mirror', '--from', `${first}-`, '--once'];
    try {
      await log.append(topic, facts.slice(0, 40));
      expect((await vigil(mirrored, here)).stdout).toBe(
        'level: 40 records copied\n40 records copied\n',
      );
      await log.append(topic, facts.slice(40));
      expect((await vigil(mirrored, here)).stdout).toBe(
        'level: 20 records copied\n20 records copied\n',
      );
      const copies = await all(there);
      expect(byKey(copies)).toEqual(byKey(await all(topic)));
      for (const { key, partition } of copies) {
        expect(partition).toBe(partitionOf(key ?? '', 3));
      }
      expect(new Set(copies.map(({ partition }) => partition)).size).toBe(3);
    } finally {
      await log.close();
    }
  });

  it('are not copied onto themselves', async () => {
    const refused = await vigil(
      ['topics', 'mirror', '--from', `${second}-`],
      environmentOf(second, 3),
    );
    expect(refused.status).toBe(2);
    expect(refused.stderr).toContain('VIGIL_TOPIC_PREFIX');
  });
});
