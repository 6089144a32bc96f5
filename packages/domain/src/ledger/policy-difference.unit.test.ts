import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { factSets, instants, policies } from '../../testing/facts-arbitrary.ts';
import { after } from '../../testing/history.ts';
import { runs } from '../../testing/runs.ts';
import { assess } from '../assessment/assess.ts';
import type { AssessedAlert, Phase } from './alert.ts';
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

describe('what another policy changes', () => {
  const alert = (target: string, phase: Phase, minutes: number) =>
    ({
      ...{ incidentId: 'INC-1', forceId: 'example', target, phase, at: after(minutes) },
    }) as AssessedAlert;
  const of = { incidentId: 'INC-1', forceId: 'example', target: 'seen', phase: 'breach' };

  it('is an alert that is gained, lost, or moved to another instant', () => {
    const [early, late] = [alert('seen', 'breach', 60), alert('seen', 'breach', 90)];
    expect(policyChanges([], [late])).toEqual([{ ...of, after: late.at }]);
    expect(policyChanges([early], [])).toEqual([{ ...of, before: early.at }]);
    expect(policyChanges([early], [late])).toEqual([{ ...of, before: early.at, after: late.at }]);
  });

  it('pairs the first lost with the first gained, and leaves out what stays', () => {
    const at = (...minutes: number[]) => minutes.map((some) => alert('seen', 'breach', some));
    expect(policyChanges(at(60, 200, 300), at(90, 200))).toEqual([
      { ...of, before: after(60), after: after(90) },
      { ...of, before: after(300) },
    ]);
  });

  it('moves no alert to another target or phase', () => {
    const was = [alert('seen', 'breach', 60)];
    const is = [alert('seen', 'cleared', 70), alert('attended', 'breach', 60)];
    expect(policyChanges(was, is)).toHaveLength(3);
  });
});
