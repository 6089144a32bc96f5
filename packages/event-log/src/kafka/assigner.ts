import { AssignerProtocol, type Assignment, type PartitionAssigner } from 'kafkajs';
import { assignPartitions } from '../assignment.ts';

const { MemberAssignment, MemberMetadata } = AssignerProtocol;

/**
 * The assigner of Vigil's groups, for kafkajs: partition n of every topic goes to one member, and members
 * keep what they have as far as that is even.
 *
 * @param owned the partitions this member has now; told to the leader at each rebalance.
 */
export function stickyAssigner(owned: () => readonly number[]): PartitionAssigner {
  return ({ cluster }) => ({
    name: 'VigilPartitions',
    version: 1,
    protocol({ topics }) {
      const userData = Buffer.from(JSON.stringify(owned()));
      return {
        name: this.name,
        metadata: MemberMetadata.encode({ version: this.version, topics, userData }),
      };
    },
    async assign({ members, topics }) {
      const counts = new Map(
        topics.map((topic) => [topic, cluster.findTopicPartitionMetadata(topic).length]),
      );
      const shares = assignPartitions(
        members.map(({ memberId, memberMetadata }) => ({
          id: memberId,
          owned: ownedBy(memberMetadata),
        })),
        Math.max(0, ...counts.values()),
      );
      return [...shares].map(([memberId, share]) => {
        const assignment: Assignment = {};
        for (const [topic, count] of counts) {
          assignment[topic] = share.filter((partition) => partition < count);
        }
        return {
          memberId,
          memberAssignment: MemberAssignment.encode({
            version: this.version,
            assignment,
            userData: Buffer.alloc(0),
          }),
        };
      });
    },
  });
}

/** What a member says it has; a member that says nothing we understand has nothing. */
function ownedBy(metadata: Buffer): number[] {
  try {
    const text = MemberMetadata.decode(metadata)?.userData.toString() ?? '[]';
    const owned: unknown = JSON.parse(text);
    return Array.isArray(owned) ? owned.filter((one) => Number.isSafeInteger(one)) : [];
  } catch {
    return [];
  }
}
