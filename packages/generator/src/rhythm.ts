/** When incidents happen: by the hour of the day and the day of the week. */
import { type Instant, plus } from '@vigil/domain/time/instant';
import type { Random } from './random.ts';

const hourMs = 3_600_000;

/** How many calls an hour brings, midnight first, against an average hour. */
const byHour = [
  0.95, 0.8, 0.65, 0.5, 0.4, 0.4, 0.5, 0.7, 0.9, 1, 1.05, 1.1, 1.15, 1.15, 1.15, 1.25, 1.35, 1.4,
  1.4, 1.35, 1.3, 1.25, 1.2, 1.1,
] as const;

/** Sunday first, as `getUTCDay` counts. */
const byDay = [1, 0.93, 0.92, 0.94, 0.98, 1.1, 1.13] as const;

/** Friday and Saturday nights, on top of both. */
function nightOut(day: number, hour: number): number {
  return ((day === 5 || day === 6) && hour >= 21) || ((day === 6 || day === 0) && hour < 3)
    ? 1.35
    : 1;
}

/** How busy the hour of an instant is; 1 is an average hour. Hours are UTC: the picture needs no time zone. */
export function busyness(at: Instant): number {
  const date = new Date(at);
  const [day, hour] = [date.getUTCDay(), date.getUTCHours()];
  return (byHour[hour] ?? 1) * (byDay[day] ?? 1) * nightOut(day, hour);
}

/**
 * Draws `count` instants within `days` days from an instant, in order, more of them in busy hours.
 * One is drawn at a time: nothing is sorted and nothing kept but a number an hour.
 */
export function* arrivals(
  count: number,
  from: Instant,
  days: number,
  random: Random,
): Generator<Instant, void, undefined> {
  const shares = hourShares(from, days);
  let hour = 0;
  let [share = 0] = shares;
  let before = 0;
  let drawn = 0;
  for (let left = count; left > 0; left--) {
    // The least of `left` numbers spread evenly over what remains of 0 to 1.
    drawn = 1 - (1 - drawn) * (1 - random.unit()) ** (1 / left);
    while (drawn >= before + share && hour < shares.length - 1) {
      before += share;
      hour++;
      share = shares[hour] ?? 0;
    }
    const within = Math.min(1, Math.max(0, (drawn - before) / share));
    const last = days * 24 * hourMs - 1;
    yield plus(from, Math.min(last, Math.floor((hour + within) * hourMs)));
  }
}

function hourShares(from: Instant, days: number): readonly number[] {
  const hours = Array.from({ length: days * 24 }, (_, hour) => busyness(plus(from, hour * hourMs)));
  const total = hours.reduce((sum, weight) => sum + weight, 0);
  return hours.map((weight) => weight / total);
}
