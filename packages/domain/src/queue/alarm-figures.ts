/** The control room's alarms looked at as a system, by the measures of EEMUA 191 and ISA-18.2. */
import { type Severity, severities } from '../ledger/alert.ts';
import type { Instant } from '../time/instant.ts';

/** An alarm that asked for an answer. */
export interface RaisedAlarm {
  readonly raisedAt: Instant;
  readonly severity: Severity;
  /** When somebody acknowledged it; none when nobody has. */
  readonly acknowledgedAt?: Instant;
}

export interface AlarmRates {
  /** Alarms in each ten minutes of the last 24 hours, the oldest first. */
  readonly perTenMinutes: readonly number[];
  /** Alarms an operator and ten minutes; at most 1 can be dealt with over time. */
  readonly rateLastHour: number;
  readonly rateLastDay: number;
  /** Ten minutes with more than 10 alarms an operator. */
  readonly floods: number;
  readonly floodNow: boolean;
  /** Shares over 24 hours, 0 to 1. */
  readonly severities: Readonly<Record<Severity, number>>;
  readonly medianToAcknowledgeMs: number | null;
}

const tenMinutes = 600_000;
const periods = 144;
/** More than this many an operator in ten minutes is a flood (EEMUA 191). */
const flood = 10;

/** The figures of the 24 hours before `now`. */
export function alarmRates(
  alarms: readonly RaisedAlarm[],
  operators: number,
  now: Instant,
): AlarmRates {
  const perTenMinutes = Array<number>(periods).fill(0);
  const counts = { low: 0, medium: 0, high: 0, critical: 0 };
  const waits: number[] = [];
  let all = 0;
  for (const { raisedAt, severity, acknowledgedAt } of alarms) {
    const age = now - raisedAt;
    const period = periods - 1 - Math.floor(age / tenMinutes);
    if (age < 0 || period < 0) continue;
    perTenMinutes[period] = (perTenMinutes[period] ?? 0) + 1;
    counts[severity] += 1;
    all += 1;
    if (acknowledgedAt !== undefined) waits.push(acknowledgedAt - raisedAt);
  }
  waits.sort((a, b) => a - b);
  const lastHour = perTenMinutes.slice(-6).reduce((sum, count) => sum + count, 0);
  const isFlood = (count: number): boolean => count > flood * operators;
  return {
    perTenMinutes,
    rateLastHour: lastHour / 6 / operators,
    rateLastDay: all / periods / operators,
    floods: perTenMinutes.filter(isFlood).length,
    floodNow: isFlood(perTenMinutes.at(-1) ?? 0),
    severities: Object.fromEntries(
      severities.map((severity) => [severity, all === 0 ? 0 : counts[severity] / all]),
    ) as Record<Severity, number>,
    medianToAcknowledgeMs: waits[Math.ceil(waits.length / 2) - 1] ?? null,
  };
}
