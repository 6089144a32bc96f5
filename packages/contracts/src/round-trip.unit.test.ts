import { topicOf } from '@vigil/domain/facts/fact';
import type { Duration } from '@vigil/domain/time/duration';
import type { Instant } from '@vigil/domain/time/instant';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { facts, heartbeats, ledgerRecords, openBreaches } from '../testing/records-arbitrary.ts';
import { stored } from '../testing/stored.ts';
import { type Codec, openCodec } from './codec.ts';
import type { StoredRecord } from './log-record.ts';
import { embeddedSchemas } from './schema-source.ts';
import { topicNames } from './topics.ts';

const topics = topicNames();
const runs = { numRuns: 500 };

let codec: Codec;
beforeAll(async () => {
  const maxAhead = 0 as Duration;
  codec = await openCodec(embeddedSchemas(), topics, { maxAhead });
});

const factRecords: fc.Arbitrary<StoredRecord> = facts.map((fact) =>
  stored(codec.encodeFact(fact), { topic: topics.input[topicOf[fact.type]], timestamp: fact.at }),
);

describe('whatever is written is read as it was', () => {
  it('a fact', async () => {
    await fc.assert(
      fc.asyncProperty(facts, async (fact) => {
        const topic = topics.input[topicOf[fact.type]];
        const record = stored(codec.encodeFact(fact), { topic, timestamp: fact.at });
        expect(await codec.decode(record)).toEqual({ kind: 'fact', fact });
        expect(record.key?.toString()).toBe(fact.incidentId);
      }),
      runs,
    );
  });

  it('a heartbeat, on each of the input topics', async () => {
    const topic = fc.constantFrom(...Object.values(topics.input));
    await fc.assert(
      fc.asyncProperty(heartbeats, topic, async (heartbeat, on) => {
        const written = codec.encodeFact(heartbeat);
        const record = stored(written, { topic: on, timestamp: heartbeat.at });
        expect(await codec.decode(record)).toEqual({ kind: 'heartbeat', heartbeat });
      }),
      runs,
    );
  });

  it('a record of the ledger', async () => {
    await fc.assert(
      fc.asyncProperty(ledgerRecords, async (record) => {
        const at = { topic: topics.alerts, timestamp: record.at };
        const written = codec.encodeLedger(record);
        expect(await codec.decodeLedger(stored(written, at))).toEqual(record);
        const content = await codec.decodeLedgerContent(stored(written, at));
        expect([written.content, content]).toEqual([record, record]);
      }),
      runs,
    );
  });

  it('an open breach, and its end', async () => {
    await fc.assert(
      fc.asyncProperty(openBreaches, async (breach) => {
        const { incidentId, target, breachAt } = breach;
        const at = { topic: topics.openBreaches, timestamp: breachAt };
        const open = codec.encodeOpenBreach(incidentId, target, breach);
        const ended = codec.encodeOpenBreach(incidentId, target, null);
        expect(await codec.decodeOpenBreach(stored(open, at))).toEqual(breach);
        expect(await codec.decodeOpenBreach(stored(ended, at))).toBeUndefined();
        expect([open.key, ended.key]).toEqual(Array(2).fill(`${incidentId}|${target}`));
      }),
      runs,
    );
  });
});

/** A record with some of its bytes changed, inserted or cut off, in the value or elsewhere. */
const damagedRecords: fc.Arbitrary<StoredRecord> = fc
  .tuple(
    factRecords,
    fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 })), { maxLength: 4 }),
    fc.option(fc.nat()),
    fc.option(fc.uint8Array({ maxLength: 20 })),
    fc.option(fc.uint8Array({ maxLength: 200 })),
  )
  .map(([record, changes, cut, more, key]) => {
    let value = Buffer.from(record.value ?? []);
    for (const [at, byte] of changes) value[5 + (at % (value.length - 5))] = byte;
    if (cut !== null) value = value.subarray(0, cut % (value.length + 1));
    if (more !== null) value = Buffer.concat([value, more]);
    return { ...record, value, ...(key === null ? {} : { key: Buffer.from(key) }) };
  });

const anyRecords: fc.Arbitrary<StoredRecord> = fc.record({
  topic: fc.constantFrom(...Object.values(topics.input)),
  partition: fc.nat(),
  offset: fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }),
  timestamp: fc.integer({ min: -1, max: Date.UTC(2200, 0, 1) }),
  key: fc.option(fc.uint8Array().map((bytes) => Buffer.from(bytes))),
  value: fc.option(fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from([0, ...bytes]))),
  headers: fc.dictionary(
    // Node's Kafka clients keep headers in plain objects, where this name is not to be had.
    fc
      .oneof(fc.string(), fc.constantFrom('ce_specversion', 'ce_type', 'ce_subject'))
      .filter((name) => name !== '__proto__'),
    fc.uint8Array().map((bytes) => Buffer.from(bytes)),
  ),
});

describe('whatever bytes stand on an input topic', () => {
  it('they are a fact or rejected with a reason, never thrown, and go whole to the dead letters', async () => {
    let rejections = 0;
    await fc.assert(
      fc.asyncProperty(fc.oneof(damagedRecords, anyRecords), async (record) => {
        const decoded = await codec.decode(record);
        if (decoded.kind !== 'rejected') return;
        rejections++;
        expect(decoded.detail).not.toBe('');
        const at = Date.UTC(2026, 2, 2, 9) as Instant;
        const letter = codec.encodeDeadLetter(record, { ...decoded, at });
        const { offset, key, value, headers, ...place } = record;
        const read = await codec.decodeDeadLetter(
          stored(letter, { topic: topics.deadLetters, timestamp: at }),
        );
        expect(read).toMatchObject({
          ...place,
          offset: String(offset),
          reason: decoded.reason,
          detail: decoded.detail,
          putAsideAt: at,
        });
        expect([read.key ?? null, read.value ?? null]).toEqual([key, value]);
        expect({ ...read.headers }).toEqual({ ...headers });
      }),
      { numRuns: 2_000 },
    );
    expect(rejections).toBeGreaterThan(500);
  });
});
