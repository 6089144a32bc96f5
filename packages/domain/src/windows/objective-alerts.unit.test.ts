import { describe, expect, it } from 'vitest';
import { nine } from '../../testing/facts-arbitrary.ts';
import type { ForceId } from '../facts/fact.ts';
import type { Policy } from '../policy/policy.ts';
import type { Duration } from '../time/duration.ts';
import { plus } from '../time/instant.ts';
import { objectiveAlerts } from './objective-alerts.ts';
import type { WindowFigures } from './slots.ts';

const hour = 3_600_000 as Duration;
const day = (24 * hour) as Duration;
const policy = {
  policyVersion: '000000000000',
  objectives: [
    { name: 'within-the-hour', target: 0.75, windows: [hour, day], minimumIncidents: 20 },
  ],
} as unknown as Policy;

function figures(length: Duration, within: number, missed: number): WindowFigures {
  const attainment = within / (within + missed);
  const forceId = 'example' as ForceId;
  return { objective: 'within-the-hour', length, forceId, within, missed, attainment, attended: 0 };
}

describe('an objective', () => {
  it('is said to be missed when the two shortest windows are below target at once', () => {
    const { alerts } = objectiveAlerts(
      [figures(hour, 10, 10), figures(day, 70, 30)],
      {},
      policy,
      nine,
    );
    expect(alerts).toMatchObject([{ phase: 'objective-missed', forceId: 'example', target: 0.75 }]);
  });

  it('is not said to be missed on one window alone, nor on too few incidents', () => {
    const oneOnly = [figures(hour, 10, 10), figures(day, 90, 10)];
    const tooFew = [figures(hour, 5, 10), figures(day, 70, 30)];
    expect(objectiveAlerts(oneOnly, {}, policy, nine).alerts).toEqual([]);
    expect(objectiveAlerts(tooFew, {}, policy, nine).alerts).toEqual([]);
  });

  it('is said once, and recovers with the shorter window after at least a step of the longer', () => {
    const low = [figures(hour, 10, 10), figures(day, 70, 30)];
    const first = objectiveAlerts(low, {}, policy, nine);
    expect(objectiveAlerts(low, first.missed, policy, plus(nine, 60_000)).alerts).toEqual([]);
    const better = [figures(hour, 18, 2), figures(day, 70, 30)];
    const soon = objectiveAlerts(better, first.missed, policy, plus(nine, day / 60 - 1));
    expect(soon.alerts).toEqual([]);
    const later = objectiveAlerts(better, first.missed, policy, plus(nine, day / 60));
    expect(later.alerts).toMatchObject([{ phase: 'objective-recovered' }]);
    expect(later.missed).toEqual({});
  });
});
