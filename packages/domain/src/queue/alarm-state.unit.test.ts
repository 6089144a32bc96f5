import { describe, expect, it } from 'vitest';
import type { Action } from '../ledger/action.ts';
import type { AlertId, Phase } from '../ledger/alert.ts';
import type { Instant } from '../time/instant.ts';
import { type AlarmPlace, alarmOf, answeredAlarm, type SaidAlarm } from './alarm-state.ts';

const minute = 60_000;
const at = (minutes: number): Instant => (minutes * minute) as Instant;
const said = (phase: Phase, minutes: number): SaidAlarm => ({
  ...{ alertId: `${phase} ${minutes}` as AlertId, phase },
  ...{ at: at(minutes), raisedAt: at(minutes) },
});
const policy = { acknowledgementLasts: 30 * minute, maxSilence: 60 * minute } as never;
const place: AlarmPlace = {
  ...{ incidentId: 'INC-1', target: 'attendance', forceId: 'example', areaId: 'north' },
  severity: 'high',
};
const acknowledged = (alert: SaidAlarm, minutes: number): Action => ({
  ...{ kind: 'alert-acknowledged', incidentId: 'INC-1' as never, alertId: alert.alertId },
  ...{ by: 'staff-7', role: 'operator', at: at(minutes) },
});
const silenced = (from: number, until: number, scope: object): Action => ({
  ...{ kind: 'alert-silenced', from: at(from), until: at(until), by: 'staff-7', reason: 'known' },
  ...scope,
});

function stateOf(
  alerts: readonly SaidAlarm[],
  actions: readonly Action[],
  now: number,
  where = place,
) {
  const alarm = alarmOf(alerts);
  if (alarm === undefined) return 'none';
  return answeredAlarm(alarm, where, actions, policy, at(now), 720 * minute).state;
}

const breach = said('breach', 60);

describe('the alarm of an incident and a target', () => {
  it('is none when nothing was said, and asks for an answer when something was', () => {
    expect(stateOf([], [], 0)).toBe('none');
    expect(stateOf([said('warning', 45)], [], 46)).toBe('unacknowledged');
    expect(stateOf([said('warning', 45), breach], [], 61)).toBe('unacknowledged');
  });

  it('comes back when its acknowledgement lapses while it goes on', () => {
    const actions = [acknowledged(breach, 62)];
    expect(stateOf([breach], actions, 91)).toBe('acknowledged');
    expect(stateOf([breach], actions, 92)).toBe('unacknowledged');
    expect(stateOf([breach], [...actions, acknowledged(breach, 93)], 94)).toBe('acknowledged');
  });

  it('asks anew at each escalation', () => {
    const alerts = [breach, said('escalation-1', 70)];
    expect(stateOf(alerts, [acknowledged(breach, 62)], 71)).toBe('unacknowledged');
  });

  it('stays in sight when a breach ended that nobody answered, and leaves when somebody does', () => {
    const alerts = [breach, said('cleared', 80)];
    expect(stateOf(alerts, [], 81)).toBe('returned-unacknowledged');
    expect(stateOf(alerts, [acknowledged(breach, 85)], 86)).toBeUndefined();
    expect(stateOf(alerts, [], 80 + 720)).toBeUndefined();
    expect(stateOf([said('warning', 45), said('cleared', 50)], [], 51)).toBeUndefined();
  });

  it('begins again with the next stretch', () => {
    const alerts = [breach, said('cleared', 80), said('warning', 80), said('breach', 100)];
    const alarm = alarmOf(alerts);
    expect(alarm).toMatchObject({ phase: 'breach', breachAt: at(100) });
    expect(stateOf(alerts, [acknowledged(breach, 62)], 101)).toBe('unacknowledged');
  });

  it('is shelved by a silence of its incident, or of its target in its area, no longer than allowed', () => {
    const own = silenced(60, 90, { incidentId: 'INC-1' });
    expect(stateOf([breach], [own], 61)).toBe('shelved');
    expect(stateOf([breach], [own], 90)).toBe('unacknowledged');
    const area = silenced(60, 600, { forceId: 'example', target: 'attendance', areaId: 'north' });
    expect(stateOf([breach], [area], 119)).toBe('shelved');
    expect(stateOf([breach], [area], 120)).toBe('unacknowledged');
    expect(stateOf([breach], [area], 61, { ...place, forceId: 'other' })).toBe('unacknowledged');
    expect(stateOf([breach], [own], 61, { ...place, severity: 'critical' })).toBe('unacknowledged');
  });
});
