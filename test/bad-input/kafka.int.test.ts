import { hash } from 'node:crypto';
import type { DeadLetter } from '@vigil/contracts/dead-letter';
import { registrySchemas } from '@vigil/contracts/schema-source';
import { compareText } from '@vigil/domain/facts/order';
import type { Instant } from '@vigil/domain/time/instant';
import { Kafka, logLevel } from 'kafkajs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { created, openRoom, type Room } from '../browser/control-room/room.ts';
import { readLedger } from '../integration/ledger-reader.ts';
import { vigil } from '../integration/vigil-process.ts';
import { describeWithServers, testDeployment } from '../servers/servers.ts';
import { until } from '../servers/until.ts';
import { traceOf } from './canary.ts';
import { openForge } from './forge.ts';
import { badRecords } from './records.ts';

describeWithServers('bad records on real servers', (servers) => {
  const deployment = testDeployment('bad');
  let room: Room;
  beforeAll(async () => {
    room = await openRoom(servers, deployment);
  });
  afterAll(() => room?.stop());

  it('are put aside whole, and every good one among them is acted on', async () => {
    const { codec } = room;
    const kafka = new Kafka({
      brokers: servers.kafkaBrokers,
      clientId: 'cad',
      logLevel: logLevel.NOTHING,
    });
    const ledger = await readLedger(servers, codec, `${deployment}-reader`);
    const letters: DeadLetter[] = [];
    const reading = kafka.consumer({ groupId: `${deployment}-letters` });
    await reading.connect();
    await reading.subscribe({ topics: [codec.topics.deadLetters], fromBeginning: true });
    await reading.run({
      async eachMessage({ topic, partition, message }) {
        const { key, value, headers = {} } = message;
        expect(headers['__connect.errors.topic']).toBeDefined();
        const stored = {
          topic,
          partition,
          offset: BigInt(message.offset),
          timestamp: Number(message.timestamp),
        };
        letters.push(await codec.decodeDeadLetter({ ...stored, key, value, headers: {} }));
      },
    });

    const now = Date.now() as Instant;
    const source = registrySchemas({ url: servers.registryUrl, register: true });
    const forge = await openForge(source, now);
    const producer = kafka.producer();
    await producer.connect();
    const sent: { topic: string; reason: string; value: string }[] = [];
    for (const [index, { topic, reason, make }] of badRecords.entries()) {
      await room.produce([created(`INC-${index}`, (now - 61 * 60_000) as Instant)]);
      const { key, value, headers = {}, partition } = make(forge);
      const name = codec.topics.input[topic];
      const message = {
        key: key === null ? null : Buffer.from(key),
        value,
        headers: { ...headers },
      };
      await producer.send({
        topic: name,
        messages: [partition === undefined ? message : { ...message, partition }],
      });
      sent.push({ topic: name, reason, value: digest(value) });
    }
    await producer.disconnect();

    const breaches = () => ledger.records.filter(({ phase }) => phase === 'breach').length;
    await until(() => letters.length >= badRecords.length && breaches() >= badRecords.length, {
      what: 'every bad record to be put aside, and every good one to be acted on',
      deadlineMs: 60_000,
      pollMs: 100,
    });
    expect(letters.map(seen).toSorted(compareText)).toEqual(sent.map(seen).toSorted(compareText));
    expect(breaches()).toBe(badRecords.length);
    const listed = await vigil(['dead-letters', 'list'], room.environment);
    expect(listed).toMatchObject({ status: 0 });
    expect(traceOf(listed.stdout + listed.stderr + room.logs())).toBeUndefined();
    await reading.disconnect();
    await ledger.stop();
  }, 120_000);
});

function digest(value: Buffer | null | undefined): string {
  return value === null || value === undefined ? 'none' : hash('sha256', value);
}

function seen({
  topic,
  reason,
  value,
}: {
  topic: string;
  reason: string;
  value?: string | Buffer;
}): string {
  return `${topic} ${reason} ${typeof value === 'string' ? value : digest(value)}`;
}
