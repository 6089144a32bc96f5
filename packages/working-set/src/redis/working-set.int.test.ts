import type { IncidentId } from '@vigil/domain/facts/fact';
import type { Instant } from '@vigil/domain/time/instant';
import { type LocalRedis, startLocalRedis } from '@vigil/test/servers/redis';
import { type LocalRedisCluster, startRedisCluster } from '@vigil/test/servers/redis-cluster';
import { describeWithLocal, testDeployment } from '@vigil/test/servers/servers';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWorkingSet } from '../../testing/conformance.ts';
import type { Shard, WorkingSet } from '../port.ts';
import { openRedisWorkingSet } from './working-set.ts';

describeWithLocal('redis', 'a Redis of its own', () => {
  let redis: LocalRedis;
  beforeAll(async () => {
    redis = await startLocalRedis();
  });
  afterAll(() => redis.stop());

  describeWorkingSet('in Redis', async () => ({
    workingSet: await openRedisWorkingSet({ url: redis.url, cluster: false }),
    deployment: testDeployment('redis'),
  }));

  it('goes on after the server has forgotten its scripts', async () => {
    const ws = await openRedisWorkingSet({ url: redis.url, cluster: false });
    await commitsAfterFlush(ws, { deployment: testDeployment('flush'), partition: 0 }, [redis]);
    await ws.close();
  });

  it('shows each incident once in a scan, though the others are removed during it', async () => {
    const ws = await openRedisWorkingSet({ url: redis.url, cluster: false });
    const deployment = testDeployment('shrink');
    const names = Array.from({ length: 4_000 }, (_, i) => `INC-${i}` as IncidentId);
    const kept = new Set<string>(names.slice(0, 300));
    const change = (expected: number, record: string | undefined) => (id: IncidentId) => ({
      id,
      expected,
      record,
      due: undefined,
    });
    // The hash of Redis shrinks to another size at some point; it takes some rounds until it does so
    // where the scan would give an incident again.
    for (let partition = 0; partition < 30; partition++) {
      const shard: Shard = { deployment, partition };
      await ws.commit(shard, { incidents: names.map(change(0, 'x'.repeat(100))) });
      const seen: string[] = [];
      let pieces = 0;
      for await (const rows of ws.scan(shard, 20)) {
        seen.push(...rows.map(({ id }) => id).filter((id) => kept.has(id)));
        if (++pieces !== 40 + partition) continue;
        const incidents = names.slice(kept.size).map(change(1, undefined));
        expect(await ws.commit(shard, { incidents })).toEqual({ outcome: 'committed' });
      }
      expect(new Set(seen)).toEqual(kept);
      expect(seen).toHaveLength(kept.size);
    }
    await ws.close();
  });

  it('never numbers the entries of the outbox wrongly while another publisher trims', async () => {
    const [ours, theirs] = await Promise.all([
      openRedisWorkingSet({ url: redis.url, cluster: false }),
      openRedisWorkingSet({ url: redis.url, cluster: false }),
    ]);
    const shard: Shard = { deployment: testDeployment('outbox'), partition: 0 };
    await ours.commit(shard, { outbox: Array.from({ length: 300 }, (_, i) => String(i + 1)) });
    const trimming = (async () => {
      for (let from = 1; from < 300; from++) {
        await theirs.commit(shard, { trimOutbox: { from, through: from } });
      }
    })();
    let reads = 0;
    let first = 0;
    while (first !== 300) {
      const entries = await ours.outbox(shard, 5);
      for (const { sequence, entry } of entries) expect(entry).toBe(String(sequence));
      first = entries[0]?.sequence ?? 0;
      reads++;
    }
    await trimming;
    expect(reads).toBeGreaterThan(10);
    await Promise.all([ours.close(), theirs.close()]);
  });

  it('remembers nothing of commits that may be stored twice, such as those of an idle partition', async () => {
    const ws = await openRedisWorkingSet({ url: redis.url, cluster: false });
    const shard: Shard = { deployment: testDeployment('idle'), partition: 0 };
    const advance = { topic: 'officer-attended', from: undefined, to: 1n } as const;
    await ws.commit(shard, { advance });
    const admin = new Redis(redis.url);
    const remembered = async () =>
      (await admin.keys(`vigil:{${shard.deployment}-0}:done:*`)).length;
    expect(await remembered()).toBe(1);
    for (let ms = 1; ms <= 5; ms++) {
      await ws.commit(shard, {
        advance: { ...advance, from: 1n },
        watermark: { topic: 'officer-attended', instant: ms as Instant },
      });
    }
    expect(await remembered()).toBe(1);
    admin.disconnect();
    await ws.close();
  });
});

