import { inspect } from 'node:util';
import type { IncidentId } from '@vigil/domain/facts/fact';
import type { Instant } from '@vigil/domain/time/instant';
import { startLocalRedis } from '@vigil/test/servers/redis';
import { startRedisCluster } from '@vigil/test/servers/redis-cluster';
import { describeWithLocal, testDeployment } from '@vigil/test/servers/servers';
import { until } from '@vigil/test/servers/until';
import { Redis } from 'ioredis';
import { expect, it } from 'vitest';
import { everything } from '../../testing/everything.ts';
import { startLosingProxy } from '../../testing/losing-proxy.ts';
import { type Commit, CommitUnknown, InvalidCommit, type Shard } from '../port.ts';
import { WorkingSetRefused, WorkingSetUnavailable } from './errors.ts';
import { openRedisWorkingSet } from './working-set.ts';

const shardOf = (about: string): Shard => ({ deployment: testDeployment(about), partition: 0 });
const one: Commit = { slots: [{ key: 'a', delta: 1 }], outbox: ['said'] };
const thrownBy = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  );

describeWithLocal('redis', 'a Redis that fails', () => {
  it('stores a commit once whose answer was lost again and again', async () => {
    const redis = await startLocalRedis();
    const proxy = await startLosingProxy(redis.port);
    const ws = await openRedisWorkingSet({ url: proxy.url, cluster: false });
    const shard = shardOf('lost');
    await ws.commit(shard, one);
    proxy.loseAnswers(3);
    expect(await ws.commit(shard, one)).toEqual({ outcome: 'committed' });
    expect(proxy.lost()).toBe(3);
    expect(await ws.slots(shard)).toEqual(new Map([['a', 2]]));
    expect(await ws.outbox(shard, 10)).toHaveLength(2);
    await ws.close();
    await proxy.close();
    await redis.stop();
  });

  it('says committed, not stale, of commits in flight that were stored before the connection was cut', async () => {
    const redis = await startLocalRedis();
    const proxy = await startLosingProxy(redis.port);
    const ws = await openRedisWorkingSet({ url: proxy.url, cluster: false });
    const shard = shardOf('flight');
    await ws.commit(shard, { mode: 'live' });
    proxy.loseAnswers(1);
    const move = (from: bigint | undefined, to: bigint): Commit => ({
      expectMode: 'live',
      advance: { topic: 'incident-created', from, to },
      incidents: [
        { id: 'INC-1' as IncidentId, expected: Number(to) - 1, record: 'x', due: undefined },
      ],
    });
    const results = await Promise.all([
      ws.commit(shard, move(undefined, 1n)),
      ws.commit(shard, move(1n, 2n)),
      ws.commit(shard, move(2n, 3n)),
    ]);
    expect(proxy.lost()).toBe(1);
    expect(results.map(({ outcome }) => outcome)).toEqual(['committed', 'committed', 'committed']);
    expect((await ws.shard(shard)).offsets.get('incident-created')).toBe(3n);
    await ws.close();
    await proxy.close();
    await redis.stop();
  });

  it('goes on by itself when its connections were killed, and when the server was started again', async () => {
    const redis = await startLocalRedis({ appendOnly: true });
    const ws = await openRedisWorkingSet({ url: redis.url, cluster: false });
    const shard = shardOf('killed');
    await ws.commit(shard, one);
    const admin = new Redis(redis.url);
    await admin.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    admin.disconnect();
    await ws.commit(shard, one);
    await redis.kill();
    const waiting = ws.commit(shard, one);
    await redis.restart();
    expect(await waiting).toEqual({ outcome: 'committed' });
    expect(await ws.slots(shard)).toEqual(new Map([['a', 3]]));
    expect((await ws.outbox(shard, 10)).map(({ sequence }) => sequence)).toEqual([1, 2, 3]);
    await ws.close();
    await redis.stop();
  });

  it('says that a commit is unknown when the server is frozen; it may be stored yet', async () => {
    const redis = await startLocalRedis();
    const ws = await openRedisWorkingSet({ url: redis.url, cluster: false, answerMs: 300 });
    const shard = shardOf('frozen');
    await ws.commit(shard, one);
    redis.pause();
    const [commit, read] = await Promise.all([
      thrownBy(ws.commit(shard, one)),
      thrownBy(ws.slots(shard)),
    ]);
    expect(commit).toBeInstanceOf(CommitUnknown);
    expect(read).toBeInstanceOf(WorkingSetUnavailable);
    redis.resume();
    await until(async () => (await ws.slots(shard)).get('a') === 2, {
      what: 'the commit to be stored after all',
      deadlineMs: 10_000,
    });
    await ws.close();
    await redis.stop();
  });

  it('refuses with code and remedy when Redis is full, having stored nothing, and reads on', async () => {
    const redis = await startLocalRedis();
    const ws = await openRedisWorkingSet({ url: redis.url, cluster: false });
    const shard = shardOf('full');
    const removed = { id: 'INC-1' as IncidentId, expected: 1, record: undefined, due: undefined };
    await ws.commit(shard, {
      incidents: [{ ...removed, expected: 0, record: 'kept', due: 5 as Instant }],
    });
    const before = await everything(ws, shard);
    const admin = new Redis(redis.url);
    await admin.config('SET', 'maxmemory', '1mb');
    // The incident is stored again first, so that nothing is freed on the way.
    const refused = await thrownBy(
      ws.commit(shard, { ...one, incidents: [{ ...removed, record: 'changed' }] }),
    );
    expect(refused).toBeInstanceOf(WorkingSetRefused);
    expect(refused).toMatchObject({ code: 'VIGIL_REDIS_OUT_OF_MEMORY' });
    expect(await everything(ws, shard)).toEqual(before);
    await admin.config('SET', 'maxmemory', '0');
    admin.disconnect();
    expect(await ws.commit(shard, one)).toEqual({ outcome: 'committed' });
    await ws.close();
    await redis.stop();
  });

  it('tells what to do when Redis became a replica, cannot save, or holds something else', async () => {
    const redis = await startLocalRedis();
    const ws = await openRedisWorkingSet({ url: redis.url, cluster: false });
    const shard = shardOf('refuses');
    const admin = new Redis(redis.url);
    await admin.config('SET', 'min-replicas-to-write', '1');
    const alone = await thrownBy(ws.commit(shard, one));
    expect(alone).toMatchObject({ code: 'VIGIL_REDIS_NO_REPLICAS' });
    await admin.config('SET', 'min-replicas-to-write', '0');
    await admin.replicaof('127.0.0.1', '1');
    const replica = await thrownBy(ws.commit(shard, one));
    expect(replica).toMatchObject({ code: 'VIGIL_REDIS_READ_ONLY' });
    await admin.replicaof('NO', 'ONE');
    await admin.set(`vigil:{${shard.deployment}-0}:meta`, 'a text');
    const foreign = await thrownBy(ws.shard(shard));
    expect(foreign).toMatchObject({ code: 'VIGIL_REDIS_FOREIGN_KEYS' });
    admin.disconnect();
    await ws.close();
    await redis.stop();
  });

  it('puts nothing of what was to be stored into its errors', async () => {
    const redis = await startLocalRedis();
    const ws = await openRedisWorkingSet({ url: redis.url, cluster: false, answerMs: 200 });
    const shard = shardOf('secret');
    const commit: Commit = { outbox: ['something confidential'] };
    await ws.commit(shard, commit);
    const admin = new Redis(redis.url);
    await admin.config('SET', 'maxmemory', '1mb');
    const refused = await thrownBy(ws.commit(shard, commit));
    admin.disconnect();
    redis.pause();
    const unknown = await thrownBy(ws.commit(shard, commit));
    expect(refused).toBeInstanceOf(WorkingSetRefused);
    expect(unknown).toBeInstanceOf(CommitUnknown);
    for (const error of [refused, unknown]) {
      expect(inspect(error, { depth: 10, showHidden: true })).not.toContain('confidential');
    }
    redis.resume();
    await ws.close();
    await redis.stop();
  });

  it('never lets numbers reach the script that would stop it midway', async () => {
    const redis = await startLocalRedis();
    const ws = await openRedisWorkingSet({ url: redis.url, cluster: false });
    const shard = shardOf('numbers');
    const invalid = await thrownBy(
      ws.commit(shard, { ...one, slots: [...(one.slots ?? []), { key: 'b', delta: 0.5 }] }),
    );
    expect(invalid).toBeInstanceOf(InvalidCommit);
    expect(await ws.slots(shard)).toEqual(new Map());
    await ws.close();
    await redis.stop();
  });
});

