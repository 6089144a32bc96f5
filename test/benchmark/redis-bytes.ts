import type { Deployment } from './deployment.ts';

/** Elements that Redis looks at to tell what a key takes; of records alike that is exact enough. */
const samples = 1_000;

/** Bytes of Redis for each incident of a deployment: its record and its due instant. */
export async function bytesPerIncident(deployment: Deployment): Promise<number> {
  const { redis, shards } = deployment;
  let [bytes, incidents] = [0, 0];
  for (const { deployment: name, partition } of shards) {
    const key = (part: string): string => `vigil:{${name}-${partition}}:${part}`;
    bytes +=
      (await bytesOf(deployment, key('incidents'))) + (await bytesOf(deployment, key('due')));
    incidents += await redis.hlen(key('incidents'));
  }
  return bytes / incidents;
}

/** Bytes of Redis for each slot of a window of a deployment, and how many there are. */
export async function bytesPerSlot(
  deployment: Deployment,
): Promise<{ readonly bytesPerSlot: number; readonly slots: number }> {
  let [bytes, slots] = [0, 0];
  for (const { deployment: name, partition } of deployment.shards) {
    const key = `vigil:{${name}-${partition}}:slots`;
    bytes += await bytesOf(deployment, key);
    slots += await deployment.redis.hlen(key);
  }
  return { bytesPerSlot: bytes / slots, slots };
}

async function bytesOf({ redis }: Deployment, key: string): Promise<number> {
  return (await redis.memory('USAGE', key, 'SAMPLES', samples)) ?? 0;
}
