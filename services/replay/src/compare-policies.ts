import type { Policy } from '@vigil/domain/policy/policy';
import type { Instant } from '@vigil/domain/time/instant';
import type { ChangeCounts, Changes } from './audit/change-counts.ts';
import { type Figures, figuresOf, type Tallies } from './figures.ts';
import { decideHistory, type HistorySource } from './history/history.ts';
import { Spool } from './history/spool.ts';

/** Alerts that change, of one force, target and phase. */
export interface ChangedAlerts extends Changes {
  readonly forceId: string;
  readonly target: string;
  readonly phase: string;
}

/** How an objective is met under one policy and the other; none under one that does not have it. */
export interface ChangedObjective {
  readonly name: string;
  readonly before: Figures | null;
  readonly after: Figures | null;
}

/** What would have been said differently under another policy. */
export interface PolicyDifference {
  readonly before: string;
  readonly after: string;
  readonly incidents: number;
  readonly rejected: number;
  /** In order of force, target and phase. */
  readonly alerts: readonly ChangedAlerts[];
  readonly objectives: readonly ChangedObjective[];
}

/**
 * Replays facts under two policies at once.
 *
 * @throws as the source of the facts.
 */
export async function comparePolicies(
  source: HistorySource,
  before: Policy,
  after: Policy,
  {
    until,
    ...watch
  }: { readonly until?: Instant; readonly onDecided?: (done: number, all: number) => void },
): Promise<PolicyDifference> {
  await using spool = new Spool();
  const history = await decideHistory(source, {
    policy: before,
    other: after,
    as: 'recorded',
    spool,
    ...watch,
    ...(until === undefined ? {} : { until }),
  });
  const changes: ChangeCounts = history.changes ?? { changes: new Map(), tallies: new Map() };
  const names = new Set([...before.objectives, ...after.objectives].map(({ name }) => name));
  return {
    before: before.policyVersion,
    after: after.policyVersion,
    incidents: history.incidents,
    rejected: history.rejected,
    alerts: [...changes.changes]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, counts]) => {
        const [forceId = '', target = '', phase = ''] = key.split('\u0000');
        return { forceId, target, phase, ...counts };
      }),
    objectives: [...names].map((name) => ({
      name,
      before: figuresUnder(before, name, history.tallies),
      after: figuresUnder(after, name, changes.tallies),
    })),
  };
}

function figuresUnder({ objectives }: Policy, name: string, tallies: Tallies): Figures | null {
  if (!objectives.some((objective) => objective.name === name)) return null;
  return figuresOf(tallies.get(name)?.values() ?? []);
}
