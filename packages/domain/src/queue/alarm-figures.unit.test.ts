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

const raised = (raisedAt: Instant, acknowledgedAt?: Instant): RaisedAlarm => ({
  ...{ raisedAt, severity: 'high' },
  ...(acknowledgedAt === undefined ? {} : { acknowledgedAt }),
});

it('looks back from now over 24 hours, in steps of ten minutes', () => {
  const first = { ...raised(now), raisedAt: (ago(24 * 60) + 1) as Instant };
  const { perTenMinutes } = alarmRates([raised(now), raised(ago(10)), first], 1, now);
  expect(perTenMinutes).toHaveLength(144);
  expect(perTenMinutes.at(-1)).toBe(1);
  expect(perTenMinutes.at(-2)).toBe(1);
  expect(perTenMinutes[0]).toBe(1);
});

it('takes ten alarms an operator for what can just be dealt with', () => {
  const many = (count: number) => Array.from({ length: count }, () => raised(ago(5)));
  expect(alarmRates(many(20), 2, now)).toMatchObject({ floods: 0, floodNow: false });
  expect(alarmRates(many(21), 2, now)).toMatchObject({ floods: 1, floodNow: true });
});

it('has a flood that is over among the floods, but not now', () => {
  const many = Array.from({ length: 11 }, () => raised(ago(15)));
  expect(alarmRates(many, 1, now)).toMatchObject({ floods: 1, floodNow: false });
});

it('counts the last six steps as the last hour', () => {
  const alarms = [raised(ago(59)), raised(ago(60)), raised(ago(0))];
  expect(alarmRates(alarms, 1, now).rateLastHour).toBeCloseTo(2 / 6);
});

it('takes the nearest rank of the answers for their median, in whatever order they came', () => {
  const waiting = (minutes: number) => raised(ago(200), ago(200 - minutes));
  const medianOf = (...minutes: number[]) =>
    alarmRates(minutes.map(waiting), 1, now).medianToAcknowledgeMs;
  expect(medianOf(30, 4, 20)).toBe(20 * 60_000);
  expect(medianOf(30, 4, 20, 100)).toBe(20 * 60_000);
});

it('says of no alarms that there were none', () => {
  expect(alarmRates([], 1, now)).toEqual({
    ...{ perTenMinutes: Array(144).fill(0), rateLastHour: 0, rateLastDay: 0 },
    ...{ floods: 0, floodNow: false, medianToAcknowledgeMs: null },
    severities: { low: 0, medium: 0, high: 0, critical: 0 },
  });
});
