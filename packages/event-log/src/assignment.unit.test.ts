import fc from 'fast-check';
import { expect, it } from 'vitest';
import { assignPartitions } from './assignment.ts';

const group = fc.record({
  partitions: fc.integer({ min: 1, max: 40 }),
  members: fc.uniqueArray(
    fc.record({
      id: fc.string({ minLength: 1, maxLength: 4 }),
      owned: fc.array(fc.nat({ max: 50 }), { maxLength: 20 }),
    }),
    { minLength: 1, maxLength: 9, selector: ({ id }) => id },
  ),
});

it('gives every partition to exactly one member, and no member two more than another', () => {
  fc.assert(
    fc.property(group, ({ members, partitions }) => {
      const shares = [...assignPartitions(members, partitions).values()];
      expect(shares.flat().sort((a, b) => a - b)).toEqual(
        Array.from({ length: partitions }, (_, partition) => partition),
      );
      const sizes = shares.map((share) => share.length);
      expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
    }),
  );
});

it('moves nothing when the members stay the same', () => {
  fc.assert(
    fc.property(group, ({ members, partitions }) => {
      const once = assignPartitions(members, partitions);
      const again = assignPartitions(
        members.map(({ id }) => ({ id, owned: once.get(id) ?? [] })),
        partitions,
      );
      expect(again).toEqual(once);
    }),
  );
});

it('takes from the others only what a newcomer must have', () => {
  const shares = assignPartitions(
    [
      { id: 'a', owned: [0, 1, 2] },
      { id: 'b', owned: [3, 4, 5] },
      { id: 'newcomer', owned: [] },
    ],
    6,
  );
  expect(shares.get('a')).toEqual([0, 1]);
  expect(shares.get('b')).toEqual([3, 4]);
  expect(shares.get('newcomer')).toEqual([2, 5]);
});
