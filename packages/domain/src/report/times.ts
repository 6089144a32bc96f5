import { type ChildInvolvement, childInvolvements } from '../facts/fact.ts';
import { compareText } from '../facts/order.ts';
import type { Objective } from '../policy/policy.ts';
import { type WaitCounts, type WaitEnd, waitEnds, waitSteps } from './durations.ts';
import {
  type AttendedOnly,
  attendedOnly,
  type Curve,
  type CurvePoint,
  curveOf,
  pointAt,
  quantile,
} from './survival.ts';
import { partsOf, type Tally } from './tally.ts';

/** When shares of the incidents had what they waited for; `null` where that share never did. */
interface Quantiles {
  readonly medianMs: number | null;
  readonly p90Ms: number | null;
}

/** How long some incidents waited, rounded up: to 5 s up to an hour, to 1 min up to two days, then to 1 h. */
export interface Times {
  /** How many waits there are, and how they ended. */
  readonly waits: number;
  readonly ends: Readonly<Record<WaitEnd, number>>;
  /** What had become of them when they were due. */
  readonly whenDue: CurvePoint;
  readonly kaplanMeier: Quantiles;
  readonly aalenJohansen: Quantiles;
  /** For comparison: what counting the attended alone would say. */
  readonly attendedOnly: AttendedOnly;
}

export interface TimesReport {
  readonly overall: Times;
  /** Of all, from 0 to four times the time allowed in even steps. */
  readonly curve: Curve;
  readonly children: readonly (Times & {
    readonly child: ChildInvolvement;
    readonly curve: Curve;
  })[];
  readonly forces: readonly (Times & { readonly forceId: string })[];
}

/** How far a curve is drawn, in lengths of the time allowed, and its steps in each of them. */
const lengths = 4;
const stepsEach = 60;

/** The attendance times of an objective, over all and by child and by force. */
export function timesOf({ durations }: Tally, { name, within }: Objective): TimesReport {
  const own = [...durations].flatMap(([key, counts]) => {
    const [objective, forceId = '', child] = partsOf(key);
    return objective === name ? [{ forceId, child, counts }] : [];
  });
  const of = (counts: readonly WaitCounts[]): Times & { readonly curve: Curve } =>
    describe(addUp(counts), within);
  const { curve, ...overall } = of(own.map(({ counts }) => counts));
  return {
    overall,
    curve,
    children: childInvolvements.flatMap((child) => {
      const some = own.filter((entry) => entry.child === child);
      return some.length === 0 ? [] : [{ child, ...of(some.map(({ counts }) => counts)) }];
    }),
    forces: [...Map.groupBy(own, ({ forceId }) => forceId)]
      .sort(([a], [b]) => compareText(a, b))
      .map(([forceId, some]) => {
        const { curve: _, ...times } = of(some.map(({ counts }) => counts));
        return { forceId, ...times };
      }),
  };
}

function describe(counts: WaitCounts, within: number): Times & { readonly curve: Curve } {
  const steps = waitSteps(counts);
  const exact = curveOf(steps);
  const ends = { reached: 0, closed: 0, left: 0, waiting: 0 };
  for (const step of steps) {
    for (const [index, end] of waitEnds.entries()) ends[end] += step.ends[index] ?? 0;
  }
  const even = Array.from({ length: lengths * stepsEach + 1 }, (_, index) =>
    pointAt(exact, Math.round((index * within) / stepsEach)),
  );
  return {
    waits: ends.reached + ends.closed + ends.left + ends.waiting,
    ends,
    whenDue: pointAt(exact, within),
    kaplanMeier: {
      medianMs: quantile(exact, 'kaplanMeier', 0.5),
      p90Ms: quantile(exact, 'kaplanMeier', 0.9),
    },
    aalenJohansen: {
      medianMs: quantile(exact, 'reached', 0.5),
      p90Ms: quantile(exact, 'reached', 0.9),
    },
    attendedOnly: attendedOnly(steps, within),
    curve: even,
  };
}

function addUp(all: readonly WaitCounts[]): WaitCounts {
  const total: WaitCounts = new Map();
  for (const counts of all) {
    for (const [key, by] of counts) total.set(key, (total.get(key) ?? 0) + by);
  }
  return total;
}
