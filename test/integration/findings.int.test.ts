import { watchFindings } from '@vigil/deployment/findings';
import { createMetrics } from '@vigil/service-kit/metrics';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { freePorts } from '../servers/ports.ts';
import { type LocalRedis, startLocalRedis } from '../servers/redis.ts';
import { describeWithLocal } from '../servers/servers.ts';
import { until } from '../servers/until.ts';

describeWithLocal('redis', 'what a running service finds by itself', () => {
  let redis: LocalRedis;
  let admin: Redis;
  let registryPort: number;

  beforeAll(async () => {
    redis = await startLocalRedis();
    admin = new Redis(redis.url);
    [registryPort = 0] = await freePorts(1);
  });
  afterAll(async () => {
    admin.disconnect();
    await redis.stop();
  });

  it('is said by a metric with the code of the doctor, as long as it is so', async () => {
    const metrics = createMetrics('test');
    const servers = {
      redis: { url: redis.url, cluster: false },
      registry: { url: `http://127.0.0.1:${registryPort}`, login: undefined },
    };
    const end = watchFindings(metrics).begin(servers, 20);
    const found = async (): Promise<string[]> => {
      const values = (await metrics.getSingleMetric('vigil_finding')?.get())?.values ?? [];
      return values.filter(({ value }) => value === 1).map(({ labels }) => String(labels['code']));
    };
    const untilFound = (codes: readonly string[]) =>
      until(async () => (await found()).join() === codes.join(), {
        what: `${codes.join(' and ')} to be found`,
        deadlineMs: 20_000,
      });
    try {
      // It keeps nothing on disk, which is as it is; nobody answers where the registry should be.
      await untilFound(['VIGIL_REGISTRY']);
      await admin.config('SET', 'maxmemory-policy', 'allkeys-lru');
      await untilFound(['VIGIL_REDIS_EVICTS', 'VIGIL_REGISTRY']);
      await admin.config('SET', 'maxmemory-policy', 'noeviction');
      await untilFound(['VIGIL_REGISTRY']);
    } finally {
      end();
    }
    expect(await found()).toEqual(['VIGIL_REGISTRY']);
  });
});
