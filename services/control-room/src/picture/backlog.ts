import { type IncidentState, isReached } from '@vigil/domain/assessment/state';
import type { Backlog } from '../api/model.ts';

type Group = Backlog['groups'][number];
type Count = { count: number; oldestAt: number | null };
type Counting = Omit<Group, 'unattended' | 'unallocated' | 'uncontacted'> &
  Record<'unattended' | 'unallocated' | 'uncontacted', Count>;

/** Open incidents by force, area, grade and child, and the oldest of each (semantics 9). */
export function backlogOf(states: Iterable<IncidentState>): readonly Group[] {
  const groups = new Map<string, Counting>();
  for (const state of states) {
    if (!state.open) continue;
    const { forceId, areaId, grade, child, start } = state;
    const key = [forceId, areaId ?? '', grade, child].join('\u0000');
    const group = groups.get(key) ?? {
      ...{ forceId, grade, child },
      ...(areaId === undefined ? {} : { areaId }),
      ...{ unattended: none(), unallocated: none(), uncontacted: none() },
    };
    groups.set(key, group);
    if (!isReached(state, 'attended')) add(group.unattended, start);
    if (!isReached(state, 'allocated')) add(group.unallocated, start);
    if (!isReached(state, 'contacted')) add(group.uncontacted, start);
  }
  return [...groups].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, group]) => group);
}

function none(): Count {
  return { count: 0, oldestAt: null };
}

function add(count: Count, start: number): void {
  count.count += 1;
  count.oldestAt = Math.min(count.oldestAt ?? start, start);
}
