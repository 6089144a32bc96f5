import { describe, expect, it } from 'vitest';
import { after, incident } from '../../testing/history.ts';
import { anyPriority, policyOf } from '../../testing/reports.ts';
import { assess } from '../assessment/assess.ts';
import { throughScope } from '../assessment/clock.ts';
import type { AreaId, Fact } from '../facts/fact.ts';
import { downgradesOf } from './downgrade.ts';

const policy = policyOf(anyPriority);

function downgrades({ facts }: { readonly facts: readonly Fact[] }) {
  const { timeline } = assess(facts, policy, after(24 * 60)).standing;
  return policy.objectives.flatMap((objective) =>
    downgradesOf(throughScope(timeline, objective), objective),
  );
}
const called = () => incident('A').created(0, 'priority');

describe('a downgrade', () => {
  it('says of which incident, from what to what, how far on, and what came of it', () => {
    const story = incident('A')
      .created(0, 'priority', { areaId: 'north' as AreaId, childInvolvement: 'involved' })
      .graded(45, 'scheduled')
      .attended(100);
    expect(downgrades(story)).toEqual([
      {
        ...{ incidentId: 'A', forceId: 'example', areaId: 'north', child: 'involved' },
        ...{ at: after(45), from: 'priority', to: 'scheduled', elapsed: 0.75 },
        ...{ leftMs: 900_000, review: 'never', reachedMs: 6_000_000 },
      },
    ]);
    expect(downgrades(called().graded(45, 'scheduled'))[0]?.reachedMs).toBeUndefined();
  });

  it('is one to unknown as well, and none to a more urgent grade', () => {
    expect(downgrades(called().graded(5, 'unknown'))).toMatchObject([{ to: 'unknown' }]);
    expect(downgrades(called().graded(5, 'immediate'))).toEqual([]);
    expect(downgrades(incident('A').created(0, 'unknown').graded(5, 'scheduled'))).toEqual([]);
  });

  it('is none within the objective, nor where another thing is said of the incident', () => {
    expect(downgrades(called().graded(5, 'priority').closed(9))).toEqual([]);
    expect(downgrades(called().updated(5, { areaId: 'north' as AreaId }))).toEqual([]);
  });

  it('is none once it was due, attended, closed or out of grade', () => {
    expect(downgrades(called().graded(59, 'scheduled'))).toHaveLength(1);
    expect(downgrades(called().graded(60, 'scheduled'))).toEqual([]);
    expect(downgrades(called().attended(5).graded(9, 'scheduled'))).toEqual([]);
    expect(downgrades(called().closed(5).graded(9, 'scheduled'))).toEqual([]);
    expect(downgrades(called().graded(5, 'scheduled').graded(9, 'resolution'))).toHaveLength(1);
  });

  it('was reviewed with it, or by a later update of the same opening', () => {
    const review = (story: { readonly facts: readonly Fact[] }) =>
      downgrades(story).map((one) => one.review);
    expect(review(called().graded(5, 'scheduled', true))).toEqual(['at-once']);
    expect(review(called().graded(5, 'scheduled').graded(90, 'scheduled', true))).toEqual([
      'later',
    ]);
    expect(review(called().graded(5, 'scheduled').graded(90, 'scheduled'))).toEqual(['never']);
    // A review from before says nothing of it.
    expect(review(called().graded(2, 'priority', true).graded(5, 'scheduled'))).toEqual(['never']);
    const anew = called().graded(5, 'scheduled').closed(9).reopened(50);
    expect(review(anew.graded(60, 'scheduled', true).attended(70))).toEqual(['never']);
    expect(downgrades(anew)[0]?.reachedMs).toBeUndefined();
  });
});
