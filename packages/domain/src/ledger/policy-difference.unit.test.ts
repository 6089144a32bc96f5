import fc from 'fast-check';
import { expect, it } from 'vitest';
import { factSets, instants, policies } from '../../testing/facts-arbitrary.ts';
import { runs } from '../../testing/runs.ts';
import { assess } from '../assessment/assess.ts';
import { policyChanges } from './policy-difference.ts';

it('says how to come from the alerts of one policy to those of the other', () => {
  fc.assert(
    fc.property(factSets, policies, policies, instants, (facts, one, other, until) => {
      const before = assess(facts, one, until).alerts;
      const after = assess(facts, other, until).alerts;
      const name = (alert: { target: string; phase: string }, at: number | undefined) =>
        `${alert.target} ${alert.phase} ${at}`;
      const said = new Set(before.map((alert) => name(alert, alert.at)));
      for (const change of policyChanges(before, after)) {
        if (change.before !== undefined) said.delete(name(change, change.before));
        if (change.after !== undefined) said.add(name(change, change.after));
      }
      expect([...said].sort()).toEqual(after.map((alert) => name(alert, alert.at)).sort());
      expect(policyChanges(before, before)).toEqual([]);
    }),
    { numRuns: runs(1_000) },
  );
});
