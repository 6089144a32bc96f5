import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { byUrgency, type Rankable } from './rank.ts';

function idsOf(...rows: readonly Rankable[]): readonly string[] {
  return rows.toSorted(byUrgency).map(({ id }) => id);
}

describe('the order of the queue', () => {
  it('puts children first, then possible children, however late others are', () => {
    const order = idsOf(
      { id: 'other', child: 'not-involved', phase: 'escalation-2', dueAt: 1 },
      { id: 'possible', child: 'unknown', phase: 'breach', dueAt: 2 },
      { id: 'child', child: 'involved', phase: 'watched', dueAt: 9 },
    );
    expect(order).toEqual(['child', 'possible', 'other']);
  });
  it('puts the longest overdue first, and then what is due next', () => {
    const order = idsOf(
      { id: 'in time', child: 'involved', phase: 'watched', dueAt: 40 },
      { id: 'soon', child: 'involved', phase: 'warning', dueAt: 30 },
      { id: 'late', child: 'involved', phase: 'breach', dueAt: 20 },
      { id: 'latest', child: 'involved', phase: 'escalation-1', dueAt: 10 },
    );
    expect(order).toEqual(['latest', 'late', 'soon', 'in time']);
  });
  it('puts what ended after what is overdue, whether it has a clock or not', () => {
    const order = idsOf(
      { id: 'soon', child: 'involved', phase: 'warning', dueAt: 30 },
      { id: 'ended', child: 'involved', phase: 'cleared' },
      { id: 'late', child: 'involved', phase: 'breach', dueAt: 20 },
    );
    expect(order).toEqual(['late', 'ended', 'soon']);
  });
  it('puts what is overdue before what ended, however long ago that was due', () => {
    const order = idsOf(
      { id: 'ended', child: 'involved', phase: 'cleared', dueAt: 10 },
      { id: 'late', child: 'involved', phase: 'breach', dueAt: 20 },
    );
    expect(order).toEqual(['late', 'ended']);
  });
  it('puts what is alike in the order of ids, and is 0 for one and the same only', () => {
    const row = (id: string): Rankable => ({ id, child: 'unknown', phase: 'breach', dueAt: 5 });
    expect(idsOf(row('c'), row('a'), row('b'))).toEqual(['a', 'b', 'c']);
    expect(byUrgency(row('a'), row('a'))).toBe(0);
    expect(byUrgency(row('a'), row('b'))).toBeLessThan(0);
    expect(byUrgency(row('b'), row('a'))).toBeGreaterThan(0);
  });
  it('is the same whatever order the rows come in', () => {
    const rows: fc.Arbitrary<Rankable> = fc.record(
      {
        id: fc.string(),
        child: fc.constantFrom('involved', 'unknown', 'not-involved'),
        phase: fc.constantFrom('watched', 'warning', 'breach', 'escalation-1', 'cleared'),
        dueAt: fc.nat(3),
      },
      { requiredKeys: ['id', 'child', 'phase'] },
    );
    const some = fc.uniqueArray(rows, { selector: ({ id }) => id });
    fc.assert(
      fc.property(some, fc.infiniteStream(fc.double({ noNaN: true })), (list, keys) => {
        const shuffled = list
          .map((row) => ({ row, key: keys.next().value }))
          .sort((a, b) => a.key - b.key)
          .map(({ row }) => row);
        expect(shuffled.sort(byUrgency)).toEqual(list.toSorted(byUrgency));
      }),
    );
  });
});
