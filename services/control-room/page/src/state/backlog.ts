import type { Backlog } from '@vigil/control-room/api/model';
import type { Filters } from './address.ts';

type Group = Backlog['groups'][number];
const counts = ['unattended', 'unallocated', 'uncontacted'] as const;
type Count = (typeof counts)[number];

export interface BacklogLine extends Pick<Group, Count> {
  readonly forceId: string;
  readonly children: number;
}

/** The backlog by force: sums of the groups that the filters leave, and the oldest among them. */
export function backlogByForce({ groups }: Backlog, filters: Filters): readonly BacklogLine[] {
  const left = groups.filter(
    ({ forceId, areaId, grade, child }) =>
      (filters.force === undefined || forceId === filters.force) &&
      (filters.area === undefined || areaId === filters.area) &&
      (filters.grade === undefined || grade === filters.grade) &&
      (filters.child === undefined || child === filters.child),
  );
  const byForce = Map.groupBy(left, ({ forceId }) => forceId);
  return [...byForce].map(([forceId, ofForce]) => ({
    forceId,
    children: ofForce
      .filter(({ child }) => child === 'involved')
      .reduce((sum, { unattended }) => sum + unattended.count, 0),
    unattended: sumOf(ofForce, 'unattended'),
    unallocated: sumOf(ofForce, 'unallocated'),
    uncontacted: sumOf(ofForce, 'uncontacted'),
  }));
}

function sumOf(groups: readonly Group[], name: Count): Group[Count] {
  let count = 0;
  let oldestAt: number | null = null;
  for (const { [name]: part } of groups) {
    count += part.count;
    if (part.oldestAt !== null) oldestAt = Math.min(oldestAt ?? part.oldestAt, part.oldestAt);
  }
  return { count, oldestAt };
}
