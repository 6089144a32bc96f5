import { readdir, readFile } from 'node:fs/promises';
import type { WorkingSet } from '@vigil/working-set/port';
import type { Redis } from 'ioredis';
import type { Supervised } from './supervisor.ts';

/** What was in use at one moment. */
export interface Sample {
  /** Since the beginning. */
  readonly minutes: number;
  readonly services: readonly {
    readonly name: string;
    readonly megabytes: number;
    readonly handles: number;
  }[];
  readonly redisMegabytes: number;
  readonly redisKeys: number;
  readonly incidents: number;
  readonly outbox: number;
}

/** Looks at processes, Redis and the working set. */
export async function takeSample(
  minutes: number,
  services: readonly Supervised[],
  redis: Redis,
  workingSet: WorkingSet,
  partitions: number,
): Promise<Sample> {
  const sizes = await Promise.all(
    Array.from({ length: partitions }, (_, partition) =>
      workingSet.sizes({ deployment: 'vigil', partition }),
    ),
  );
  const memory = await redis.info('memory');
  const used = /^used_memory:(\d+)/m.exec(memory)?.[1];
  return {
    minutes,
    services: (await Promise.all(services.map(inUse))).flat(),
    redisMegabytes: Number(used) / 2 ** 20,
    redisKeys: await redis.dbsize(),
    incidents: sizes.reduce((sum, { incidents }) => sum + incidents, 0),
    outbox: sizes.reduce((sum, { outbox }) => sum + outbox, 0),
  };
}

/** Nothing of a process that has ended and is about to be started again. */
async function inUse(service: Supervised): Promise<Sample['services'][number][]> {
  try {
    const status = await readFile(`/proc/${service.pid()}/status`, 'utf8');
    const kilobytes = Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]);
    if (Number.isNaN(kilobytes)) return [];
    const handles = (await readdir(`/proc/${service.pid()}/fd`)).length;
    return [{ name: service.name, megabytes: kilobytes / 1_024, handles }];
  } catch {
    return [];
  }
}
