import type { InputTopic } from '@vigil/domain/facts/fact';
import { inputTopics } from '@vigil/domain/facts/fact';
import type {
  CommitResult,
  IncidentChange,
  Shard,
  ShardState,
  StoredIncidentRow,
} from '@vigil/working-set/port';
import { atOnce } from './at-once.ts';
import { chainHead } from './chain-head.ts';
import { retired } from './incident-record.ts';
import { type Engine, limits } from './ports.ts';
import { type PartitionLedger, type Remembered, remember, ShardForgot } from './remember.ts';
import { isUnder, notes } from './watermark.ts';

/**
 * Learns what was said from the alert topic, from where the working set's memory ends, and prepares
 * a shard that is empty (architecture, "Where the truth is").
 *
 * Of an empty shard everything said is read first; then its facts are read again from the start, only
 * kept while they come (`rebuilding`), and decided once all of them are there. So nothing is said twice.
 *
 * @returns what the records read say was told, and where the chain ends.
 * @throws ShardForgot when the working set forgot meanwhile what this rests on.
 */
export async function prepareShard(engine: Engine, shard: Shard): Promise<PartitionLedger> {
  const { log, codec, workingSet, observe } = engine;
  const state = await workingSet.shard(shard);
  if (state.mode === undefined) await beginRebuild(engine, shard);
  const ledger: Remembered = { told: new Map(), turns: new Map(), offset: state.ledgerOffset };
  const from = state.ledgerOffset ?? 0n;
  for await (const records of log.readToEnd(codec.topics.alerts, shard.partition, from)) {
    for (let first = 0; first < records.length; first += limits.incidentsPerCommit) {
      const piece = records.slice(first, first + limits.incidentsPerCommit);
      await remember(engine, shard, state, ledger, piece);
    }
  }
  const head = await chainHead(engine, shard.partition);
  if (state.mode !== undefined) {
    if (!isUnder(state, engine.policy)) await changePolicy(engine, shard);
    else if (isSwept(state)) {
      await sweep(engine, shard, Number(state.notes.get(notes.sweeping)));
    }
  }
  observe({
    event: 'owned',
    partition: shard.partition,
    alreadySaid: ledger.told.size,
    rebuilding: state.mode !== 'live',
  });
  return { ...ledger, head };
}

async function beginRebuild(
  { log, codec, workingSet, policy, clock }: Engine,
  shard: Shard,
): Promise<void> {
  const rebuildTo = new Map<InputTopic, bigint>();
  for (const topic of inputTopics) {
    const offsets = (await log.offsets(codec.topics.input[topic])).get(shard.partition);
    rebuildTo.set(topic, offsets?.end ?? 0n);
  }
  const result = await workingSet.commit(shard, {
    expectMode: 'unprepared',
    mode: 'rebuilding',
    rebuildTo,
    notes: new Map([
      [notes.preparedAt, String(clock())],
      [notes.policyVersion, policy.policyVersion],
    ]),
  });
  if (result.outcome !== 'committed') throw new ShardForgot('somebody else began to prepare it');
}

/** Goes live when everything that was in the log at the beginning of the rebuild has been read. */
export async function finishRebuild(
  { workingSet, observe }: Engine,
  shard: Shard,
  state: ShardState,
): Promise<boolean> {
  for (const [topic, end] of state.rebuildTo) {
    const read = state.offsets.get(topic);
    if (end > 0n && (read === undefined || read < end)) return false;
  }
  const result = await workingSet.commit(shard, { expectMode: 'rebuilding', mode: 'live' });
  if (result.outcome === 'committed') observe({ event: 'rebuilt', partition: shard.partition });
  return true;
}

/** Whether a change of policy has not reached every incident. */
export const isSwept = (state: ShardState): boolean => Boolean(state.notes.get(notes.sweeping));

/** Puts the shard under this policy; from then on a consumer with another one waits. */
async function changePolicy(engine: Engine, shard: Shard): Promise<void> {
  const { workingSet, policy } = engine;
  await workingSet.commit(shard, {
    notes: new Map([
      [notes.policyVersion, policy.policyVersion],
      [notes.sweeping, '1'],
    ]),
  });
  await sweep(engine, shard, 1);
}

/**
 * Makes every incident due at once, so that each is decided under the new policy. Clocks keep running.
 *
 * @param from - the step at which the shard is. Each moves it by one, so that a shard that forgot some
 *   of them is found out.
 * @throws ShardForgot when it did.
 */
async function sweep({ workingSet }: Engine, shard: Shard, from: number): Promise<void> {
  let step = from;
  const take = async (
    incidents: readonly IncidentChange[],
    next: string,
  ): Promise<CommitResult> => {
    const result = await workingSet.commit(shard, {
      expectNotes: new Map([[notes.sweeping, String(step)]]),
      notes: new Map([[notes.sweeping, next]]),
      incidents,
    });
    if (result.outcome === 'stale-notes') throw new ShardForgot('it forgot that it was swept');
    return result;
  };
  for await (const rows of workingSet.scan(shard, limits.incidentsPerCommit)) {
    let open: readonly StoredIncidentRow[] = rows.filter(({ record }) => record !== retired);
    while (open.length > 0) {
      const result = await take(
        open.map(({ id, version, record }) => ({ id, expected: version, record, due: atOnce })),
        String(step + 1),
      );
      if (result.outcome !== 'stale-incidents') break;
      // Whoever changed it in the meantime may have used the old policy: take it again.
      const again = await workingSet.incidents(shard, result.ids);
      open = open.flatMap((row) => {
        if (!result.ids.includes(row.id)) return [row];
        const known = again.get(row.id);
        return known === undefined || known.record === retired ? [] : [{ id: row.id, ...known }];
      });
    }
    if (open.length > 0) step += 1;
  }
  await take([], '');
}
