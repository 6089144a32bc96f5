import type { Instant } from '@vigil/domain/time/instant';
import type { Shard, StoredIncidentRow, WorkingSet } from '../src/port.ts';

/** Every structure of a shard, to compare before and after, or between adapters. */
export async function everything(ws: WorkingSet, shard: Shard) {
  const incidents: StoredIncidentRow[] = [];
  for await (const rows of ws.scan(shard, 100)) incidents.push(...rows);
  return {
    shard: await ws.shard(shard),
    incidents: incidents.sort((a, b) => (a.id < b.id ? -1 : 1)),
    due: await ws.due(shard, Number.MAX_SAFE_INTEGER as Instant, 1_000),
    outbox: await ws.outbox(shard, 1_000),
    slots: await ws.slots(shard),
    sizes: await ws.sizes(shard),
  };
}
