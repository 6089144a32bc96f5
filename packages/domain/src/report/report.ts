/**
 * The audit report: what a tally comes to, as plain data. This is `report.json`; the page and the tables
 * are made from it and from nothing else. Instants are RFC 3339 in UTC, lengths whole milliseconds,
 * shares 0 to 1.
 */
import type { DataQualityFlag } from '../assessment/assess.ts';
import { compareText } from '../facts/order.ts';
import type { Milestone } from '../ledger/alert.ts';
import type { Clock, Objective, Policy, Scope } from '../policy/policy.ts';
import { formatInstant, type Instant } from '../time/instant.ts';
import {
  type AreaAttainment,
  type Attainment,
  attainmentOf,
  type Cell,
  type ChildAttainment,
  cellsOf,
  childAttainments,
  type ForceAttainment,
  type GradeAttainment,
  gradeAttainments,
  type MonthAttainment,
  type Outcomes,
  outcomesOfCells,
  rollUp,
} from './attainment.ts';
import { type Case, caseOf } from './cases.ts';
import { type Downgrade, type Review, reviews } from './downgrade.ts';
import { type LongWait, lateFromTenth, partsOf, type Tally, tenths } from './tally.ts';
import { type TimesReport, timesOf } from './times.ts';
import { waitOutcomes } from './wait.ts';

/** Whether an objective was met, given how sure a share of so many incidents is. */
export type Verdict =
  /** The whole interval is at or above the target. */
  | 'met'
  /** The whole interval is below it. */
  | 'not-met'
  /** The interval holds the target: so many incidents cannot tell. */
  | 'too-close-to-tell'
  | 'nothing-due';

type Listed<T extends object, I extends keyof T> = Omit<T, I> & Readonly<Record<I, string>>;

export interface DowngradesReport {
  /** Counts by tenth of the time allowed, the first first, and by review. */
  readonly tenths: readonly Readonly<Record<Review, number>>[];
  readonly forces: readonly {
    readonly forceId: string;
    /** Before it was due; of these shortly before; of these never reviewed. */
    readonly all: number;
    readonly late: number;
    readonly lateNeverReviewed: number;
  }[];
  /** Shortly before: never reviewed first, then the closest to the threshold. */
  readonly listed: readonly Listed<Downgrade, 'at'>[];
}

export interface ObjectiveReport {
  readonly name: string;
  readonly milestone: Milestone;
  readonly grades: Objective['grades'];
  readonly child: NonNullable<Scope['child']> | 'any';
  readonly clock: Clock;
  readonly downgrade: Scope['downgrade'];
  readonly withinMs: number;
  /** The share that should be within. */
  readonly target: number;
  readonly verdict: Verdict;
  readonly overall: Attainment;
  /** Every wait by what became of it: they add up to the incidents and their reopenings. */
  readonly outcomes: Outcomes;
  readonly forces: readonly ForceAttainment[];
  readonly areas: readonly AreaAttainment[];
  readonly months: readonly MonthAttainment[];
  readonly cells: readonly Cell[];
  readonly grading: readonly GradeAttainment[];
  readonly childComparison: readonly ChildAttainment[];
  readonly times: TimesReport;
  readonly longest: readonly Listed<LongWait, 'begin'>[];
  readonly downgrades: DowngradesReport;
}

/** What was read besides the facts of incidents. */
export interface AlsoRead {
  readonly rejected: number;
  readonly heartbeats: number;
}

export interface Report {
  readonly policyVersion: string;
  readonly timeZone: string;
  readonly until: string;
  /** The first and the last call or reopening; `null` when there is none. */
  readonly period: { readonly from: string; readonly to: string } | null;
  readonly read: AlsoRead & { readonly facts: number; readonly duplicates: number };
  readonly incidents: number;
  readonly reopenings: number;
  readonly flags: readonly { readonly flag: DataQualityFlag; readonly incidents: number }[];
  readonly alerts: readonly {
    readonly target: string;
    readonly phase: string;
    readonly alerts: number;
  }[];
  readonly standDowns: readonly {
    readonly forceId: string;
    /** Attendances that were taken back, and in how many incidents. */
    readonly attendances: number;
    readonly incidents: number;
    /** Of the incidents: somebody came all the same, nobody has yet, closed without anybody. */
    readonly attended: number;
    readonly open: number;
    readonly closed: number;
  }[];
  readonly objectives: readonly ObjectiveReport[];
  readonly sample: {
    readonly seed: string;
    /** How many cases were asked for; there are fewer when there are fewer incidents. */
    readonly asked: number;
    readonly cases: readonly Case[];
  };
}

/**
 * What a tally comes to.
 *
 * @param policy - the one that the incidents were added under, as `until` is the same instant.
 * @throws RangeError when the outcomes of an objective do not add up: the tally is not one of this policy.
 */
export function reportOf(tally: Tally, policy: Policy, until: Instant, also: AlsoRead): Report {
  return {
    policyVersion: policy.policyVersion,
    timeZone: policy.timeZone,
    until: formatInstant(until),
    period:
      tally.period === undefined
        ? null
        : { from: formatInstant(tally.period.from), to: formatInstant(tally.period.to) },
    read: { facts: tally.facts, duplicates: tally.duplicates, ...also },
    incidents: tally.incidents,
    reopenings: tally.reopenings,
    flags: [...tally.flags]
      .sort(([a], [b]) => compareText(a, b))
      .map(([flag, incidents]) => ({ flag, incidents })),
    alerts: alertsOf(tally, policy),
    standDowns: standDownsOf(tally),
    objectives: policy.objectives.map((objective) => objectiveReport(tally, objective)),
    sample: {
      seed: tally.draw.seed,
      asked: tally.draw.cases,
      cases: tally.sample.map((drawn) => caseOf(drawn, policy, until)),
    },
  };
}

