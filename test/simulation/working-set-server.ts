import type { Instant } from '@vigil/domain/time/instant';
import { createMemoryWorkingSet } from '@vigil/working-set/memory/working-set';
import type {
  Commit,
  CommitResult,
  Shard,
  StoredIncidentRow,
  WorkingSet,
} from '@vigil/working-set/port';

/** What every machine shares: a store, and the file it would be restored from. */
export interface WorkingSetServer {
  /** The store as it is now; each of its answers is one step. */
  store(): WorkingSet;
  commit(shard: Shard, commit: Commit): Promise<CommitResult>;
  /** What was stored after an instant is gone, as after a failover; all of it, with none given. */
  forget(after?: Instant): Promise<void>;
}

/** Wraps the store, to show what a defect in it would do. */
export type Tampering = (store: WorkingSet) => WorkingSet;

/**
 * The working set in memory with what Redis calls its append-only file: every commit that was stored.
 * Forgetting is reading that file up to an instant.
 */
export function createWorkingSetServer(
  now: () => Instant,
  tamper: Tampering = (store) => store,
): WorkingSetServer {
  let written: { readonly at: Instant; readonly shard: Shard; readonly commit: Commit }[] = [];
  let inner = createMemoryWorkingSet();
  const recorded = (): WorkingSet => ({
    ...inner,
    async commit(shard, commit) {
      const result = await inner.commit(shard, commit);
      if (result.outcome === 'committed') written.push({ at: now(), shard, commit });
      return result;
    },
  });
  let store = tamper(recorded());
  return {
    store: () => store,
    commit: (shard, commit) => store.commit(shard, commit),
    async forget(after) {
      written = after === undefined ? [] : written.filter(({ at }) => at <= after);
      inner = createMemoryWorkingSet();
      for (const { shard, commit } of written) await inner.commit(shard, commit);
      store = tamper(recorded());
    },
  };
}

/** Every incident of a shard as it is now. */
export async function rowsOf(store: WorkingSet, shard: Shard): Promise<StoredIncidentRow[]> {
  const rows: StoredIncidentRow[] = [];
  for await (const some of store.scan(shard, 1_000)) rows.push(...some);
  return rows;
}
