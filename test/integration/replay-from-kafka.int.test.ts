import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Codec } from '@vigil/contracts/codec';
import { wantedTopics } from '@vigil/contracts/topics';
import { formatCloudEvent } from '@vigil/domain/facts/cloud-event';
import { type Fact, topicOf } from '@vigil/domain/facts/fact';
import { formatInstant, type Instant } from '@vigil/domain/time/instant';
import { type KafkaLog, openKafkaLog } from '@vigil/event-log/kafka/log';
import { generateFacts } from '@vigil/generator/generate';
import kafkajs, { type Admin } from 'kafkajs';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { type LocalKafka, startLocalKafka } from '../servers/kafka.ts';
import { describeWithLocal, describeWithServers, testDeployment } from '../servers/servers.ts';
import { until } from '../servers/until.ts';
import { openTestCodec } from './ledger-reader.ts';
import { vigil } from './vigil-process.ts';

const policy = fileURLToPath(new URL('../conformance/policy.json', import.meta.url));
const facts = [
  ...generateFacts({ incidents: 400, seed: 11, from: Date.UTC(2026, 2, 2) as Instant, days: 3 }),
].map(({ fact }) => fact);
const password = 'only-to-read';
const { AclOperationTypes, AclPermissionTypes, AclResourceTypes, ResourcePatternTypes } = kafkajs;

