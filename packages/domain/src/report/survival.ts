/**
 * Attendance times that do not count only the attended. An incident still waiting is censored: it will
 * take longer than it has, nobody knows how much. One that is closed or leaves the objective without
 * being attended never will be: a competing event.
 *
 * Kaplan–Meier asks how long the wait would be if nothing else ended it: E. L. Kaplan and P. Meier,
 * Journal of the American Statistical Association 53 (1958), 457–481. Competing events are censored there.
 *
 * Aalen–Johansen asks what became of the incidents: O. O. Aalen and S. Johansen, Scandinavian Journal
 * of Statistics 5 (1978), 141–150. For waits that end one way or another it is the cumulative incidence,
 * Σ S(t−) · d(t) / n(t), with S the share that nothing has ended yet.
 */
import type { WaitStep } from './durations.ts';

/** What had become of incidents after a length of waiting; shares of all of them, 0 to 1. */
export interface CurvePoint {
  readonly ms: number;
  /** Kaplan–Meier: reached by then, had nothing else ended the wait. */
  readonly kaplanMeier: number;
  /** Aalen–Johansen: reached by then. */
  readonly reached: number;
  /** Aalen–Johansen: closed by then without it. */
  readonly closed: number;
  /** Aalen–Johansen: out of the objective by then without it. */
  readonly left: number;
}

/** A curve goes on level from each point to the next. */
export type Curve = readonly CurvePoint[];

const beginning: CurvePoint = { ms: 0, kaplanMeier: 0, reached: 0, closed: 0, left: 0 };

/** The curve, a point where it steps; it begins with a point at which nothing has happened. */
export function curveOf(steps: readonly WaitStep[]): Curve {
  let atRisk = steps.reduce((sum, { ends }) => sum + ends[0] + ends[1] + ends[2] + ends[3], 0);
  let notReached = 1;
  let waiting = 1;
  let last = beginning;
  const curve: CurvePoint[] = [beginning];
  for (const { ms, ends } of steps) {
    const [reached, closed, left, censored] = ends;
    if (reached + closed + left > 0) {
      // What is censored at an instant was at risk at it.
      notReached *= 1 - reached / atRisk;
      last = {
        ms,
        kaplanMeier: 1 - notReached,
        reached: last.reached + (waiting * reached) / atRisk,
        closed: last.closed + (waiting * closed) / atRisk,
        left: last.left + (waiting * left) / atRisk,
      };
      waiting *= 1 - (reached + closed + left) / atRisk;
      curve.push(last);
    }
    atRisk -= reached + closed + left + censored;
  }
  return curve;
}

/** The point that holds at a length of waiting. */
export function pointAt(curve: Curve, ms: number): CurvePoint {
  let [low, high] = [0, curve.length];
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if ((curve[middle]?.ms ?? Number.POSITIVE_INFINITY) <= ms) low = middle;
    else high = middle;
  }
  return { ...(curve[low] ?? beginning), ms };
}

/**
 * The first length of waiting by which a share of the incidents has reached it.
 *
 * @returns milliseconds, or `null` when the curve never comes to it: too many still wait, or never got there.
 */
export function quantile(
  curve: Curve,
  of: 'kaplanMeier' | 'reached',
  share: number,
): number | null {
  // A product of many factors ends a hair below the share that it is.
  return curve.find((point) => point[of] >= share - 1e-12)?.ms ?? null;
}

/** Figures of the attended alone: what a count that leaves out everybody still waiting would say. */
export interface AttendedOnly {
  readonly attended: number;
  /** The share of the attended that were within `within`; `null` when there are none. */
  readonly withinShare: number | null;
  /** By nearest rank, in milliseconds. */
  readonly medianMs: number | null;
  readonly p90Ms: number | null;
}

export function attendedOnly(steps: readonly WaitStep[], within: number): AttendedOnly {
  const attended = steps.reduce((sum, { ends }) => sum + ends[0], 0);
  const inTime = steps.reduce((sum, { ms, ends }) => sum + (ms <= within ? ends[0] : 0), 0);
  const nearestRank = (share: number): number | null => {
    const rank = Math.max(1, Math.ceil(share * attended));
    let counted = 0;
    for (const { ms, ends } of steps) {
      counted += ends[0];
      if (counted >= rank) return ms;
    }
    return null;
  };
  return {
    attended,
    withinShare: attended === 0 ? null : inTime / attended,
    medianMs: nearestRank(0.5),
    p90Ms: nearestRank(0.9),
  };
}
