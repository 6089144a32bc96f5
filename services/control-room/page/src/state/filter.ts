import type { QueueRow } from '@vigil/control-room/api/model';
import type { FilterName, Filters } from './address.ts';

/** Whether the row is one of those asked for; the digest of long-standing ones is apart. */
export function matches(row: QueueRow, filters: Filters): boolean {
  return (
    (filters.force === undefined || row.forceId === filters.force) &&
    (filters.area === undefined || row.areaId === filters.area) &&
    (filters.grade === undefined || row.grade === filters.grade) &&
    (filters.target === undefined || row.target === filters.target) &&
    (filters.child === undefined || row.child === filters.child) &&
    (filters.alarm === undefined || row.alarm === filters.alarm) &&
    (filters.text === undefined ||
      row.incidentId.toLowerCase().includes(filters.text.toLowerCase()))
  );
}

/** How many filters are set; the digest is a place, not a filter. */
export function countFilters({ longStanding: _, ...filters }: Filters): number {
  return Object.values(filters).filter((value) => value !== undefined).length;
}

/** The values that rows have, sorted, and the one chosen even when no row has it now. */
export function optionsOf(
  rows: Iterable<QueueRow>,
  filters: Filters,
): Readonly<Record<Extract<FilterName, 'force' | 'area' | 'target'>, readonly string[]>> {
  const forces = new Set<string>();
  const areas = new Set<string>();
  const targets = new Set<string>();
  for (const row of rows) {
    forces.add(row.forceId);
    targets.add(row.target);
    const wanted = filters.force === undefined || filters.force === row.forceId;
    if (row.areaId !== undefined && wanted) areas.add(row.areaId);
  }
  if (filters.force !== undefined) forces.add(filters.force);
  if (filters.area !== undefined) areas.add(filters.area);
  if (filters.target !== undefined) targets.add(filters.target);
  return { force: [...forces].sort(), area: [...areas].sort(), target: [...targets].sort() };
}
