/** A member of a consumer group, and the partitions it had before this round. */
export interface GroupMember {
  readonly id: string;
  readonly owned: readonly number[];
}

/**
 * Shares partitions among the members of a group: as evenly as can be, and each member keeps what it
 * had as far as that allows, since a partition that moves must be prepared anew by its next owner.
 * A partition number means that partition of every topic of the group: a shard stays together.
 *
 * @returns the partitions of each member, ascending; the same for the same members in any order.
 */
export function assignPartitions(
  members: readonly GroupMember[],
  partitions: number,
): Map<string, number[]> {
  const sorted = members.toSorted((a, b) => (a.id < b.id ? -1 : 1));
  const fewest = Math.floor(partitions / sorted.length);
  let oneMore = partitions % sorted.length;
  const free = new Set(Array.from({ length: partitions }, (_, partition) => partition));
  const shares = new Map<string, number[]>();
  for (const { id, owned } of sorted) {
    const had = [...new Set(owned)].filter((partition) => free.has(partition));
    const mayKeep = had.length > fewest && oneMore > 0 ? fewest + 1 : fewest;
    if (mayKeep > fewest) oneMore -= 1;
    const kept = had.sort((a, b) => a - b).slice(0, mayKeep);
    for (const partition of kept) free.delete(partition);
    shares.set(id, kept);
  }
  for (const partition of free) leastLoaded(shares)?.push(partition);
  for (const share of shares.values()) share.sort((a, b) => a - b);
  return shares;
}

function leastLoaded(shares: ReadonlyMap<string, number[]>): number[] | undefined {
  let least: number[] | undefined;
  for (const share of shares.values()) {
    if (least === undefined || share.length < least.length) least = share;
  }
  return least;
}
