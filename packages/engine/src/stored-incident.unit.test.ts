import { dataNames } from '@vigil/domain/facts/check-fact';
import {
  type AreaId,
  childInvolvements,
  closeOutcomes,
  type Fact,
  type FactType,
  type ForceId,
  grades,
  type IncidentId,
  settings,
  topicOf,
} from '@vigil/domain/facts/fact';
import type { Duration } from '@vigil/domain/time/duration';
import { type Instant, plus } from '@vigil/domain/time/instant';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { factSets, instants, nine, policies } from '../../domain/testing/facts-arbitrary.ts';
import { decide } from './decide.ts';
import { type IncidentRecord, unknownIncident } from './incident-record.ts';
import { deserialise, serialise } from './stored-incident.ts';

const id = 'INC-1' as IncidentId;
const said = {
  alertId: '1b4e28ba-2fa1-5d3b-a3f5-ef19b5a7633b',
  target: 'child',
  phase: 'breach',
  at: plus(nine, 3_600_000),
  revision: 2,
  standing: true,
  provisional: false,
} as IncidentRecord['said'][number];
const counted = {
  objective: 'hour',
  windows: [3_600_000, 86_400_000] as Duration[],
  at: plus(nine, 3_600_000),
  forceId: 'example' as ForceId,
  areaId: 'north' as AreaId,
  child: 'involved',
} as Omit<IncidentRecord['counted'][number], 'outcome'>;
const record: IncidentRecord = {
  facts: [
    positioned(3n, {
      type: 'incident-created',
      id: 'INC-1-1',
      forceId: 'example',
      grade: 'priority',
      areaId: 'north',
      childMarkers: ['looked-after-child'],
      youngestAge: 7,
    }),
    positioned(9n, {
      type: 'officer-attended',
      id: 'f2',
      at: plus(nine, -60_000),
      unitId: 'U1',
      childSeen: false,
    }),
  ],
  said: [said],
  counted: [
    { ...counted, outcome: 'missed' },
    { ...counted, outcome: 5_400_000 },
  ],
  decidedTo: plus(nine, 7_200_000),
  policyVersion: '245062a80b67',
  traces: [],
};

const fieldsThatAreNoText: Readonly<Record<string, unknown>> = {
  youngestAge: 7,
  childMarkers: ['looked-after-child'],
  reviewed: true,
  childSeen: true,
};

describe('a stored incident', () => {
  it('says again what it was given, after any facts and decisions', () => {
    fc.assert(
      fc.property(factSets, policies, instants, (facts, policy, watermark) => {
        const before: IncidentRecord = {
          ...unknownIncident,
          facts: facts.map((fact, n) => ({ fact, topic: topicOf[fact.type], offset: BigInt(n) })),
        };
        const given = { policy, watermark, wall: watermark, partition: 0, outage: undefined };
        const hold = { cause: 'lag', on: 'officer-attended', lagMs: 0 } as const;
        for (const one of [before, decide(id, before, { ...given, hold }).record]) {
          expect(deserialise(id, serialise(one))).toEqual(one);
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it('keeps the traces of its facts', () => {
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    const traced = { ...record, traces: [{ traceparent }] };
    expect(deserialise(id, serialise(traced))).toEqual(traced);
  });

  it('keeps every field that any fact may have, one that is new included', () => {
    const facts = (Object.keys(topicOf) as FactType[]).map((type, n) => {
      const values = dataNames(type)
        .filter((name) => name !== 'incidentId')
        .map((name) => [name, fieldsThatAreNoText[name] ?? `a ${name}`]);
      return positioned(BigInt(n), { type, id: `f${n}`, ...Object.fromEntries(values) });
    });
    const one = { ...record, facts };
    expect(deserialise(id, serialise(one))).toEqual(one);
  });

  it('says every word there is again, and texts that nobody foresaw', () => {
    const words = [...grades, ...settings, ...childInvolvements, ...closeOutcomes, 'gwynedd', '-1'];
    const facts = words.map((word, n) =>
      positioned(2n ** 53n + BigInt(n), {
        type: 'incident-created',
        id: word,
        forceId: word,
        grade: 'unknown',
        incidentType: word,
        childMarkers: [word, word],
      }),
    );
    const one = { ...record, facts };
    expect(deserialise(id, serialise(one))).toEqual(one);
  });

  it('is written as it was when this form began, so that what is stored stays readable', () => {
    const text =
      '[2,1772442000000,[[0,0,"3","\x7f-1","urn:police:example:cad","example",10,"north",null,null,null,["looked-after-child"],7],[6,-60000,"9","f2",-1,"U1",false]],[["1b4e28ba-2fa1-5d3b-a3f5-ef19b5a7633b","child",23,3600000,2,1,0]],[["hour",3600000,-2,-3,16,false,"3600000 86400000"],[-7,3600000,-2,-3,16,5400000,-8]],7200000,"245062a80b67",[]]';
    expect(serialise(record)).toBe(text);
    expect(deserialise(id, serialise(record))).toEqual(record);
  });

  it('is read in the form that the first Vigil wrote', () => {
    const { facts, said: s, counted: c, decidedTo: d, policyVersion: p, traces: t } = record;
    const f = facts.map(({ fact: { incidentId: _, time: __, ...fact }, offset }, n) => [
      fact,
      n === 0 ? 0 : 2,
      String(offset),
    ]);
    expect(deserialise(id, JSON.stringify({ f, s, c, d, p, t }))).toEqual(record);
    expect(deserialise(id, '{"f":[]}')).toEqual(unknownIncident);
  });

  it('refuses a form of a later Vigil instead of guessing what it means', () => {
    expect(() => deserialise(id, '[3,0,[],[],[],null,null,[]]')).toThrow('by a later Vigil');
    expect(() => deserialise(id, '[2,0,[],[],[],null,-4,[]]')).toThrow('text -4');
  });
});

function positioned(
  offset: bigint,
  fact: Readonly<Record<string, unknown>> & { readonly type: Fact['type']; readonly at?: Instant },
) {
  const whole = { source: 'urn:police:example:cad', incidentId: id, at: nine, ...fact };
  return { fact: whole as unknown as Fact, topic: topicOf[fact.type], offset };
}