describeWithLocal('redis', 'a cluster of three', () => {
  let cluster: LocalRedisCluster;
  let url: string;
  beforeAll(async () => {
    cluster = await startRedisCluster();
    url = cluster.nodes[0]?.url ?? '';
  });
  afterAll(() => cluster.stop());

  describeWorkingSet('in a Redis Cluster', async () => ({
    workingSet: await openRedisWorkingSet({ url, cluster: true }),
    deployment: testDeployment('cluster'),
  }));

  it('spreads shards over the nodes, and goes on after all have forgotten their scripts', async () => {
    const ws = await openRedisWorkingSet({ url, cluster: true });
    const deployment = testDeployment('spread');
    const shards = Array.from({ length: 12 }, (_, partition) => ({ deployment, partition }));
    await Promise.all(shards.map((shard) => commitsAfterFlush(ws, shard, cluster.nodes)));
    const keys = await Promise.all(
      cluster.nodes.map(async (node) => {
        const admin = new Redis(node.url);
        const found = await admin.keys(`vigil:{${deployment}-*:slots`);
        admin.disconnect();
        return found.length;
      }),
    );
    expect(keys.reduce((a, b) => a + b, 0)).toBe(12);
    expect(Math.min(...keys)).toBeGreaterThan(0);
    await ws.close();
  });

  it('follows a shard that moves to another node between two commits', async () => {
    const ws = await openRedisWorkingSet({ url, cluster: true });
    const shard: Shard = { deployment: testDeployment('moved'), partition: 0 };
    const admins = cluster.nodes.map((node) => new Redis(node.url));
    const [first] = admins;
    if (first === undefined) throw new Error('a cluster has nodes');
    const slot = await first.cluster('KEYSLOT', `{${shard.deployment}-0}`);
    // The slot is moved while it is empty, so that nothing but its owner changes.
    await ws.shard(shard);
    const owners = await Promise.all(
      admins.map(async (admin) => {
        const ranges = await admin.cluster('SLOTS');
        const mine = await admin.cluster('MYID');
        return ranges.some(
          ([from, to, node]) => from <= slot && slot <= to && JSON.stringify(node).includes(mine),
        );
      }),
    );
    const from = owners.indexOf(true);
    const target = admins[(from + 1) % admins.length];
    const id = await target?.cluster('MYID');
    for (const admin of admins) await admin.call('CLUSTER', 'SETSLOT', slot, 'NODE', String(id));
    const outcomes = await Promise.all(
      Array.from({ length: 10 }, () => ws.commit(shard, { slots: [{ key: 'a', delta: 1 }] })),
    );
    expect(outcomes.every(({ outcome }) => outcome === 'committed')).toBe(true);
    expect(await ws.slots(shard)).toEqual(new Map([['a', 10]]));
    expect(await target?.hgetall(`vigil:{${shard.deployment}-0}:slots`)).toEqual({ a: '10' });
    for (const admin of admins) admin.disconnect();
    await ws.close();
  });
});

async function commitsAfterFlush(
  ws: WorkingSet,
  shard: Shard,
  nodes: readonly LocalRedis[],
): Promise<void> {
  const commit = { slots: [{ key: 'a', delta: 1 }], outbox: ['said'] };
  await ws.commit(shard, commit);
  await ws.outbox(shard, 1);
  for (const node of nodes) {
    const admin = new Redis(node.url);
    await admin.script('FLUSH');
    await admin.quit();
  }
  expect(await ws.commit(shard, commit)).toEqual({ outcome: 'committed' });
  expect(await ws.outbox(shard, 9)).toHaveLength(2);
  expect(await ws.slots(shard)).toEqual(new Map([['a', 2]]));
}
