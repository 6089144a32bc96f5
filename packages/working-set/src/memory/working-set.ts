import type { IncidentId, InputTopic } from '@vigil/domain/facts/fact';
import type { Instant } from '@vigil/domain/time/instant';
import { checkCommit } from '../commit-check.ts';
import type {
  Commit,
  CommitResult,
  OutboxEntry,
  Shard,
  ShardMode,
  StoredIncident,
  WorkingSet,
} from '../port.ts';
import { type DueTimes, dueTimes } from './due-times.ts';

interface StoredShard {
  mode: ShardMode | undefined;
  ledgerOffset: bigint | undefined;
  readonly offsets: Map<InputTopic, bigint>;
  readonly watermarks: Map<InputTopic, Instant>;
  readonly rebuildTo: Map<InputTopic, bigint>;
  readonly heard: Map<string, Instant>;
  readonly notes: Map<string, string>;
  readonly incidents: Map<IncidentId, StoredIncident>;
  readonly due: DueTimes;
  readonly slots: Map<string, number>;
  outbox: OutboxEntry[];
  nextSequence: number;
}

/** The working set in the memory of this process: the embedded default. Nothing survives the process. */
export function createMemoryWorkingSet(): WorkingSet {
  const shards = new Map<string, StoredShard>();
  const of = ({ deployment, partition }: Shard): StoredShard => {
    const name = `${deployment}-${partition}`;
    const known = shards.get(name) ?? emptyShard();
    shards.set(name, known);
    return known;
  };
  return {
    async shard(shard) {
      const { mode, ledgerOffset, offsets, watermarks, rebuildTo, heard, notes } = of(shard);
      return {
        mode,
        ledgerOffset,
        offsets: new Map(offsets),
        watermarks: new Map(watermarks),
        rebuildTo: new Map(rebuildTo),
        heard: new Map(heard),
        notes: new Map(notes),
      };
    },
    async incidents(shard, ids) {
      const { incidents } = of(shard);
      const found = new Map<IncidentId, StoredIncident>();
      for (const id of ids) {
        const known = incidents.get(id);
        if (known !== undefined) found.set(id, known);
      }
      return found;
    },
    async due(shard, upTo, limit) {
      return of(shard).due.upTo(upTo, limit);
    },
    async outbox(shard, limit) {
      return of(shard).outbox.slice(0, limit);
    },
    async slots(shard) {
      return new Map(of(shard).slots);
    },
    async *scan(shard, limit) {
      const rows = [...of(shard).incidents].map(([id, stored]) => ({ id, ...stored }));
      for (let from = 0; from < rows.length; from += limit) yield rows.slice(from, from + limit);
    },
    async commit(shard, commit) {
      checkCommit(commit);
      const stored = of(shard);
      const refused = refusal(stored, commit);
      if (refused !== undefined) return refused;
      store(stored, commit);
      return { outcome: 'committed' };
    },
    async sizes(shard) {
      const { incidents, due, outbox } = of(shard);
      return { incidents: incidents.size, due: due.size(), outbox: outbox.length };
    },
    async close() {
      shards.clear();
    },
  };
}

function emptyShard(): StoredShard {
  return {
    mode: undefined,
    ledgerOffset: undefined,
    offsets: new Map(),
    watermarks: new Map(),
    rebuildTo: new Map(),
    heard: new Map(),
    notes: new Map(),
    incidents: new Map(),
    due: dueTimes(),
    slots: new Map(),
    outbox: [],
    nextSequence: 1,
  };
}

function refusal(stored: StoredShard, commit: Commit): CommitResult | undefined {
  const { expectMode, expectNotes = [], advance, ledgerOffset, trimOutbox } = commit;
  const { incidents = [] } = commit;
  if (
    expectMode !== undefined &&
    stored.mode !== (expectMode === 'unprepared' ? undefined : expectMode)
  ) {
    return { outcome: 'stale-mode', stored: stored.mode };
  }
  const names = [...expectNotes].flatMap(([name, text]) =>
    stored.notes.get(name) === text ? [] : [name],
  );
  if (names.length > 0) return { outcome: 'stale-notes', names };
  if (advance !== undefined && stored.offsets.get(advance.topic) !== advance.from) {
    return { outcome: 'stale-offset', stored: stored.offsets.get(advance.topic) };
  }
  for (const { topic, offset } of commit.reached ?? []) {
    const known = stored.offsets.get(topic);
    if (known === undefined || known < offset) return { outcome: 'stale-offset', stored: known };
  }
  if (ledgerOffset !== undefined && stored.ledgerOffset !== ledgerOffset.from) {
    return { outcome: 'stale-ledger', stored: stored.ledgerOffset };
  }
  const first = stored.outbox[0]?.sequence;
  if (trimOutbox !== undefined && first !== trimOutbox.from)
    return { outcome: 'stale-outbox', first };
  const ids = incidents
    .filter(({ id, expected }) => (stored.incidents.get(id)?.version ?? 0) !== expected)
    .map(({ id }) => id);
  return ids.length === 0 ? undefined : { outcome: 'stale-incidents', ids };
}

function store(stored: StoredShard, commit: Commit): void {
  for (const { id, expected, record, due } of commit.incidents ?? []) {
    if (record === undefined) stored.incidents.delete(id);
    else stored.incidents.set(id, { version: expected + 1, record });
    stored.due.set(id, record === undefined ? undefined : due);
  }
  for (const { key, delta } of commit.slots ?? []) {
    const count = (stored.slots.get(key) ?? 0) + delta;
    if (count === 0) stored.slots.delete(key);
    else stored.slots.set(key, count);
  }
  for (const key of commit.dropSlots ?? []) stored.slots.delete(key);
  const { trimOutbox, advance, watermark } = commit;
  if (trimOutbox !== undefined) {
    stored.outbox = stored.outbox.filter(({ sequence }) => sequence > trimOutbox.through);
  }
  for (const entry of commit.outbox ?? []) {
    stored.outbox.push({ sequence: stored.nextSequence++, entry });
  }
  if (advance !== undefined) stored.offsets.set(advance.topic, advance.to);
  if (watermark !== undefined) raise(stored.watermarks, watermark.topic, watermark.instant);
  for (const { topic, instant } of commit.reached ?? []) raise(stored.watermarks, topic, instant);
  for (const { key, instant } of commit.heard ?? []) raise(stored.heard, key, instant);
  if (commit.mode !== undefined) stored.mode = commit.mode;
  for (const [topic, offset] of commit.rebuildTo ?? []) stored.rebuildTo.set(topic, offset);
  if (commit.ledgerOffset !== undefined) stored.ledgerOffset = commit.ledgerOffset.to;
  for (const [name, text] of commit.notes ?? []) stored.notes.set(name, text);
}

function raise<K>(instants: Map<K, Instant>, key: K, instant: Instant): void {
  if (instant > (instants.get(key) ?? Number.NEGATIVE_INFINITY)) instants.set(key, instant);
}
