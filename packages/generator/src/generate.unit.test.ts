import { assess } from '@vigil/domain/assessment/assess';
import { formatCloudEvent, parseCloudEvent } from '@vigil/domain/facts/cloud-event';
import type { Fact, Grade } from '@vigil/domain/facts/fact';
import { parsePolicy } from '@vigil/domain/policy/parse';
import { type Instant, plus } from '@vigil/domain/time/instant';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Delivered } from './delivery.ts';
import { type GenerateOptions, generateFacts } from './generate.ts';

const from = Date.UTC(2026, 2, 2) as Instant;
const dayMs = 86_400_000;
const minute = 60_000;

const policy = parsePolicy(
  `
childTypes: [child-protection, missing-child]
objectives:
  - { name: hour, milestone: attended, grades: [priority], within: PT60M, target: 0.75, windows: [P7D], minimumIncidents: 20 }
`,
  'test',
);

const options = fc.record({
  incidents: fc.integer({ min: 0, max: 120 }),
  seed: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  from: fc.integer({ min: Date.UTC(2000, 0), max: Date.UTC(2100, 0) }).map((ms) => ms as Instant),
  days: fc.integer({ min: 1, max: 40 }),
});

function linesOf(given: GenerateOptions): string[] {
  return [...generateFacts(given)].map(({ fact }) => JSON.stringify(formatCloudEvent(fact)));
}

function byIncident(delivered: Iterable<Delivered>): Map<string, Fact[]> {
  const incidents = new Map<string, Fact[]>();
  for (const { fact } of delivered) {
    const facts = incidents.get(fact.incidentId) ?? [];
    facts.push(fact);
    incidents.set(fact.incidentId, facts);
  }
  return incidents;
}

describe('any generated history', () => {
  it('is the same for the same seed, byte for byte', () => {
    fc.assert(
      fc.property(options, (given) => {
        expect(linesOf(given)).toEqual(linesOf(given));
      }),
      { numRuns: 30 },
    );
  });

  it('is another for another seed', () => {
    const given = { incidents: 50, from, days: 2 };
    const texts = [0, 1, 2, 3, 2 ** 32 - 1].map((seed) => linesOf({ ...given, seed }).join('\n'));
    expect(new Set(texts).size).toBe(texts.length);
  });

  it('is made of facts that read back as they were', () => {
    fc.assert(
      fc.property(options, (given) => {
        for (const { fact } of generateFacts(given)) {
          const line = JSON.stringify(formatCloudEvent(fact));
          expect(parseCloudEvent(JSON.parse(line))).toEqual({ kind: 'fact', fact });
        }
      }),
      { numRuns: 30 },
    );
  });

  it('comes in order of delivery, within its days', () => {
    fc.assert(
      fc.property(options, (given) => {
        let before = given.from;
        for (const { deliveredAt } of generateFacts(given)) {
          expect(deliveredAt).toBeGreaterThanOrEqual(before);
          before = deliveredAt;
        }
        expect(before).toBeLessThan(plus(given.from, given.days * dayMs));
      }),
    );
  });

  it('has ids that name one fact each, repeats aside', () => {
    fc.assert(
      fc.property(options, (given) => {
        const facts = new Map<string, Fact>();
        for (const { fact } of generateFacts(given)) {
          const identity = `${fact.source} ${fact.id}`;
          expect(facts.get(identity) ?? fact).toEqual(fact);
          facts.set(identity, fact);
        }
      }),
      { numRuns: 30 },
    );
  });

  it('never dates a fact so far ahead that it would be taken for a clock error', () => {
    for (const { fact, deliveredAt } of generateFacts({
      incidents: 3_000,
      seed: 9,
      from,
      days: 3,
    })) {
      expect(fact.at - deliveredAt).toBeLessThan(policy.maxAhead);
    }
  });

  it.each([
    ['incidents', { incidents: 1.5 }],
    ['seed', { seed: -1 }],
    ['seed', { seed: 2 ** 32 }],
    ['days', { days: 0 }],
    ['from and days', { from: Date.UTC(2199, 11, 30) as Instant, days: 2 }],
    ['from and days', { from: Date.UTC(1900, 0) as Instant }],
  ])('refuses %s that are out of range, by name', (name, wrong) => {
    const given = { incidents: 1, seed: 1, from, days: 1, ...wrong };
    expect(() => [...generateFacts(given)]).toThrow(new RegExp(`^${name} must`));
  });
});