describeWithServers('vigil replay --from-kafka', (servers) => {
  describeWithLocal(
    'kafka',
    'as a user who may read and describe the topics, and nothing else',
    () => {
      const prefix = `${testDeployment('auditor')}-`;
      let kafka: LocalKafka;
      let codec: Codec;
      let log: KafkaLog;
      let admin: Admin;
      let folder: string;
      let environment: Readonly<Record<string, string>>;

      beforeAll(async () => {
        folder = await mkdtemp(join(tmpdir(), 'vigil-from-kafka-'));
        kafka = await startLocalKafka({ users: { auditor: password, stranger: password } });
        environment = {
          KAFKA_BROKERS: kafka.loginAddress,
          KAFKA_SASL_MECHANISM: 'scram-sha-512',
          KAFKA_SASL_USERNAME: 'auditor',
          KAFKA_SASL_PASSWORD: password,
          SCHEMA_REGISTRY_URL: servers.registryUrl,
          VIGIL_TOPIC_PREFIX: prefix,
          VIGIL_POLICY: policy,
          REDIS_URL: '',
        };
        log = openKafkaLog({ connection: { brokers: kafka.brokers, clientId: 'cad' } });
        admin = new kafkajs.Kafka({
          brokers: kafka.brokers,
          logLevel: kafkajs.logLevel.NOTHING,
        }).admin();
        await admin.connect();
        await log.ensureTopics(wantedTopics(prefix, 3, 1));
        codec = await openTestCodec(servers, prefix);
        const acl = Object.values(codec.topics.input).flatMap((resourceName) =>
          [AclOperationTypes.READ, AclOperationTypes.DESCRIBE].map((operation) => ({
            resourceType: AclResourceTypes.TOPIC,
            resourcePatternType: ResourcePatternTypes.LITERAL,
            resourceName,
            principal: 'User:auditor',
            host: '*',
            operation,
            permissionType: AclPermissionTypes.ALLOW,
          })),
        );
        await admin.createAcls({ acl });
      });
      afterAll(async () => {
        await log?.close();
        await admin?.disconnect();
        await kafka?.stop();
        await rm(folder, { recursive: true, force: true });
      });

      async function append(some: readonly Fact[]): Promise<void> {
        for (const [topic, ones] of Map.groupBy(some, ({ type }) => topicOf[type])) {
          await log.append(
            codec.topics.input[topic],
            ones.map((fact) => codec.encodeFact(fact)),
          );
        }
      }

      async function ends(): Promise<string> {
        const topics = wantedTopics(prefix, 3, 1).map(({ name }) => name);
        return JSON.stringify(
          await Promise.all(
            topics.map(async (topic) => [topic, await admin.fetchTopicOffsets(topic)]),
          ),
        );
      }

      const filesOf = (out: string) =>
        Promise.all(
          ['alerts.ndjson', 'outcomes.ndjson', 'summary.json'].map((name) =>
            readFile(join(out, name), 'utf8'),
          ),
        );

      /** What a replay of these facts from a file writes. */
      async function fromFile(name: string, some: readonly Fact[], ...more: string[]) {
        const file = join(folder, `${name}.ndjson`);
        const lines = some.map((fact) => `${JSON.stringify(formatCloudEvent(fact))}\n`);
        await writeFile(file, lines.join(''));
        const out = join(folder, name);
        const args = ['replay', '--facts', file, '--policy', policy, '--out', out, ...more];
        expect(await vigil(args)).toMatchObject({ status: 0 });
        return filesOf(out);
      }

      async function fromKafka(name: string, ...more: string[]) {
        const out = join(folder, name);
        const ended = await vigil(['replay', '--from-kafka', '--out', out, ...more], environment);
        expect(ended).toMatchObject({ status: 0, stderr: '' });
        return filesOf(out);
      }

      it('writes what a replay of the same facts from a file writes, byte for byte, and leaves no trace', async () => {
        await append(facts);
        const before = await ends();
        const found = await fromKafka('topics');
        expect(found).toEqual(await fromFile('file', facts));
        expect(found[0]?.split('\n').length).toBeGreaterThan(100);
        expect(await ends()).toBe(before);
        expect((await admin.listGroups()).groups).toEqual([]);
      });

      it('reads only what was recorded between the two instants', async () => {
        const since = Date.now();
        await until(() => Date.now() > since, { what: 'a millisecond to pass', deadlineMs: 5_000 });
        const some = [
          ...generateFacts({
            incidents: 40,
            seed: 12,
            from: Date.UTC(2026, 2, 9) as Instant,
            days: 1,
          }),
        ].map(({ fact }) => fact);
        await append(some);
        const last = Date.now() as Instant;
        await until(() => Date.now() > last, { what: 'a millisecond to pass', deadlineMs: 5_000 });
        await append(facts);
        const between = ['--until', formatInstant(last)];
        const found = await fromKafka(
          'between',
          ...['--since', formatInstant((since + 1) as Instant), ...between],
        );
        expect(found).toEqual(await fromFile('some', some, ...between));
      });

      it('keeps the bytes of what is no fact, and where it stood', async () => {
        const topic = codec.topics.input['officer-attended'];
        await log.append(topic, [{ key: 'INC-X', value: Buffer.from('not a fact'), partition: 2 }]);
        const out = join(folder, 'rejects');
        const { stderr, status } = await vigil(
          ['replay', '--from-kafka', '--out', out],
          environment,
        );
        const offset = Number((await log.offsets(topic)).get(2)?.end) - 1;
        expect(stderr).toBe(
          `${topic}/2 at ${offset}: not-a-cloud-event: ce_specversion must be 1.0\n`,
        );
        expect(status).toBe(0);
        const line: unknown = JSON.parse(await readFile(join(out, 'rejects.ndjson'), 'utf8'));
        expect(line).toMatchObject({
          ...{ topic, partition: 2, offset: `${offset}`, reason: 'not-a-cloud-event' },
          originalBase64: Buffer.from('not a fact').toString('base64'),
        });
      });

      it('is refused by the brokers whatever it would write, with what live services write with', async () => {
        const sasl = { mechanism: 'scram-sha-512' as const, username: 'auditor', password };
        const connection = { brokers: [kafka.loginAddress], clientId: 'not-the-reader', sasl };
        const live = openKafkaLog({ connection });
        onTestFinished(() => live.close());
        const client = new kafkajs.Kafka({
          ...connection,
          logLevel: kafkajs.logLevel.NOTHING,
          retry: { retries: 0 },
        });
        const before = await ends();
        const [fact] = facts;
        if (fact === undefined) throw new Error('there is a first fact');
        const topic = codec.topics.input['incident-created'];
        await expect(live.append(topic, [codec.encodeFact(fact)])).rejects.toMatchObject({
          code: 'refused',
        });
        await expect(live.openPublisher({ topic, partition: 0 })).rejects.toMatchObject({
          code: 'refused',
        });
        const member = client.admin();
        onTestFinished(() => member.disconnect());
        await member.connect();
        const offsets = [{ partition: 0, offset: '1' }];
        await expect(
          member.setOffsets({ groupId: 'audit', topic, partitions: offsets }),
        ).rejects.toThrow();
        expect(await ends()).toBe(before);
        expect((await admin.listGroups()).groups).toEqual([]);
      });

      it.each([
        ['may not read the topics', { KAFKA_SASL_USERNAME: 'stranger' }, 'cannot be used'],
        ['has the wrong password', { KAFKA_SASL_PASSWORD: 'guessed' }, 'credentials'],
      ])('says so, with status 2, when the user %s', async (_, wrong, reason) => {
        const out = join(folder, 'refused');
        const ended = await vigil(['replay', '--from-kafka', '--out', out], {
          ...environment,
          ...wrong,
        });
        expect(ended).toMatchObject({ status: 2, stdout: '' });
        expect(ended.stderr).toContain(reason);
        expect(ended.stderr).not.toContain('guessed');
        expect(ended.stderr).not.toMatch(/\n +at /);
      });
    },
  );
});
