import { assignPartitions } from '@vigil/event-log/assignment';
import { bounds } from './faults.ts';
import type { Scheduler } from './scheduler.ts';

/** The coordinator of consumer groups, on the side of the brokers. */
export interface Groups {
  /** @returns the id of the member. */
  join(group: string, partitions: number): string;
  /** Says that a member lives. @returns its share now; none when it is no member any more. */
  heartbeat(group: string, member: string): readonly number[] | undefined;
  leave(group: string, member: string): void;
  /** Puts a member out, as a coordinator does that did not hear of it. */
  shuffle(pick: <T>(from: readonly T[]) => T): void;
}

interface Member {
  owned: readonly number[];
  heardAt: number;
}

/**
 * A new owner starts at its next heartbeat and the old one stops at its own: in between both work, and
 * one that cannot be reached or stands still works on when it can again, until it learns of it.
 */
export function createGroups(scheduler: Scheduler): Groups {
  const groups = new Map<string, { partitions: number; members: Map<string, Member> }>();
  let joined = 0;

  function rebalance(group: string): void {
    const { members, partitions } = groups.get(group) ?? { members: new Map(), partitions: 0 };
    if (members.size === 0) return;
    const shares = assignPartitions(
      [...members].map(([id, { owned }]) => ({ id, owned })),
      partitions,
    );
    for (const [id, member] of members) member.owned = shares.get(id) ?? [];
  }
  function leave(group: string, member: string): void {
    if (groups.get(group)?.members.delete(member) === true) rebalance(group);
  }
  function expect(group: string, id: string): void {
    scheduler.after(bounds.session, `the brokers look for ${id}`, () => {
      const member = groups.get(group)?.members.get(id);
      if (member === undefined) return;
      if (scheduler.now() - member.heardAt >= bounds.session) leave(group, id);
      else expect(group, id);
    });
  }

  return {
    join(group, partitions) {
      const id = `${group}-${++joined}`;
      const known = groups.get(group) ?? { partitions, members: new Map<string, Member>() };
      groups.set(group, known);
      known.members.set(id, { owned: [], heardAt: scheduler.now() });
      rebalance(group);
      expect(group, id);
      return id;
    },
    heartbeat(group, id) {
      const member = groups.get(group)?.members.get(id);
      if (member !== undefined) member.heardAt = scheduler.now();
      return member?.owned;
    },
    leave,
    shuffle(pick) {
      const group = pick([...groups.keys()]);
      const members = [...(groups.get(group)?.members.keys() ?? [])];
      if (members.length > 0) leave(group, pick(members));
    },
  };
}
