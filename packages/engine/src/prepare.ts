import type { IncidentId, InputTopic } from '@vigil/domain/facts/fact';
import { inputTopics } from '@vigil/domain/facts/fact';
import type { AlertId, LedgerRecord } from '@vigil/domain/ledger/alert';
import { joinSaid, progressOf, type Said } from '@vigil/domain/ledger/difference';
import { type Instant, later } from '@vigil/domain/time/instant';
import type { IncidentChange, Shard, ShardState } from '@vigil/working-set/port';
import { deserialise, retired, serialise, unknownIncident } from './incident-record.ts';
import { type Engine, limits } from './ports.ts';
import { notes } from './watermark.ts';

/** How far the story of each alert has been told on the alert topic, as far as its owner knows. */
export type Told = Map<AlertId, number>;

/**
 * Learns what was said from the alert topic, from where the working set's memory ends, and prepares
 * a shard that is empty (architecture, "Where the truth is").
 *
 * Of an empty shard everything said is read first; then its facts are read again from the start, only
 * kept while they come (`rebuilding`), and decided once all of them are there. So nothing is said twice.
 *
 * @returns what the records read say was told.
 */
export async function prepareShard(engine: Engine, shard: Shard): Promise<Told> {
  const { log, codec, workingSet, observe } = engine;
  const state = await workingSet.shard(shard);
  const told: Told = new Map();
  const shown = new Map<IncidentId, Said[]>();
  let end = state.ledgerOffset ?? 0n;
  for await (const records of log.readToEnd(codec.topics.alerts, shard.partition, end)) {
    for (const record of records) {
      end = record.offset + 1n;
      const said = saidBy(await codec.decodeLedger(record));
      if (said === undefined) continue;
      told.set(said.said.alertId, progressOf(said.said));
      shown.set(said.incidentId, [...(shown.get(said.incidentId) ?? []), said.said]);
    }
  }
  await remember(engine, shard, shown);
  await workingSet.commit(shard, { ledgerOffset: end });
  if (state.mode === undefined) await beginRebuild(engine, shard);
  else if (state.notes.get(notes.policyVersion) !== engine.policy.policyVersion) {
    await changePolicy(engine, shard);
  } else if (state.notes.get(notes.sweeping) === 'yes') await sweep(engine, shard);
  observe({
    event: 'owned',
    partition: shard.partition,
    alreadySaid: told.size,
    rebuilding: state.mode !== 'live',
  });
  return told;
}

/** What a record of the ledger shows of an alert's story; none for alerts that are not of an incident. */
function saidBy(
  record: LedgerRecord,
): { readonly incidentId: IncidentId; readonly said: Said } | undefined {
  if (record.kind === 'feed-alert' || record.kind === 'objective-alert') return undefined;
  const { alertId, incidentId, target, phase, at, revision } = record;
  const provisional = record.kind === 'alert' && record.confidence === 'provisional';
  const standing = record.kind !== 'retraction';
  return { incidentId, said: { alertId, target, phase, at, revision, standing, provisional } };
}

/** Joins what was shown to what the incidents remember; each is then decided anew. */
async function remember(
  { workingSet }: Engine,
  shard: Shard,
  shown: ReadonlyMap<IncidentId, readonly Said[]>,
): Promise<void> {
  let open = [...shown.keys()];
  while (open.length > 0) {
    const ids = open.slice(0, limits.incidentsPerCommit);
    const stored = await workingSet.incidents(shard, ids);
    const changes: IncidentChange[] = [];
    for (const id of ids) {
      const known = stored.get(id);
      if (known?.record === retired) continue;
      const record = known === undefined ? unknownIncident : deserialise(id, known.record);
      const said = joinSaid(record.said, joinSaid([], shown.get(id) ?? []));
      if (JSON.stringify(said) === JSON.stringify(record.said)) continue;
      const decidedTo = said.reduce(
        (latest, one) => later(latest, one.at),
        record.decidedTo ?? soon,
      );
      changes.push({
        id,
        expected: known?.version ?? 0,
        record: serialise({ ...record, said, decidedTo }),
        due: soon,
      });
    }
    const result = await workingSet.commit(shard, { incidents: changes });
    if (result.outcome === 'committed') open = open.slice(ids.length);
  }
}

const soon = 0 as Instant;

async function beginRebuild(
  { log, codec, workingSet, policy, clock }: Engine,
  shard: Shard,
): Promise<void> {
  const rebuildTo = new Map<InputTopic, bigint>();
  for (const topic of inputTopics) {
    const offsets = (await log.offsets(codec.topics.input[topic])).get(shard.partition);
    rebuildTo.set(topic, offsets?.end ?? 0n);
  }
  await workingSet.commit(shard, {
    expectMode: 'unprepared',
    mode: 'rebuilding',
    rebuildTo,
    notes: new Map([
      [notes.preparedAt, String(clock())],
      [notes.policyVersion, policy.policyVersion],
    ]),
  });
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

/** Puts the shard under this policy; from then on a consumer with another one waits. */
async function changePolicy(engine: Engine, shard: Shard): Promise<void> {
  const { workingSet, policy } = engine;
  await workingSet.commit(shard, {
    notes: new Map([
      [notes.policyVersion, policy.policyVersion],
      [notes.sweeping, 'yes'],
    ]),
  });
  await sweep(engine, shard);
}

/** Makes every incident due at once, so that each is decided under the new policy. Clocks keep running. */
async function sweep({ workingSet }: Engine, shard: Shard): Promise<void> {
  for await (const rows of workingSet.scan(shard, limits.incidentsPerCommit)) {
    let open = rows;
    while (open.length > 0) {
      const result = await workingSet.commit(shard, {
        incidents: open
          .filter(({ record }) => record !== retired)
          .map(({ id, version, record }) => ({ id, expected: version, record, due: soon })),
      });
      if (result.outcome !== 'stale-incidents') break;
      // Whoever changed it in the meantime may have used the old policy: take it again.
      const again = await workingSet.incidents(shard, result.ids);
      open = open.flatMap((row) => {
        if (!result.ids.includes(row.id)) return [row];
        const known = again.get(row.id);
        return known === undefined ? [] : [{ id: row.id, ...known }];
      });
    }
  }
  await workingSet.commit(shard, { notes: new Map([[notes.sweeping, '']]) });
}
