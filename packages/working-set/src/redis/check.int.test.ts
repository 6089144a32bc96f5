import { startLocalRedis } from '@vigil/test/servers/redis';
import { startRedisCluster } from '@vigil/test/servers/redis-cluster';
import { describeWithLocal } from '@vigil/test/servers/servers';
import { Redis } from 'ioredis';
import { expect, it } from 'vitest';
import { checkRedis } from './check.ts';
import { WorkingSetRefused, WorkingSetUnavailable } from './errors.ts';

describeWithLocal('redis', 'the check of a Redis', () => {
  const codes = async (url: string, cluster = false) =>
    (await checkRedis({ url, cluster })).map(({ severity, code }) => `${severity} ${code}`);

  it('finds nothing about one that is fit and persistent', async () => {
    const redis = await startLocalRedis({ appendOnly: true });
    expect(await codes(redis.url)).toEqual([]);
    await redis.stop();
  });

  it('says how far this machine and Redis disagree on what time it is', async () => {
    const redis = await startLocalRedis({ appendOnly: true });
    const clock = () => Date.now() + 3_000;
    const [finding] = await checkRedis({ url: redis.url, cluster: false, clock });
    expect(finding).toMatchObject({ severity: 'warning', code: 'VIGIL_CLOCK_OFF' });
    expect(finding?.what).toMatch(/3\.0 s ahead/);
    await redis.stop();
  });

  it('says that one evicts, runs out of memory and keeps nothing, errors first, each with a remedy', async () => {
    const redis = await startLocalRedis({
      settings: [
        ['maxmemory', '1mb'],
        ['maxmemory-policy', 'allkeys-lru'],
      ],
    });
    expect(await codes(redis.url)).toEqual([
      'error VIGIL_REDIS_EVICTS',
      'warning VIGIL_REDIS_MEMORY_LOW',
      'info VIGIL_REDIS_NOT_PERSISTENT',
    ]);
    for (const { remedy } of await checkRedis({ url: redis.url, cluster: false })) {
      expect(remedy).not.toBe('');
    }
    await redis.stop();
  });

  it('says that one is a replica', async () => {
    const primary = await startLocalRedis();
    const replica = await startLocalRedis({
      settings: [['replicaof', `${primary.host} ${primary.port}`]],
    });
    expect(await codes(replica.url)).toContain('error VIGIL_REDIS_READ_ONLY');
    await Promise.all([primary.stop(), replica.stop()]);
  });

  it('says when REDIS_CLUSTER is wrong, and asks every primary of a cluster', async () => {
    const cluster = await startRedisCluster();
    const url = cluster.nodes[0]?.url ?? '';
    expect(await codes(url, true)).toEqual(['info VIGIL_REDIS_NOT_PERSISTENT']);
    expect(await codes(url, false)).toContain('error VIGIL_REDIS_IS_CLUSTER');
    await cluster.stop();
  });

  it('throws when there is no Redis, and when it refuses the login', async () => {
    const redis = await startLocalRedis();
    await redis.kill();
    await expect(codes(redis.url)).rejects.toBeInstanceOf(WorkingSetUnavailable);
    await redis.stop();
    const locked = await startLocalRedis();
    const admin = new Redis(locked.url);
    await admin.config('SET', 'requirepass', 'secret');
    admin.disconnect();
    const refused = await codes(locked.url).catch((error: unknown) => error);
    await locked.stop();
    expect(refused).toBeInstanceOf(WorkingSetRefused);
    expect(refused).toMatchObject({ code: 'VIGIL_REDIS_LOGIN' });
  });
});