describeWithLocal('redis', 'a cluster that fails', () => {
  it('gives a commit up in time when the node of its shard is gone, and goes on when it is back', async () => {
    const cluster = await startRedisCluster();
    const url = cluster.nodes[0]?.url ?? '';
    const ws = await openRedisWorkingSet({ url, cluster: true, answerMs: 3_000 });
    const deployment = testDeployment('gone');
    const shards = Array.from({ length: 12 }, (_, partition) => ({ deployment, partition }));
    for (const shard of shards) await ws.commit(shard, one);
    await cluster.nodes[2]?.kill();
    const failures = (
      await Promise.all(shards.map((shard) => thrownBy(ws.commit(shard, one))))
    ).filter((error) => error !== undefined);
    expect(failures.length).toBeGreaterThan(0);
    for (const error of failures) {
      expect(error instanceof CommitUnknown || error instanceof WorkingSetRefused).toBe(true);
    }
    await cluster.nodes[2]?.restart();
    for (const shard of shards) {
      await until(async () => (await ws.commit(shard, { mode: 'live' })).outcome === 'committed', {
        what: 'the shard to be served again',
        deadlineMs: 30_000,
      });
    }
    await ws.close();
    await cluster.stop();
  });

  it('is told apart from a Redis that is no cluster', async () => {
    const redis = await startLocalRedis();
    const error = await thrownBy(openRedisWorkingSet({ url: redis.url, cluster: true }));
    expect(error).toMatchObject({ code: 'VIGIL_REDIS_IS_NO_CLUSTER' });
    await redis.stop();
  });
});
