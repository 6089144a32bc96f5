import type { Phase } from '@vigil/domain/ledger/alert';
import { alertKey } from '../history.ts';
import type { Contender, Said } from './contender.ts';
import type { Stage } from './stage.ts';

/** What a subscriber that reads committed records only has of a contender, beside what is expected. */
export interface Standing {
  /** Since when what stands is what is expected, in milliseconds since the epoch; NaN while it is not. */
  levelSince(): number;
  /** Alerts read, retractions among them, and how what stands differs from what is expected. */
  counts(): {
    readonly raised: number;
    readonly takenBack: number;
    readonly missing: number;
    readonly surplus: number;
  };
  stop(): Promise<void>;
}

/**
 * Follows the alert topic of a stage from its beginning.
 *
 * @param expected - the alerts that should stand in the end, by `alertKey`.
 * @param phases - what is compared; the whole where it is absent.
 */
export async function followStanding(
  stage: Stage,
  contender: Contender,
  expected: ReadonlySet<string>,
  phases?: readonly Phase[],
): Promise<Standing> {
  const missing = new Set(expected);
  const surplus = new Set<string>();
  let raised = 0;
  let takenBack = 0;
  let levelSince = Number.NaN;
  const stop = await followAlerts(stage, contender, (some) => {
    for (const said of some) {
      if (phases?.includes(said.phase) === false) continue;
      const key = alertKey(said);
      if (said.taken === 'raised') {
        raised++;
        if (!missing.delete(key) && !expected.has(key)) surplus.add(key);
      } else {
        takenBack++;
        if (!surplus.delete(key) && expected.has(key)) missing.add(key);
      }
    }
    const level = missing.size === 0 && surplus.size === 0;
    if (!level) levelSince = Number.NaN;
    else if (Number.isNaN(levelSince)) levelSince = Date.now();
  });
  return {
    levelSince: () => levelSince,
    counts: () => ({ raised, takenBack, missing: missing.size, surplus: surplus.size }),
    stop,
  };
}

/**
 * Reads the alert topic of a stage from its beginning, committed records only.
 *
 * @param heard - is told what a fetch had of a contender, and when it came, in milliseconds since the epoch.
 * @returns what ends it.
 */
export async function followAlerts(
  stage: Stage,
  contender: Contender,
  heard: (some: readonly Said[], receivedAt: number) => void,
): Promise<() => Promise<void>> {
  const consumer = stage.kafka.consumer({
    groupId: `${stage.name}-subscriber`,
    readUncommitted: false,
    maxWaitTimeInMs: 100,
  });
  await consumer.connect();
  await consumer.subscribe({ topics: [stage.codec.topics.alerts], fromBeginning: true });
  await consumer.run({
    autoCommit: false,
    eachBatch: async ({ batch: { messages, partition } }) => {
      const receivedAt = Date.now();
      const some: Said[] = [];
      for (const message of messages) {
        const said = await contender.read(stage, { ...message, partition });
        if (said !== undefined) some.push(said);
      }
      heard(some, receivedAt);
    },
  });
  return () => consumer.disconnect();
}
