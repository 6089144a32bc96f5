import type { Fact } from '@vigil/domain/facts/fact';
import { parsePolicy } from '@vigil/domain/policy/parse';
import type { Instant } from '@vigil/domain/time/instant';
import { expect, it } from 'vitest';
import { atOnce, riskiestFirst } from './at-once.ts';
import { unknownIncident } from './incident-record.ts';

const policy = parsePolicy(
  'targets: [{ name: attendance, milestone: attended, grades: [priority], within: PT60M }]',
  'policy',
);
const minute = 60_000;
const now = (1_772_442_000_000 + 600 * minute) as Instant;

/** When an incident is due that was created so many minutes after the start, with what else happened. */
function dueOf(created: number, details: object, ...later: readonly object[]): Instant {
  const common = { source: 'urn:cad', incidentId: 'INC' };
  const at = 1_772_442_000_000 + created * minute;
  const creation = { type: 'incident-created', id: '0', at, forceId: 'f', ...details };
  const facts = [creation, ...later].map((fact, i) => ({
    ...common,
    at: at + i,
    id: `${i}`,
    ...fact,
  }));
  return riskiestFirst(
    {
      ...unknownIncident,
      facts: facts.map((fact) => ({ fact: fact as Fact, topic: 'incident-created', offset: 0n })),
    },
    policy,
    now,
  );
}

it('puts children who wait first, the longest overdue before the others, then all that wait', () => {
  const child = { grade: 'priority', childInvolvement: 'involved' };
  const attended = { type: 'officer-attended', unitId: 'U' };
  const inOrder = [
    dueOf(1, child),
    dueOf(2, child),
    dueOf(0, { grade: 'priority' }),
    dueOf(3, { grade: 'priority' }),
    dueOf(0, child, attended),
  ];
  expect(inOrder).toEqual(inOrder.toSorted((a, b) => a - b));
  expect(new Set(inOrder).size).toBe(inOrder.length);
  expect(inOrder.every((due) => due <= atOnce && Number.isSafeInteger(due))).toBe(true);
});

it('has no hurry with what waits for nothing', () => {
  expect(dueOf(0, { grade: 'scheduled' })).toBe(atOnce);
  expect(dueOf(0, { grade: 'priority' }, { type: 'incident-closed', outcome: 'resolved' })).toBe(
    atOnce,
  );
  const stoodDown = [
    { type: 'officer-attended', unitId: 'U' },
    { type: 'attendance-aborted', unitId: 'U' },
  ];
  expect(dueOf(0, { grade: 'priority' }, ...stoodDown)).toBeLessThan(atOnce);
});
