import type { QueueRow } from '@vigil/control-room/api/model';
import { isOverdue, needsAnswer } from '../words/terms.ts';
import type { Item } from './under-hand.ts';

export interface RowItem extends Item {
  readonly kind: 'row';
  readonly row: QueueRow;
}
export interface HeadingItem extends Item {
  readonly kind: 'heading';
  readonly child: QueueRow['child'];
  readonly count: number;
  readonly overdue: number;
}
export type QueueItem = RowItem | HeadingItem;

export interface Heights {
  readonly row: number;
  readonly heading: number;
}

/** Ranked rows under a heading for each kind of child involvement. */
export function underHeadings(ranked: readonly QueueRow[], heights: Heights): readonly QueueItem[] {
  const groups = Map.groupBy(ranked, ({ child }) => child);
  return [...groups].flatMap(([child, rows]): QueueItem[] => [
    {
      kind: 'heading',
      key: `heading ${child}`,
      height: heights.heading,
      child,
      count: rows.length,
      overdue: rows.filter(isOverdue).length,
    },
    ...rows.map((row): RowItem => ({ kind: 'row', key: row.id, height: heights.row, row })),
  ]);
}

/** What can be read at a glance, from across the room. */
export interface Glance {
  readonly childrenOverdue: number;
  readonly possibleOverdue: number;
  readonly unanswered: number;
  /** Of the child that is overdue longest. */
  readonly oldestChildDueAt: number | undefined;
  /** The next that will be overdue, children before others at the same instant. */
  readonly next: QueueRow | undefined;
  /** In breach for more than a day. */
  readonly longStanding: {
    readonly count: number;
    readonly unanswered: number;
    readonly oldestDueAt: number | undefined;
  };
}

/** @param rows in the order of the queue, the long-standing among them */
export function glanceAt(rows: readonly QueueRow[]): Glance {
  const overdue = rows.filter(isOverdue);
  const children = overdue.filter(({ child }) => child === 'involved');
  const standing = rows.filter(({ longStanding }) => longStanding);
  let next: QueueRow | undefined;
  for (const row of rows) {
    if (row.phase !== 'watched' && row.phase !== 'warning') continue;
    if (row.dueAt !== undefined && row.dueAt < (next?.dueAt ?? Number.POSITIVE_INFINITY))
      next = row;
  }
  return {
    childrenOverdue: children.length,
    possibleOverdue: overdue.filter(({ child }) => child === 'unknown').length,
    unanswered: rows.filter(needsAnswer).length,
    oldestChildDueAt: earliestDue(children),
    next,
    longStanding: {
      count: standing.length,
      unanswered: standing.filter(needsAnswer).length,
      oldestDueAt: earliestDue(standing),
    },
  };
}

function earliestDue(rows: readonly QueueRow[]): number | undefined {
  let earliest: number | undefined;
  for (const { dueAt } of rows) {
    if (dueAt !== undefined && (earliest === undefined || dueAt < earliest)) earliest = dueAt;
  }
  return earliest;
}
