/**
 * How fast the working set loads and commits, and how much memory an incident takes in Redis.
 *
 *     pnpm --filter @vigil/working-set bench
 *
 * Starts a Redis of its own. One writer, batches of 500 incidents with records of 400 bytes, each
 * read and written back with its due instant, a slot and an outbox entry for one in ten. Says the
 * median of the rounds with their range.
 */
import type { IncidentId } from '@vigil/domain/facts/fact';
import type { Instant } from '@vigil/domain/time/instant';
import { startLocalRedis } from '@vigil/test/servers/redis';
import { Redis } from 'ioredis';
import { createMemoryWorkingSet } from '../src/memory/working-set.ts';
import type { Shard, WorkingSet } from '../src/port.ts';
import { openRedisWorkingSet } from '../src/redis/working-set.ts';

const incidents = 100_000;
const batch = 500;
const rounds = 5;
const shard: Shard = { deployment: 'bench', partition: 0 };
const names = Array.from({ length: incidents }, (_, i) => `INC-2026-${i}` as IncidentId);
const record = JSON.stringify({ facts: 'x'.repeat(388) });

/** Loads and commits every incident once; incidents a second. */
async function round(ws: WorkingSet, offset: number): Promise<number> {
  const start = performance.now();
  for (let from = 0; from < incidents; from += batch) {
    const ids = names.slice(from, from + batch);
    const stored = await ws.incidents(shard, ids);
    const result = await ws.commit(shard, {
      advance: {
        topic: 'incident-created',
        from: offset + from === 0 ? undefined : BigInt(offset + from),
        to: BigInt(offset + from + batch),
      },
      incidents: ids.map((id, i) => ({
        id,
        expected: stored.get(id)?.version ?? 0,
        record,
        due: (1_772_442_000_000 + from + i) as Instant,
      })),
      slots: ids.slice(0, batch / 10).map((id) => ({ key: `slot-${id.length}`, delta: 1 })),
      outbox: ids.slice(0, batch / 10).map(() => record),
    });
    if (result.outcome !== 'committed') throw new Error(result.outcome);
    const [first, ...others] = await ws.outbox(shard, batch);
    if (first === undefined) throw new Error('the outbox is empty');
    const through = others.at(-1)?.sequence ?? first.sequence;
    await ws.commit(shard, { trimOutbox: { from: first.sequence, through } });
  }
  return incidents / ((performance.now() - start) / 1_000);
}

async function measure(name: string, ws: WorkingSet): Promise<void> {
  const rates: number[] = [];
  for (let i = 0; i < rounds; i++) rates.push(Math.round(await round(ws, i * incidents)));
  rates.sort((a, b) => a - b);
  const start = performance.now();
  let seen = 0;
  for await (const rows of ws.scan(shard, batch)) seen += rows.length;
  const scanMs = Math.round(performance.now() - start);
  console.log(
    `${name}: ${rates[Math.floor(rounds / 2)]} incidents/s loaded and committed (${rates[0]} to ${rates.at(-1)}); a scan of ${seen} in ${scanMs} ms`,
  );
}

const usedMemory = async (redis: Redis): Promise<number> =>
  Number(/used_memory:(\d+)/.exec(await redis.info('memory'))?.[1]);

await measure('memory', createMemoryWorkingSet());
const server = await startLocalRedis();
const admin = new Redis(server.url);
try {
  const empty = await usedMemory(admin);
  const ws = await openRedisWorkingSet({ url: server.url, cluster: false });
  await measure('redis', ws);
  const perIncident = ((await usedMemory(admin)) - empty) / incidents;
  console.log(
    `redis: ${Math.round(perIncident)} bytes an incident with a record of ${record.length}`,
  );
  await ws.close();
} finally {
  admin.disconnect();
  await server.stop();
}