describe.each([1, 20, 300])('the picture of 20,000 incidents with seed %i', (seed) => {
  const days = 14;
  const now = plus(from, days * dayMs);
  const delivered = [...generateFacts({ incidents: 20_000, seed, from, days })];
  const incidents = byIncident(delivered);
  const assessed = [...incidents.values()].map((facts) => assess(facts, policy, now));
  const facts = delivered.map(({ fact }) => fact);
  const created = [...incidents.values()].flatMap((all) =>
    all.filter((fact) => fact.type === 'incident-created').slice(0, 1),
  );
  const share = (part: number, whole: number) => part / whole;

  it('has about 54 % of the priority incidents attended within the hour, waiting counted as missed', () => {
    const settlements = assessed.flatMap((one) => one.settlements);
    const within = settlements.filter(({ outcome }) => outcome === 'within').length;
    expect(share(within, settlements.length)).toBeGreaterThan(0.52);
    expect(share(within, settlements.length)).toBeLessThan(0.56);
  });

  it('has a tail of days and incidents that nobody ever attended', () => {
    const waits = assessed.flatMap((one) => one.samples).map((sample) => sample.attendanceMs);
    expect(waits.filter((ms) => ms > dayMs).length).toBeGreaterThan(waits.length * 0.01);
    const old = assessed.filter(
      ({ state }) =>
        state?.open === true &&
        state.attendances.length === 0 &&
        state.grade === 'priority' &&
        now - state.start > 7 * dayMs,
    );
    expect(old.length).toBeGreaterThan(10);
  });

  it('has a child in one incident of ten, known by marker, involvement, age or type', () => {
    const children = assessed.filter(({ state }) => state?.child === 'involved');
    expect(share(children.length, incidents.size)).toBeGreaterThan(0.085);
    expect(share(children.length, incidents.size)).toBeLessThan(0.115);
    const unknown = assessed.filter(({ state }) => state?.child === 'unknown');
    expect(share(unknown.length, incidents.size)).toBeGreaterThan(0.15);
    const known = [
      created.filter((fact) => fact.childMarkers !== undefined),
      created.filter((fact) => fact.childInvolvement === 'involved'),
      created.filter((fact) => (fact.youngestAge ?? 18) < 18),
      created.filter((fact) => policy.childTypes.includes(fact.incidentType ?? '')),
      facts.filter((fact) => fact.type === 'incident-updated' && fact.childMarkers !== undefined),
    ];
    for (const some of known) expect(some.length).toBeGreaterThan(20);
  });

  it('has the grades of a British force', () => {
    const expected: Record<Grade, number> = {
      immediate: 0.2,
      priority: 0.38,
      scheduled: 0.25,
      resolution: 0.15,
      unknown: 0.02,
    };
    for (const [grade, wanted] of Object.entries(expected)) {
      const count = created.filter((fact) => fact.grade === grade).length;
      expect(Math.abs(share(count, created.length) - wanted)).toBeLessThan(0.015);
    }
  });

  it('is busier in the evening than before dawn, and has several forces, areas and both settings', () => {
    const at = (hour: number) =>
      created.filter((fact) => new Date(fact.at).getUTCHours() === hour).length;
    expect(at(18)).toBeGreaterThan(2 * at(4));
    expect(new Set(created.map((fact) => fact.forceId)).size).toBe(3);
    expect(new Set(created.map((fact) => fact.areaId)).size).toBe(10);
    expect(new Set(created.map((fact) => fact.setting)).size).toBe(2);
  });

  it('has every kind of disorder', () => {
    const closes = facts.filter((fact) => fact.type === 'incident-closed');
    const regrades = facts.filter(
      (fact) => fact.type === 'incident-updated' && fact.grade !== undefined,
    );
    const firstDelivered = [...incidents.values()].map(([first]) => first);
    const recordedLate = facts.filter((fact) => (fact.time ?? fact.at) - fact.at > 60 * minute);
    const deliveredLate = delivered.filter(
      ({ fact, deliveredAt }) => deliveredAt - (fact.time ?? fact.at) > 60 * minute,
    );
    const disorder: Record<string, number> = {
      repeats: facts.length - new Set(facts.map(({ source, id }) => `${source} ${id}`)).size,
      reviewedRegrades: regrades.filter((fact) => 'reviewed' in fact).length,
      otherRegrades: regrades.filter((fact) => !('reviewed' in fact)).length,
      standDowns: facts.filter((fact) => fact.type === 'attendance-aborted').length,
      reopenings: facts.filter((fact) => fact.type === 'incident-reopened').length,
      seenLater: facts.filter((fact) => fact.type === 'child-seen').length,
      notSeenAtVisit: facts.filter(
        (fact) => fact.type === 'officer-attended' && fact.childSeen === false,
      ).length,
      merged: closes.filter(
        (fact) => fact.outcome === 'merged' && fact.relatedIncidentId !== undefined,
      ).length,
      duplicate: closes.filter((fact) => fact.outcome === 'duplicate').length,
      cancelled: closes.filter((fact) => fact.outcome === 'cancelled').length,
      attendedDeliveredFirst: firstDelivered.filter((fact) => fact?.type === 'officer-attended')
        .length,
      attendedBeforeCreation: assessed.filter((one) => one.flags.includes('before-creation'))
        .length,
      recordedLate: recordedLate.length,
      deliveredLate: deliveredLate.length,
    };
    for (const [kind, count] of Object.entries(disorder)) {
      expect(count, kind).toBeGreaterThan(2);
    }
  });
});
