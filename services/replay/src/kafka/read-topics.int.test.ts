import { type Codec, openCodec } from '@vigil/contracts/codec';
import { registrySchemas } from '@vigil/contracts/schema-source';
import { topicNames, wantedTopics } from '@vigil/contracts/topics';
import {
  type Fact,
  type FactId,
  type FeedHeartbeat,
  inputTopics,
  type SourceId,
  topicOf,
} from '@vigil/domain/facts/fact';
import { type FeedAlert, feedAlertIdOf } from '@vigil/domain/ledger/alert';
import type { Duration } from '@vigil/domain/time/duration';
import type { Instant } from '@vigil/domain/time/instant';
import { type KafkaLog, openKafkaLog } from '@vigil/event-log/kafka/log';
import { openKafkaReader } from '@vigil/event-log/kafka/reader';
import type { LogReader } from '@vigil/event-log/reader';
import { generateFacts } from '@vigil/generator/generate';
import { describeWithServers, testDeployment } from '@vigil/test/servers/servers';
import { until } from '@vigil/test/servers/until';
import kafkajs, { type Admin, type Producer } from 'kafkajs';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import type { RangeRead, Reading } from './read-between.ts';
import { readLedger } from './read-ledger.ts';
import { type ReadRecord, readTopics } from './read-topics.ts';

const partitions = 2;
const source = 'urn:police:example:cad' as SourceId;
const facts = [
  ...generateFacts({ incidents: 60, seed: 3, from: Date.UTC(2026, 2, 2) as Instant, days: 2 }),
].map(({ fact }) => fact);
const thirds = [0, 1, 2].map((third) => facts.filter((_, i) => i % 3 === third));

