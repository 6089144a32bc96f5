import type { IncidentId } from '@vigil/domain/facts/fact';
import {
  type Commit,
  CommitUnknown,
  type StoredIncidentRow,
  type WorkingSet,
} from '@vigil/working-set/port';
import { WorkingSetUnavailable } from '@vigil/working-set/redis/errors';
import type { Machine } from './machine.ts';
import type { Network } from './network.ts';
import { rowsOf, type WorkingSetServer } from './working-set-server.ts';

/** The working set as one machine reaches it. */
export function simulatedWorkingSet(
  machine: Machine,
  network: Network,
  server: WorkingSetServer,
): WorkingSet {
  const ask = <T>(what: string, effect: () => Promise<T>): Promise<T> =>
    network.call({
      from: machine,
      to: 'working-set',
      what,
      effect,
      lost: (why) => new WorkingSetUnavailable(why),
    });
  return {
    shard: (shard) => ask('loads the shard', () => server.store().shard(shard)),
    incidents: (shard, ids) => ask('loads incidents', () => server.store().incidents(shard, ids)),
    due: (shard, upTo, limit) =>
      ask('asks what is due', () => server.store().due(shard, upTo, limit)),
    outbox: (shard, limit) => ask('loads the outbox', () => server.store().outbox(shard, limit)),
    slots: (shard) => ask('loads the slots', () => server.store().slots(shard)),
    sizes: (shard) => ask('asks for sizes', () => server.store().sizes(shard)),
    // As Redis does it: which incidents there are at first, and each as it is when its turn comes.
    async *scan(shard, limit) {
      const ids: IncidentId[] = await ask('begins a scan', async () => {
        const rows = await rowsOf(server.store(), shard);
        return rows.map(({ id }) => id);
      });
      const piece = Math.min(limit, 5);
      for (let from = 0; from < ids.length; from += piece) {
        const found = await ask('scans', () =>
          server.store().incidents(shard, ids.slice(from, from + piece)),
        );
        const rows: StoredIncidentRow[] = [...found].map(([id, stored]) => ({ id, ...stored }));
        if (rows.length > 0) yield rows;
      }
    },
    commit: (shard, commit) =>
      network.call({
        from: machine,
        to: 'working-set',
        what: purposeOf(commit),
        effect: () => server.commit(shard, commit),
        lost: (why) => new CommitUnknown(why),
        repeatable: true,
      }),
    close: async () => {},
  };
}

/** What a commit is for, so that traces say it and machines die at each. */
function purposeOf({ advance, trimOutbox, mode, ledgerOffset, incidents, notes }: Commit): string {
  if (advance !== undefined) {
    return incidents?.length ? `commits facts of ${advance.topic}` : `advances ${advance.topic}`;
  }
  if (trimOutbox !== undefined) return 'trims the outbox';
  if (mode !== undefined) return `makes the shard ${mode}`;
  if (ledgerOffset !== undefined) return 'notes how far the ledger was read';
  if (incidents !== undefined) return 'commits incidents';
  return notes === undefined ? 'drops slots' : 'notes';
}
