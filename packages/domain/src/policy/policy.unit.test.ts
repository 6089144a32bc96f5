import { describe, expect, it } from 'vitest';
import { childInvolvements } from '../facts/fact.ts';
import { takesInChild } from './policy.ts';

describe('what a policy says of a child', () => {
  it.each([
    ['nothing', undefined, ['involved', 'not-involved', 'unknown']],
    ['that one may be involved', 'possible', ['involved', 'unknown']],
    ['that one is involved', 'involved', ['involved']],
  ] as const)('takes in, when it says %s, %s', (_, child, takenIn) => {
    expect(childInvolvements.filter((one) => takesInChild(child, one))).toEqual(takenIn);
  });
});
