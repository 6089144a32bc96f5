import type { IncidentId } from '@vigil/domain/facts/fact';
import { compareText } from '@vigil/domain/facts/order';
import type { Instant } from '@vigil/domain/time/instant';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { dueTimes } from './due-times.ts';

const id = (text: string): IncidentId => text as IncidentId;
const at = (ms: number): Instant => ms as Instant;

it('keeps no more than twice the due times there are, however often they are put off', () => {
  const due = dueTimes();
  for (let round = 0; round < 200; round++) {
    for (let i = 0; i < 100; i++) due.set(id(`INC-${i}`), at(1_000_000 + ((round * 7 + i) % 50)));
  }
  expect(due.size()).toBe(100);
  expect(due.entries()).toBeLessThanOrEqual(1_200);
  for (let i = 0; i < 100; i++) due.set(id(`INC-${i}`), undefined);
  expect(due.size()).toBe(0);
  expect(due.upTo(at(9e15), 10)).toEqual([]);
});

it('gives the same as sorting everything, after any sequence of changes and questions', () => {
  const change = fc.record({
    id: fc.constantFrom('A', 'B', 'ﬀ', '💡', 'AB').map(id),
    due: fc.option(fc.integer({ min: 0, max: 5 }).map(at), { nil: undefined }),
    limit: fc.integer({ min: 0, max: 6 }),
    upTo: fc.integer({ min: 0, max: 5 }).map(at),
  });
  fc.assert(
    fc.property(fc.array(change, { maxLength: 40 }), (changes) => {
      const due = dueTimes();
      const model = new Map<IncidentId, Instant>();
      for (const { id, due: instant, limit, upTo } of changes) {
        due.set(id, instant);
        if (instant === undefined) model.delete(id);
        else model.set(id, instant);
        const sorted = [...model]
          .filter(([, ms]) => ms <= upTo)
          .sort(([a, x], [b, y]) => x - y || compareText(a, b))
          .slice(0, limit)
          .map(([one, ms]) => ({ id: one, due: ms }));
        expect(due.upTo(upTo, limit)).toEqual(sorted);
      }
    }),
    { numRuns: 1_000 },
  );
});
