import { type ChildInvolvement, childInvolvements, type Grade, grades } from '../facts/fact.ts';
import { compareText } from '../facts/order.ts';
import { type Objective, takesInChild } from '../policy/policy.ts';
import { partsOf, type Tally } from './tally.ts';
import { type WaitOutcome, waitOutcomes } from './wait.ts';
import { wilson } from './wilson.ts';

/** How many waits had each outcome. */
export type Outcomes = Readonly<Record<WaitOutcome, number>>;

/** How an objective was met by some of the waits. */
export interface Attainment {
  readonly within: number;
  readonly missed: number;
  /** Still waiting, and not late yet. */
  readonly notYetDue: number;
  /** within / (within + missed), with its Wilson interval at 95 %; `null` when nothing was due. */
  readonly share: number | null;
  readonly low: number | null;
  readonly high: number | null;
}

/** The waits that began in one month in one area. */
export interface Cell {
  readonly forceId: string;
  /** `''` where no area is known. */
  readonly areaId: string;
  /** In the policy's time zone, such as `2026-03`. */
  readonly month: string;
  readonly outcomes: Outcomes;
}

/** Which of an incident's grades it is counted under. */
export const gradeBases = ['initial', 'due', 'highest'] as const;
export type GradeBasis = (typeof gradeBases)[number];

export type ForceAttainment = Attainment & Pick<Cell, 'forceId'>;
export type AreaAttainment = Attainment & Pick<Cell, 'forceId' | 'areaId'>;
export type MonthAttainment = Attainment & Pick<Cell, 'month'>;
export type GradeAttainment = Attainment & {
  readonly basis: GradeBasis;
  readonly grade: Grade;
};
export type ChildAttainment = Attainment & {
  /** When it was due, or reached if that was sooner. */
  readonly grade: Grade;
  readonly child: ChildInvolvement;
};

const none = waitOutcomes.map(() => 0);

/** The cells of an objective, by force, area and month. */
export function cellsOf({ places }: Tally, { name }: Objective): readonly Cell[] {
  return [...places]
    .map(([key, counts]) => ({ parts: partsOf(key), counts }))
    .filter(({ parts: [objective] }) => objective === name)
    .map(({ parts: [, forceId = '', areaId = '', month = ''], counts }) => ({
      forceId,
      areaId,
      month,
      outcomes: outcomesOf(counts),
    }))
    .sort(
      (a, b) =>
        compareText(a.forceId, b.forceId) ||
        compareText(a.areaId, b.areaId) ||
        compareText(a.month, b.month),
    );
}

/** What all of some cells came to. */
export function outcomesOfCells(cells: readonly Cell[]): Outcomes {
  return outcomesOf(sum(cells.map(({ outcomes }) => countsOf(outcomes))));
}

/**
 * Rolls cells up to groups that something was counted in.
 *
 * @param keyOf - the group of a cell, and what names it; groups keep the order of their first cells.
 */
export function rollUp<K extends object>(
  cells: readonly Cell[],
  keyOf: (cell: Cell) => K,
): readonly (K & Attainment)[] {
  const groups = Map.groupBy(cells, (cell) => JSON.stringify(keyOf(cell)));
  return [...groups.values()].flatMap((own) => {
    const [first] = own;
    if (first === undefined) return [];
    const attainment = attainmentOf(outcomesOfCells(own));
    return isEmpty(attainment) ? [] : [{ ...keyOf(first), ...attainment }];
  });
}

/** The waits of a grade, by each of the grades an incident had; whoever changed it later. */
export function gradeAttainments(tally: Tally, objective: Objective): readonly GradeAttainment[] {
  const entries = gradeEntries(tally, objective).filter(({ child }) =>
    takesInChild(objective.child, child),
  );
  return grades.flatMap((grade) =>
    gradeBases.flatMap((basis) => {
      const counts = entries.filter((entry) => entry[basis] === grade).map((entry) => entry.counts);
      const attainment = attainmentOf(outcomesOf(sum(counts)));
      return isEmpty(attainment) ? [] : [{ grade, basis, ...attainment }];
    }),
  );
}

/**
 * Incidents with a child and others at the same grade; where nobody knows, apart. Nothing for an objective
 * that asks for the child to be seen: where there is none, none can be.
 */
export function childAttainments(tally: Tally, objective: Objective): readonly ChildAttainment[] {
  if (objective.milestone === 'seen') return [];
  const entries = gradeEntries(tally, objective);
  return grades.flatMap((grade) =>
    childInvolvements.flatMap((child) => {
      const counts = entries
        .filter((entry) => entry.due === grade && entry.child === child)
        .map((entry) => entry.counts);
      const attainment = attainmentOf(outcomesOf(sum(counts)));
      return isEmpty(attainment) ? [] : [{ grade, child, ...attainment }];
    }),
  );
}

interface GradeEntry extends Readonly<Record<GradeBasis, string>> {
  readonly child: ChildInvolvement;
  readonly counts: readonly number[];
}

function gradeEntries(tally: Tally, { name }: Objective): readonly GradeEntry[] {
  return [...tally.grades].flatMap(([key, counts]) => {
    const [objective, , involvement, initial = '', due = '', highest = ''] = partsOf(key);
    const child = childInvolvements.find((known) => known === involvement);
    return objective !== name || child === undefined
      ? []
      : [{ child, initial, due, highest, counts }];
  });
}

/** What outcomes come to. */
export function attainmentOf(outcomes: Outcomes): Attainment {
  const { within, missed, 'not-yet-due': notYetDue } = outcomes;
  const interval = wilson(within, within + missed) ?? { share: null, low: null, high: null };
  return { within, missed, notYetDue, ...interval };
}

function isEmpty({ within, missed, notYetDue }: Attainment): boolean {
  return within + missed + notYetDue === 0;
}

function sum(rows: readonly (readonly number[])[]): readonly number[] {
  return rows.reduce((total, row) => total.map((n, index) => n + (row[index] ?? 0)), none);
}

function countsOf(outcomes: Outcomes): readonly number[] {
  return waitOutcomes.map((outcome) => outcomes[outcome]);
}

function outcomesOf(counts: readonly number[]): Outcomes {
  const named = { ...noOutcomes };
  for (const [index, outcome] of waitOutcomes.entries()) named[outcome] = counts[index] ?? 0;
  return named;
}

const noOutcomes: Record<WaitOutcome, number> = {
  within: 0,
  missed: 0,
  'not-yet-due': 0,
  'other-force': 0,
  'other-grade': 0,
  'no-child': 0,
  'child-not-known': 0,
  'other-setting': 0,
  'other-type': 0,
  'closed-before-due': 0,
  'regraded-before-due': 0,
  'child-ruled-out-before-due': 0,
  'left-scope-before-due': 0,
  'reached-before-in-scope': 0,
  'in-scope-after-due': 0,
  'clock-not-begun': 0,
};
