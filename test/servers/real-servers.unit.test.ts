import { expect, it } from 'vitest';
import { findRealServers } from './real-servers.ts';

it('takes the servers that the environment names before it starts any', async () => {
  const { stop, ...addresses } = await findRealServers({
    KAFKA_BROKERS: 'one:9092, two:9092',
    REDIS_URL: 'redis://cache:6379',
    SCHEMA_REGISTRY_URL: 'http://registry:8081/',
  });
  expect(addresses).toEqual({
    kafkaBrokers: ['one:9092', 'two:9092'],
    redisUrl: 'redis://cache:6379',
    registryUrl: 'http://registry:8081',
    how: 'environment',
  });
  await expect(stop()).resolves.toBeUndefined();
});

it('refuses an environment that names only some of the servers, and says which are missing', async () => {
  await expect(findRealServers({ REDIS_URL: 'redis://cache:6379' })).rejects.toThrow(
    'missing: KAFKA_BROKERS, SCHEMA_REGISTRY_URL',
  );
});