describeWithServers('reading the topics of a deployment', (servers) => {
  const connection = { brokers: servers.kafkaBrokers, clientId: 'replay-test' };
  const kafka = new kafkajs.Kafka({
    ...connection,
    brokers: [...connection.brokers],
    logLevel: kafkajs.logLevel.NOTHING,
  });
  const schemas = registrySchemas({ url: servers.registryUrl, register: true });
  const log: KafkaLog = openKafkaLog({ connection });
  const reader: LogReader = openKafkaReader({ connection });
  const admin: Admin = kafka.admin();
  const producer: Producer = kafka.producer();

  beforeAll(async () => {
    await Promise.all([admin.connect(), producer.connect()]);
  });
  afterAll(async () => {
    await Promise.all([admin.disconnect(), producer.disconnect(), log.close(), reader.close()]);
  });

  /** Topics of a deployment of its own, as `vigil topics apply` makes them. */
  async function deployment(config: Readonly<Record<string, string>> = {}): Promise<Codec> {
    const prefix = `${testDeployment('replay')}-`;
    const plan = wantedTopics(prefix, partitions, 1);
    await log.ensureTopics(
      plan.map((topic) => ({ ...topic, config: { ...topic.config, ...config } })),
    );
    return openCodec(schemas, topicNames(prefix), { maxAhead: 300_000 as Duration });
  }

  async function append(codec: Codec, some: readonly Fact[], timestamp?: number): Promise<void> {
    for (const [topic, ones] of Map.groupBy(some, ({ type }) => topicOf[type])) {
      const records = ones.map((fact) => ({
        ...codec.encodeFact(fact),
        ...(timestamp === undefined ? {} : { timestamp }),
      }));
      await log.append(codec.topics.input[topic], records);
    }
  }

  async function read(codec: Codec, reading: Reading = {}, from: LogReader = reader) {
    const ranges: RangeRead[] = [];
    const records: ReadRecord[] = [];
    const onRange = (range: RangeRead) => ranges.push(range);
    for await (const batch of readTopics(from, codec, { ...reading, onRange }))
      records.push(...batch);
    return { records, ranges, facts: factsOf(records) };
  }

  function factsOf(records: readonly ReadRecord[]): readonly Fact[] {
    return records.flatMap((record) => (record.kind === 'fact' ? [record.fact] : []));
  }

  /** Facts as a set: the topics keep the order of each partition only. */
  function sorted(some: readonly Fact[]): string[] {
    return some.map((fact) => JSON.stringify(fact, Object.keys(fact).sort())).sort();
  }

  async function endsOf(codec: Codec): Promise<string[]> {
    const ends: string[] = [];
    for (const topic of [...Object.values(codec.topics.input), codec.topics.alerts]) {
      for (const { partition, high } of await admin.fetchTopicOffsets(topic)) {
        ends.push(`${topic}/${partition} ${high}`);
      }
    }
    return ends.sort();
  }

  async function groups(): Promise<string> {
    const { groups: all } = await admin.listGroups();
    const committed = await Promise.all(
      all.map(async ({ groupId }) => [groupId, await admin.fetchOffsets({ groupId })]),
    );
    return JSON.stringify(committed.sort());
  }

  it('gives every fact, heartbeat and reject once, with when it arrived, and says what it read', async () => {
    const codec = await deployment();
    const before = Date.now();
    await append(codec, facts);
    const heartbeat: FeedHeartbeat = {
      type: 'feed-heartbeat',
      id: 'heartbeat' as FactId,
      source,
      at: before as Instant,
    };
    const topic = codec.topics.input['officer-attended'];
    await log.append(topic, [
      { ...codec.encodeFact(heartbeat), partition: 1 },
      { key: 'INC-X', value: Buffer.from([0, 255]), headers: { ce_type: 'x' }, partition: 1 },
    ]);
    const progress: [number, number][] = [];
    const { records, ranges, ...all } = await read(codec, {
      onProgress: (done, of) => progress.push([done, of]),
    });
    expect(sorted(all.facts)).toEqual(sorted(facts));
    expect(records.filter(({ kind }) => kind === 'heartbeat')).toMatchObject([{ heartbeat }]);
    const [rejected] = records.filter((record) => record.kind === 'rejected');
    expect(rejected).toMatchObject({ topic, partition: 1, reason: 'not-a-cloud-event' });
    expect(rejected?.original).toEqual({
      key: Buffer.from('INC-X'),
      value: Buffer.from([0, 255]),
      headers: { ce_type: Buffer.from('x') },
    });
    for (const { arrivedAt } of records) {
      expect(arrivedAt).toBeGreaterThanOrEqual(before);
      expect(arrivedAt).toBeLessThanOrEqual(Date.now());
    }
    expect(ranges).toHaveLength(inputTopics.length * partitions);
    expect(ranges.map((range) => `${range.topic}/${range.partition} ${range.to}`).sort()).toEqual(
      (await endsOf(codec)).filter((end) => !end.startsWith(codec.topics.alerts)),
    );
    expect(ranges.reduce((sum, range) => sum + range.records, 0)).toBe(records.length);
    expect(ranges.every(({ from, kept, gone }) => from === 0n && kept === 0n && gone === 0n)).toBe(
      true,
    );
    expect(progress.at(-1)).toEqual([records.length, records.length]);
  });

  it('reads what the broker stamped between two instants, and both of these', async () => {
    const codec = await deployment();
    const stamps: Instant[][] = [];
    for (const third of thirds) {
      await append(codec, third);
      const { records } = await read(codec);
      const seen = new Set(stamps.flat());
      stamps.push(records.map(({ arrivedAt }) => arrivedAt).filter((at) => !seen.has(at)));
      // The next third is stamped later than this one.
      const last = Math.max(...stamps.flat());
      await until(() => Date.now() > last, { what: 'a millisecond to pass', deadlineMs: 5_000 });
    }
    const [, second = []] = stamps;
    const since = Math.min(...second) as Instant;
    const latest = Math.max(...second) as Instant;
    const { facts: found, ranges } = await read(codec, { since, until: latest });
    expect(sorted(found)).toEqual(sorted(thirds[1] ?? []));
    expect(ranges.reduce((sum, { records, outside }) => sum + records + outside, 0)).toBe(
      thirds[1]?.length,
    );
    for (const { from, to, records } of ranges) expect(Number(to - from)).toBe(records);
    expect((await read(codec, { since })).facts).toHaveLength(
      (thirds[1]?.length ?? 0) + (thirds[2]?.length ?? 0),
    );
    expect((await read(codec, { since: (Date.now() + 60_000) as Instant })).records).toEqual([]);
    expect((await read(codec, { until: 0 as Instant })).records).toEqual([]);
  });

  it('misses nothing between two instants where producers stamp out of order', async () => {
    const codec = await deployment({ 'message.timestamp.type': 'CreateTime' });
    const now = Date.now();
    const [early, within, late] = thirds;
    await append(codec, within?.slice(0, 20) ?? [], now - 2_000);
    await append(codec, late ?? [], now);
    await append(codec, early ?? [], now - 9_000);
    await append(codec, within?.slice(20) ?? [], now - 3_000);
    const since = (now - 3_000) as Instant;
    const { facts: found, ranges } = await read(codec, { since, until: (now - 2_000) as Instant });
    expect(sorted(found)).toEqual(sorted(within ?? []));
    expect(ranges.reduce((sum, { outside }) => sum + outside, 0)).toBeGreaterThan(0);
  });

  it('leaves groups, committed offsets and the ends of all topics as they were', async () => {
    const codec = await deployment();
    await append(codec, facts);
    const groupId = testDeployment('incident-consumer');
    const topic = codec.topics.input['incident-created'];
    await admin.setOffsets({ groupId, topic, partitions: [{ partition: 0, offset: '3' }] });
    const before = [await groups(), await endsOf(codec)];
    expect(before[0]).toContain(groupId);
    await read(codec);
    expect([await groups(), await endsOf(codec)]).toEqual(before);
  });

  it('ends where the topics ended when it began, however they grow', async () => {
    const codec = await deployment();
    await append(codec, facts);
    let grown = 0;
    const records: ReadRecord[] = [];
    for await (const batch of readTopics(reader, codec)) {
      records.push(...batch);
      // Before the next partition is read, and while this one is.
      await append(codec, facts);
      grown += facts.length;
    }
    expect(grown).toBeGreaterThan(facts.length);
    expect(factsOf(records)).toHaveLength(facts.length);
  });

  it('comes to the end past the marks of transactions and records that were aborted', async () => {
    const codec = await deployment();
    const topic = codec.topics.input['incident-created'];
    const created = facts.filter(({ type }) => type === 'incident-created');
    const transactional = kafka.producer({
      transactionalId: testDeployment('cad'),
      idempotent: true,
      maxInFlightRequests: 1,
      retry: { initialRetryTime: 5, retries: 25 },
    });
    await transactional.connect();
    onTestFinished(() => transactional.disconnect());
    for (const [index, fact] of created.slice(0, 6).entries()) {
      const transaction = await transactional.transaction();
      const message = { ...codec.encodeFact(fact), partition: 0 };
      await transaction.send({ topic, messages: [message, message] });
      if (index % 2 === 0) await transaction.commit();
      else await transaction.abort();
    }
    // Two records and a mark each; the last mark comes when the coordinator gets to it.
    await until(async () => (await log.offsets(topic)).get(0)?.end === 18n, {
      what: 'the mark of the last transaction',
      deadlineMs: 20_000,
    });
    const { records, ranges } = await read(codec);
    expect(records).toHaveLength(6);
    const [range] = ranges.filter((one) => one.topic === topic && one.partition === 0);
    expect(range).toMatchObject({ from: 0n, to: 18n, records: 6, outside: 0, gone: 0n });
  });

  it('says where the log begins when its beginning was deleted, and what went as it was read', async () => {
    const codec = await deployment();
    const topic = codec.topics.input['incident-updated'];
    const [fact] = facts.filter(({ type }) => topicOf[type] === 'incident-updated');
    if (fact === undefined) throw new Error('the history has updates');
    const record = { ...codec.encodeFact(fact), partition: 0 };
    // A broker gives whole batches, whatever was asked for: here of fifty each.
    for (let batch = 0; batch < 10; batch += 1) {
      await log.append(
        topic,
        Array.from({ length: 50 }, () => record),
      );
    }
    const deleteUpTo = async (offset: string): Promise<void> => {
      // kafkajs deletes only from topics that it has asked about.
      await admin.fetchTopicOffsets(topic);
      await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset }] });
    };
    await deleteUpTo('100');
    expect((await read(codec)).ranges.find(({ kept }) => kept > 0n)).toMatchObject({
      ...{ topic, partition: 0, kept: 100n, from: 100n, to: 500n, records: 400, gone: 0n },
    });

    const small = openKafkaReader({ connection, bounds: { fetchBytesPerPartition: 2_000 } });
    onTestFinished(() => small.close());
    let deleted = false;
    const ranges: RangeRead[] = [];
    for await (const batch of readTopics(small, codec, {
      onRange: (range) => ranges.push(range),
    })) {
      expect(batch.length).toBeLessThan(100);
      if (deleted) continue;
      deleted = true;
      await deleteUpTo('450');
    }
    const [cut] = ranges.filter(({ gone }) => gone > 0n);
    expect(cut).toMatchObject({ topic, partition: 0, from: 100n, to: 500n });
    expect(Number(cut?.gone) + (cut?.records ?? 0)).toBe(400);
    expect((await read(codec)).records).toHaveLength(50);
  });

  it('says what was published, in order, and what on the alert topic nobody of Vigil wrote', async () => {
    const codec = await deployment();
    const publisher = await log.openPublisher({ topic: codec.topics.alerts, partition: 1 });
    onTestFinished(() => publisher.close());
    const feeds = (['feed-silent', 'feed-heard'] as const).map((phase, hour): FeedAlert => {
      const at = Date.UTC(2026, 2, 2, 9 + hour) as Instant;
      const alertId = feedAlertIdOf({ source, phase, at });
      const said = { at, raisedAt: at, lastHeard: at, policyVersion: 'p' };
      return { kind: 'feed-alert', alertId, revision: 1, source, phase, ...said };
    });
    for (const feed of feeds) {
      const record = codec.encodeLedger(feed);
      await publisher.publish([{ ...record, topic: codec.topics.alerts }]);
    }
    await log.append(codec.topics.alerts, [{ key: 'k', value: Buffer.from('no'), partition: 1 }]);
    const entries = [];
    for await (const entry of readLedger(reader, codec)) entries.push(entry);
    expect(entries).toMatchObject([
      { partition: 1, offset: 0n, content: { kind: 'record', record: feeds[0] } },
      { partition: 1, offset: 2n, content: { kind: 'record', record: feeds[1] } },
      { partition: 1, content: { kind: 'unreadable' }, value: Buffer.from('no') },
    ]);
    expect(entries[0]?.headers['content-type']?.toString()).toBe('application/avro');
  });
});
