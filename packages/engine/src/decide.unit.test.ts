import { assess } from '@vigil/domain/assessment/assess';
import type { Fact, IncidentId } from '@vigil/domain/facts/fact';
import { alertIdOf } from '@vigil/domain/ledger/alert';
import { standingBreaches } from '@vigil/domain/ledger/difference';
import type { Policy } from '@vigil/domain/policy/policy';
import { earlier, type Instant, later, plus } from '@vigil/domain/time/instant';
import { countedOutcomes, slotChanges, windowFigures } from '@vigil/domain/windows/slots';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { factSets, instants, nine, policies } from '../../domain/testing/facts-arbitrary.ts';
import { decide, type OutboxMessage } from './decide.ts';
import { type IncidentRecord, unknownIncident, withFacts } from './incident-record.ts';
import { deserialise, serialise } from './stored-incident.ts';

const numRuns = 10_000;
const end = plus(nine, 7 * 3_600_000);
const hold = { cause: 'lag', on: 'officer-attended', lagMs: 61_000 } as const;

/** One look at the incident: so many facts more, a watermark, how far beyond it the wall clock is believed. */
type Look = readonly [more: number, watermark: Instant, ahead: number];

const lives = factSets.chain((facts) =>
  fc.record({
    // Delivered twice, in any order.
    arrival: fc.shuffledSubarray([...facts, ...facts], {
      minLength: facts.length * 2,
      maxLength: facts.length * 2,
    }),
    looks: fc.array(fc.tuple(fc.nat(5), instants, fc.constantFrom(0, 0, 0, 5_400_000)), {
      maxLength: 8,
    }) satisfies fc.Arbitrary<Look[]>,
  }),
);

interface Life {
  readonly arrival: readonly Fact[];
  readonly looks: readonly Look[];
}

/**
 * Lives through an incident as the services do, one decision after the other, storing it in between.
 *
 * @param before - in force until the last look.
 */
function live({ arrival, looks }: Life, policy: Policy, before = policy) {
  const id = arrival[0]?.incidentId ?? ('INC-1' as IncidentId);
  const said: OutboxMessage[] = [];
  const slots = new Map<string, number>();
  let record: IncidentRecord = unknownIncident;
  let watermark = plus(nine, -3_600_000);
  let known = 0;
  const all: readonly Look[] = [...looks, [arrival.length, end, 0]];
  for (const [index, [more, at, ahead]] of all.entries()) {
    watermark = later(watermark, earlier(at, end));
    const fresh = arrival.slice(known, known + more);
    known += fresh.length;
    const positioned = fresh.map((fact, i) => ({
      fact,
      topic: 'incident-created' as const,
      offset: BigInt(known + i),
    }));
    const stored = deserialise(id, serialise(withFacts(record, positioned).record));
    const assertTo = plus(watermark, ahead);
    const decision = decide(id, stored, {
      policy: index < looks.length ? before : policy,
      watermark,
      ...(ahead === 0 ? {} : { assertTo: earlier(assertTo, end) }),
      hold,
      outage: undefined,
      wall: end,
      partition: 0,
    });
    record = decision.record;
    said.push(...decision.outbox);
    for (const { key, delta } of decision.slots) slots.set(key, (slots.get(key) ?? 0) + delta);
  }
  return { said, slots };
}

describe('a live run', () => {
  it('says what a replay says, net of retractions, and no revision twice', () => {
    fc.assert(
      fc.property(lives, policies, (life, policy) => {
        const { said } = live(life, policy);
        const standing = new Map<string, boolean>();
        const seen = new Set<string>();
        for (const message of said) {
          if (message.to !== 'ledger') continue;
          const { record } = message;
          const once = `${record.kind} ${record.alertId} ${record.revision}`;
          expect(seen.has(once)).toBe(false);
          seen.add(once);
          if (record.kind === 'retraction') standing.delete(record.alertId);
          if (record.kind === 'alert') {
            standing.set(record.alertId, record.confidence === 'confirmed');
          }
          if (record.kind === 'confirmation') standing.set(record.alertId, true);
        }
        const replay = assess(life.arrival, policy, end).alerts.map(alertIdOf);
        expect([...standing.keys()].sort()).toEqual([...replay].sort());
        expect([...standing.values()].every((confirmed) => confirmed)).toBe(true);
      }),
      { numRuns },
    );
  });

  it('leaves in breach what a replay leaves in breach', () => {
    fc.assert(
      fc.property(lives, policies, (life, policy) => {
        const open = new Map<string, unknown>();
        for (const message of live(life, policy).said) {
          if (message.to !== 'open-breaches') continue;
          if (message.breach === null) open.delete(message.target);
          else open.set(message.target, [message.breach.breachAt, message.breach.phase]);
        }
        const expected = standingBreaches(assess(life.arrival, policy, end).alerts);
        const now = [...expected].map(([target, { breach, latest }]) => [
          target,
          [breach.at, latest.phase],
        ]);
        expect([...open].sort()).toEqual(now.sort());
      }),
      { numRuns },
    );
  });

  it('leaves the windows that a replay would count, whatever policy was in force before', () => {
    const pairs = fc.tuple(policies, fc.option(policies, { nil: undefined }));
    fc.assert(
      fc.property(lives, pairs, (life, [policy, former]) => {
        const before = former && { ...former, policyVersion: 'ffffffffffff' };
        const { settlements, samples } = assess(life.arrival, policy, end);
        const counted = countedOutcomes(settlements, samples, policy.objectives);
        const replay = new Map(slotChanges([], counted, end).map(({ key, delta }) => [key, delta]));
        const rows = (slots: ReadonlyMap<string, number>) =>
          windowFigures(new Map([...slots].filter(([, count]) => count !== 0)), end)
            .map((row) => JSON.stringify(row))
            .sort();
        expect(rows(live(life, policy, before).slots)).toEqual(rows(replay));
      }),
      { numRuns },
    );
  });
});
