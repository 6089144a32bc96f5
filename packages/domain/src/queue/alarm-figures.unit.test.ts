import { expect, it } from 'vitest';
import type { Instant } from '../time/instant.ts';
import { alarmRates, type RaisedAlarm } from './alarm-figures.ts';

const now = Date.UTC(2026, 2, 2, 12) as Instant;
const ago = (minutes: number): Instant => (now - minutes * 60_000) as Instant;

it('counts alarms an operator and ten minutes, floods, severities and answers', () => {
  const alarms: RaisedAlarm[] = [
    ...Array.from({ length: 21 }, (): RaisedAlarm => ({ raisedAt: ago(5), severity: 'high' })),
    { raisedAt: ago(65), severity: 'low', acknowledgedAt: ago(60) },
    { raisedAt: ago(70), severity: 'low', acknowledgedAt: ago(67) },
    { raisedAt: ago(24 * 60), severity: 'critical' },
    { raisedAt: ago(-1), severity: 'critical' },
  ];
  const rates = alarmRates(alarms, 2, now);
  expect(rates.perTenMinutes.slice(-8)).toEqual([1, 1, 0, 0, 0, 0, 0, 21]);
  expect(rates).toMatchObject({ rateLastHour: 21 / 6 / 2, rateLastDay: 23 / 144 / 2 });
  expect(rates).toMatchObject({ floods: 1, floodNow: true, medianToAcknowledgeMs: 180_000 });
  expect(rates.severities).toEqual({ low: 2 / 23, medium: 0, high: 21 / 23, critical: 0 });
});
