import { describe, expect, it } from 'vitest';
import { nine } from '../../testing/facts-arbitrary.ts';
import type { AreaId, ForceId } from '../facts/fact.ts';
import { objectiveAlertIdOf } from '../ledger/alert.ts';
import type { Policy } from '../policy/policy.ts';
import type { Duration } from '../time/duration.ts';
import { plus } from '../time/instant.ts';
import { objectiveAlerts, objectiveKey } from './objective-alerts.ts';
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

  const force = 'example' as ForceId;
  const low = [figures(hour, 10, 10), figures(day, 70, 30)];

  it('says of which force and windows, in a record of its own id', () => {
    const [alert] = objectiveAlerts(low, {}, policy, nine).alerts;
    const { alertId, ...said } = alert ?? {};
    expect(alertId).toBe(
      objectiveAlertIdOf({
        objective: 'within-the-hour',
        forceId: force,
        phase: 'objective-missed',
        at: nine,
      }),
    );
    expect(said).toEqual({
      kind: 'objective-alert',
      revision: 1,
      objective: 'within-the-hour',
      forceId: force,
      phase: 'objective-missed',
      at: nine,
      raisedAt: nine,
      target: 0.75,
      windows: [
        { lengthMs: hour, within: 10, missed: 10 },
        { lengthMs: day, within: 70, missed: 30 },
      ],
      policyVersion: '000000000000',
    });
  });

  it('is met at its target exactly, and with that recovered', () => {
    const at = [figures(hour, 15, 5), figures(day, 75, 25)];
    expect(objectiveAlerts(at, {}, policy, nine).alerts).toEqual([]);
    const missed = { [objectiveKey('within-the-hour', force)]: nine };
    const later = objectiveAlerts(at, missed, policy, plus(nine, day));
    expect(later.alerts).toMatchObject([{ phase: 'objective-recovered' }]);
  });

  it('takes just as many incidents as the policy asks for', () => {
    const enough = [figures(hour, 5, 15), figures(day, 5, 15)];
    expect(objectiveAlerts(enough, {}, policy, nine).alerts).toHaveLength(1);
    const oneShort = [figures(hour, 5, 14), figures(day, 5, 15)];
    expect(objectiveAlerts(oneShort, {}, policy, nine).alerts).toEqual([]);
  });

  it('is judged by the whole force, not by an area or by those with a child', () => {
    const good = [figures(hour, 20, 0), figures(day, 100, 0)];
    const parts = low.flatMap((row) => [
      { ...row, areaId: 'north' as AreaId },
      { ...row, child: 'involved' as const },
      { ...row, areaId: '' as const, child: 'involved' as const },
    ]);
    expect(objectiveAlerts([...parts, ...good], {}, policy, nine).alerts).toEqual([]);
  });

  it('is judged by its own figures, force by force', () => {
    const others = low.map((row) => ({ ...row, objective: 'another' }));
    expect(objectiveAlerts(others, {}, policy, nine).alerts).toEqual([]);
    const second = 'second' as ForceId;
    const good = [figures(hour, 20, 0), figures(day, 100, 0)];
    const both = [...good, ...low.map((row) => ({ ...row, forceId: second }))];
    const { alerts, missed } = objectiveAlerts(both, {}, policy, nine);
    expect(alerts).toMatchObject([{ forceId: second }]);
    expect(missed).toEqual({ [objectiveKey('within-the-hour', second)]: nine });
  });

  it('does not recover, nor is it missed, where nothing is settled', () => {
    const { attainment: _, ...nothing } = figures(hour, 0, 0);
    const rows = [nothing, figures(day, 70, 30)];
    const missed = { [objectiveKey('within-the-hour', force)]: nine };
    for (const figuresNow of [rows, rows.slice(1)]) {
      expect(objectiveAlerts(figuresNow, {}, policy, nine).alerts).toEqual([]);
      const later = objectiveAlerts(figuresNow, missed, policy, plus(nine, day));
      expect(later).toEqual({ alerts: [], missed });
    }
  });

  it('stays missed while the shorter window is below target, however long', () => {
    const missed = { [objectiveKey('within-the-hour', force)]: nine };
    const later = objectiveAlerts(low, missed, policy, plus(nine, 7 * day));
    expect(later).toEqual({ alerts: [], missed });
  });

  it('recovers with the shorter window alone, and says only of what it has figures', () => {
    const missed = { [objectiveKey('within-the-hour', force)]: nine };
    const { alerts } = objectiveAlerts([figures(hour, 18, 2)], missed, policy, plus(nine, day));
    expect(alerts).toMatchObject([
      { phase: 'objective-recovered', windows: [{ lengthMs: hour, within: 18, missed: 2 }] },
    ]);
  });

  it('with one window is judged by that one, and with none never', () => {
    const withWindows = (windows: Duration[]): Policy => ({
      ...policy,
      objectives: policy.objectives.map((one) => ({ ...one, windows })),
    });
    const [ofHour] = low;
    if (ofHour === undefined) throw new Error('there are no figures');
    expect(objectiveAlerts([ofHour], {}, withWindows([hour]), nine).alerts).toHaveLength(1);
    expect(objectiveAlerts(low, {}, withWindows([]), nine).alerts).toEqual([]);
  });

  it('leaves what else was missed as it was', () => {
    const other = { [objectiveKey('another', force)]: nine };
    expect(objectiveAlerts([], other, policy, nine).missed).toEqual(other);
    expect(objectiveKey('another', force)).toBe('another\nexample');
  });
});