function objectiveReport(tally: Tally, objective: Objective): ObjectiveReport {
  const { name, milestone, grades, child = 'any', clock, downgrade, within, target } = objective;
  const cells = cellsOf(tally, objective);
  const outcomes = outcomesOfCells(cells);
  const counted = waitOutcomes.reduce((sum, outcome) => sum + outcomes[outcome], 0);
  if (counted !== tally.incidents + tally.reopenings) {
    throw new RangeError(`${name}: ${counted} outcomes of ${tally.incidents + tally.reopenings}`);
  }
  const overall = attainmentOf(outcomes);
  return {
    name,
    milestone,
    grades,
    child,
    clock,
    downgrade,
    withinMs: within,
    target,
    verdict: verdictOf(overall, target),
    overall,
    outcomes,
    forces: rollUp(cells, ({ forceId }) => ({ forceId })),
    areas: rollUp(cells, ({ forceId, areaId }) => ({ forceId, areaId })),
    months: rollUp(cells, ({ month }) => ({ month })).toSorted((a, b) =>
      compareText(a.month, b.month),
    ),
    cells,
    grading: gradeAttainments(tally, objective),
    childComparison: childAttainments(tally, objective),
    times: timesOf(tally, objective),
    longest: (tally.longest.get(name) ?? []).map((wait) => ({
      ...wait,
      begin: formatInstant(wait.begin),
    })),
    downgrades: downgradesReport(tally, objective),
  };
}

function verdictOf({ low, high }: Attainment, target: number): Verdict {
  if (low === null || high === null) return 'nothing-due';
  if (low >= target) return 'met';
  return high < target ? 'not-met' : 'too-close-to-tell';
}

function alertsOf(tally: Tally, { targets }: Policy): Report['alerts'] {
  const order = targets.map(({ name }) => name);
  return [...tally.alerts]
    .map(([key, alerts]) => {
      const [target = '', phase = ''] = partsOf(key);
      return { target, phase, alerts };
    })
    .sort(
      (a, b) =>
        order.indexOf(a.target) - order.indexOf(b.target) ||
        phaseOrder(a.phase) - phaseOrder(b.phase),
    );
}

/** As an alert goes through them. */
function phaseOrder(phase: string): number {
  const step = phase.startsWith('escalation-') ? Number(phase.slice('escalation-'.length)) : 0;
  return phase === 'warning' ? -1 : phase === 'cleared' ? Number.POSITIVE_INFINITY : step;
}

function standDownsOf({ standDowns }: Tally): Report['standDowns'] {
  return [...standDowns]
    .sort(([a], [b]) => compareText(a, b))
    .map(([forceId, [attendances = 0, attended = 0, open = 0, closed = 0]]) => ({
      forceId,
      attendances,
      incidents: attended + open + closed,
      attended,
      open,
      closed,
    }));
}

function downgradesReport(tally: Tally, { name }: Objective): DowngradesReport {
  const forces = [...tally.downgrades]
    .map(([key, counts]) => ({ parts: partsOf(key), tenths: byTenth(counts) }))
    .filter(({ parts: [objective] }) => objective === name)
    .map(({ parts: [, forceId = ''], tenths }) => ({ forceId, tenths }))
    .sort((a, b) => compareText(a.forceId, b.forceId));
  return {
    tenths: byTenth([]).map((none, tenth) =>
      forces.reduce((sum, force) => addReviews(sum, force.tenths[tenth] ?? none), none),
    ),
    forces: forces.map(({ forceId, tenths }) => {
      const [all, late] = [tenths, tenths.slice(lateFromTenth)].map((some) =>
        some.reduce(addReviews, noReviews),
      );
      return {
        forceId,
        all: reviewsIn(all),
        late: reviewsIn(late),
        lateNeverReviewed: late?.never ?? 0,
      };
    }),
    listed: (tally.lateDowngrades.get(name) ?? []).map((downgrade) => ({
      ...downgrade,
      at: formatInstant(downgrade.at),
    })),
  };
}

type ReviewCounts = Readonly<Record<Review, number>>;

const noReviews: ReviewCounts = { 'at-once': 0, later: 0, never: 0 };

function byTenth(counts: readonly number[]): readonly ReviewCounts[] {
  return Array.from({ length: tenths }, (_, tenth) => {
    const of = (review: Review) => counts[tenth * reviews.length + reviews.indexOf(review)] ?? 0;
    return { 'at-once': of('at-once'), later: of('later'), never: of('never') };
  });
}

function addReviews(a: ReviewCounts, b: ReviewCounts): ReviewCounts {
  return {
    'at-once': a['at-once'] + b['at-once'],
    later: a.later + b.later,
    never: a.never + b.never,
  };
}

function reviewsIn(counts: ReviewCounts = noReviews): number {
  return reviews.reduce((sum, review) => sum + counts[review], 0);
}
