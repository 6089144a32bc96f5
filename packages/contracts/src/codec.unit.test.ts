import type { Fact, FactId, ForceId, IncidentId, SourceId, UnitId } from '@vigil/domain/facts/fact';
import type { AlertId, LedgerRecord } from '@vigil/domain/ledger/alert';
import type { Duration } from '@vigil/domain/time/duration';
import type { Instant } from '@vigil/domain/time/instant';
import { beforeAll, describe, expect, it } from 'vitest';
import { stored } from '../testing/stored.ts';
import { type Codec, openCodec, openDecoder } from './codec.ts';
import type { StoredRecord } from './log-record.ts';
import { embeddedSchemas } from './schema-source.ts';
import { topicNames } from './topics.ts';

const nine = Date.UTC(2026, 2, 2, 9) as Instant;
const common = {
  id: 'f1' as FactId,
  source: 'urn:police:example:cad' as SourceId,
  incidentId: 'INC-1' as IncidentId,
  at: nine,
};
const facts: readonly Fact[] = [
  {
    type: 'incident-created',
    ...common,
    time: nine,
    forceId: 'example' as ForceId,
    grade: 'priority',
    childMarkers: ['child-protection-plan'],
    youngestAge: 16,
  },
  { type: 'incident-updated', ...common, grade: 'scheduled', reviewed: true },
  { type: 'incident-allocated', ...common },
  { type: 'caller-contacted', ...common },
  {
    type: 'incident-closed',
    ...common,
    outcome: 'merged',
    relatedIncidentId: 'INC-2' as IncidentId,
  },
  { type: 'incident-reopened', ...common },
  { type: 'officer-attended', ...common, unitId: 'EX21' as UnitId, childSeen: false },
  { type: 'child-seen', ...common },
  { type: 'attendance-aborted', ...common, unitId: 'EX21' as UnitId },
];

let codec: Codec;
beforeAll(async () => {
  const maxAhead = 300_000 as Duration;
  codec = await openCodec(embeddedSchemas(), topicNames('x-'), { maxAhead });
});

const created = (over: Partial<StoredRecord> = {}): StoredRecord => {
  const [fact] = facts;
  if (fact === undefined) throw new Error('there is a first fact');
  return stored(codec.encodeFact(fact), {
    topic: 'x-incident-created',
    timestamp: nine,
    ...over,
  });
};

it('is read by who may not ask for the ids of schemas, or has newer ones than the registry', async () => {
  const source = {
    ...embeddedSchemas(),
    idOf: () => Promise.reject(new Error('the registry does not have this version')),
  };
  const decoder = await openDecoder(source, topicNames('x-'), { maxAhead: 0 as Duration });
  expect(await decoder.decode(created())).toEqual({ kind: 'fact', fact: facts[0] });
});

describe('a fact on the log', () => {
  it.each(facts.map((fact) => [fact.type, fact] as const))(
    'is read as it was written: %s',
    async (type, fact) => {
      const topic = type.startsWith('incident-created')
        ? 'x-incident-created'
        : /attend|seen/.test(type)
          ? 'x-officer-attended'
          : 'x-incident-updated';
      const record = stored(codec.encodeFact(fact), { topic, timestamp: nine });
      expect(record.headers['ce_type']?.toString()).toBe(type);
      expect(await codec.decode(record)).toEqual({ kind: 'fact', fact });
    },
  );

  it('is put aside with its reason, never thrown, when it cannot be taken in', async () => {
    const whole = created().value ?? Buffer.alloc(0);
    const unknownId = Buffer.from(whole);
    unknownId.writeUInt32BE(999, 1);
    const { ce_type: _, ...withoutType } = created().headers;
    const cases: readonly (readonly [string, StoredRecord])[] = [
      ['empty', created({ value: null })],
      ['not-avro', created({ value: Buffer.from('{"grade":"priority"}') })],
      ['unknown-schema', created({ value: unknownId })],
      ['truncated-avro', created({ value: whole.subarray(0, whole.length - 3) })],
      ['truncated-avro', created({ value: Buffer.concat([whole, Buffer.from([1])]) })],
      ['too-large', created({ value: Buffer.alloc(70_000) })],
      ['wrong-record', created({ headers: withoutType })],
      ['not-a-cloud-event', created({ headers: {} })],
      ['wrong-topic', created({ topic: 'x-officer-attended' })],
      ['wrong-key', created({ key: Buffer.from('INC-2') })],
      ['ahead-of-its-record', created({ timestamp: nine - 300_001 })],
      [
        'invalid-fact',
        created({ headers: { ...created().headers, ce_subject: Buffer.from('INC-2') } }),
      ],
    ];
    for (const [reason, record] of cases) {
      expect(await codec.decode(record)).toMatchObject({ kind: 'rejected', reason });
    }
  });
});

describe('the ledger', () => {
  const named = {
    alertId: 'bc214b0b-0684-5a15-9325-3a2315fe97f5' as AlertId,
    revision: 1,
    incidentId: 'INC-1' as IncidentId,
    forceId: 'example' as ForceId,
    target: 'child-priority-attendance',
    phase: 'breach' as const,
    at: nine,
    policyVersion: '0123456789ab',
    watermark: nine,
  };
  const positions = [
    { source: common.source, id: common.id, topic: 'incident-created', partition: 3, offset: '9' },
  ];
  const records: readonly LedgerRecord[] = [
    {
      kind: 'alert',
      ...named,
      grade: 'priority',
      child: 'involved',
      milestone: 'attended',
      severity: 'high',
      raisedAt: nine,
      late: 'lag',
      confidence: 'provisional',
      hold: { cause: 'lag', on: 'officer-attended', lagMs: 61_000 },
      facts: positions,
    },
    { kind: 'retraction', ...named, reason: 'late-fact', retractedAt: nine, facts: [] },
    { kind: 'confirmation', ...named, confirmedAt: nine },
    {
      kind: 'feed-alert',
      alertId: named.alertId,
      revision: 1,
      source: common.source,
      phase: 'feed-silent',
      at: nine,
      raisedAt: nine,
      lastHeard: nine,
      policyVersion: named.policyVersion,
    },
    {
      kind: 'objective-alert',
      alertId: named.alertId,
      revision: 1,
      objective: 'priority-within-the-hour',
      forceId: named.forceId,
      phase: 'objective-missed',
      at: nine,
      raisedAt: nine,
      target: 0.75,
      windows: [{ lengthMs: 3_600_000, within: 10, missed: 11 }],
      policyVersion: named.policyVersion,
    },
  ];

  it.each(records.map((record) => [record.kind, record] as const))(
    'is read as it was written: %s',
    async (_, record) => {
      const written = stored(codec.encodeLedger(record), {
        topic: 'x-attendance-alerts',
        timestamp: nine,
      });
      expect(await codec.decodeLedger(written)).toEqual(record);
    },
  );

  it('refuses a record that is not of it', async () => {
    const record = created({ topic: 'x-attendance-alerts' });
    await expect(codec.decodeLedger(record)).rejects.toThrow(/not of the ledger/);
  });
});
