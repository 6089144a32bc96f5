import { describe, expect, it } from 'vitest';
import type { Action } from '../ledger/action.ts';
import type { AlertId, Phase } from '../ledger/alert.ts';
import type { Instant } from '../time/instant.ts';
import {
  type AlarmPlace,
  alarmOf,
  answeredAlarm,
  type SaidAlarm,
  silenceOf,
} from './alarm-state.ts';

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

describe('what was said of an incident and a target', () => {
  it('is told by the last step, in whatever order it comes', () => {
    const steps = ['escalation-10', 'warning', 'escalation-9', 'breach'] as const;
    const alerts = steps.map((phase) => said(phase, 60));
    expect(alarmOf(alerts)?.phase).toBe('escalation-10');
    expect(alarmOf(alerts.toReversed())?.phase).toBe('escalation-10');
    expect(alarmOf([said('warning', 60), said('breach', 60)])?.phase).toBe('breach');
    expect(alarmOf([said('breach', 60), said('warning', 60)])?.phase).toBe('breach');
    expect(alarmOf([said('escalation-1', 60), said('breach', 60)])?.phase).toBe('escalation-1');
  });

  it('has ended before what begins at the same instant', () => {
    const alarm = alarmOf([said('warning', 80), said('cleared', 80), breach]);
    expect(alarm).toEqual({
      ...{ phase: 'warning', phaseAt: at(80), alert: said('warning', 80) },
      ...{ alertIds: new Set(['warning 80']), breachAt: undefined },
    });
  });

  it('holds the whole stretch, and when it ended the alert that asked for an answer', () => {
    const alerts = [said('warning', 45), breach, said('escalation-1', 70), said('cleared', 80)];
    expect(alarmOf(alerts)).toEqual({
      ...{ phase: 'cleared', phaseAt: at(80), alert: said('escalation-1', 70) },
      alertIds: new Set(['warning 45', 'breach 60', 'escalation-1 70', 'cleared 80']),
      breachAt: at(60),
    });
  });

  it('asks for nothing when all of it is that something ended', () => {
    expect(alarmOf([said('cleared', 80)])).toBeUndefined();
  });
});

describe('an answer', () => {
  const answered = (alerts: readonly SaidAlarm[], actions: readonly Action[], now: number) => {
    const alarm = alarmOf(alerts);
    if (alarm === undefined) throw new Error('nothing was said');
    return answeredAlarm(alarm, place, actions, policy, at(now), 720 * minute);
  };

  it('holds from when it was last given, in whatever order answers come', () => {
    const [early, late] = [acknowledged(breach, 62), acknowledged(breach, 75)];
    const holds = {
      state: 'acknowledged',
      acknowledged: { action: late, lapsesAt: at(105) },
    };
    expect(answered([breach], [early, late], 95)).toEqual(holds);
    expect(answered([breach], [late, early], 95)).toEqual(holds);
  });

  it('to another alert is none, and a silence is no answer', () => {
    expect(answered([breach], [acknowledged(said('breach', 1), 62)], 63)).toEqual({
      state: 'unacknowledged',
    });
    const ended = [breach, said('cleared', 80)];
    const actions = [
      silenced(60, 110, { incidentId: 'INC-1' }),
      acknowledged(said('breach', 1), 82),
    ];
    expect(answered(ended, actions, 81)).toEqual({ state: 'returned-unacknowledged' });
  });

  it('to any alert of a stretch that ended is enough', () => {
    const warning = said('warning', 45);
    const ended = [warning, breach, said('cleared', 80)];
    expect(answered(ended, [acknowledged(warning, 46)], 81)).toEqual({ state: undefined });
  });

  it('is waited for until just before the time for which it is shown is over', () => {
    const ended = [breach, said('cleared', 80)];
    expect(answered(ended, [], 80 + 719)).toEqual({ state: 'returned-unacknowledged' });
  });

  it('says of a silence what it is and until when it holds', () => {
    const own = silenced(60, 600, { incidentId: 'INC-1' });
    expect(answered([breach], [own, acknowledged(breach, 61)], 62)).toEqual({
      state: 'shelved',
      silenced: { ...own, until: at(120) },
    });
  });
});

describe('a silence', () => {
  const inForce = (actions: readonly Action[], now: number, where = place) =>
    silenceOf(where, actions, policy, at(now));
  const area = { forceId: 'example', target: 'attendance', areaId: 'north' };

  it('holds from its first instant until before its last', () => {
    const own = silenced(60, 90, { incidentId: 'INC-1' });
    expect([59, 60, 89, 90].map((now) => inForce([own], now) !== undefined)).toEqual([
      ...[false, true, true, false],
    ]);
  });

  it('is meant for its own incident, or its own target, area and force', () => {
    expect(inForce([silenced(60, 90, { incidentId: 'INC-2' })], 61)).toBeUndefined();
    for (const other of [{ target: 'another' }, { areaId: 'south' }, { forceId: 'second' }]) {
      expect(inForce([silenced(60, 90, { ...area, ...other })], 61)).toBeUndefined();
    }
    expect(inForce([silenced(60, 90, area)], 61)).toBeDefined();
    const { forceId: _, ...anyForce } = area;
    expect(inForce([silenced(60, 90, anyForce)], 61)).toBeDefined();
  });

  it('of one incident holds wherever that is', () => {
    const own = silenced(60, 90, { incidentId: 'INC-1' });
    expect(inForce([own], 61, { ...place, areaId: undefined })).toBeDefined();
  });

  it('is the one that holds longest when there are several', () => {
    const short = silenced(60, 70, area);
    const long = silenced(55, 100, { incidentId: 'INC-1' });
    expect(inForce([short, long], 61)).toEqual(long);
    expect(inForce([long, short], 61)).toEqual(long);
    expect(inForce([acknowledged(breach, 60)], 61)).toBeUndefined();
  });
});
