import { cp, rm, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import type { Random } from '../simulation/random.ts';
import type { Mood } from './fault-proxy.ts';
import type { Rig } from './rig.ts';
import type { Supervised } from './supervisor.ts';

/** Something that goes wrong on real servers, and is over when `happen` resolves. */
export interface Fault {
  readonly name: string;
  /** About how long it lasts. */
  readonly seconds: number;
  /** Whether this rig can do it; it can if not said. */
  readonly possible?: (rig: Rig) => boolean;
  happen(rig: Rig, random: Random): Promise<void>;
}

/** Longer than a session of a consumer group (10 s): the others have taken over when it comes back. */
const FROZEN_MS = 16_000;

const killed = (name: string): Fault => ({
  name: `${name}: kill -9`,
  seconds: 3,
  async happen(rig, random) {
    await sleep(random.between(0, 2_000));
    one(rig, name, random).kill();
  },
});

const frozen = (name: string): Fault => ({
  name: `${name}: SIGSTOP past its session, then SIGCONT`,
  seconds: FROZEN_MS / 1_000,
  async happen(rig, random) {
    const service = one(rig, name, random);
    service.freeze();
    await sleep(FROZEN_MS);
    service.thaw();
  },
});

const during = (name: string, seconds: number, proxy: keyof Rig['proxies'], mood: Mood): Fault => ({
  name,
  seconds,
  async happen({ proxies }) {
    proxies[proxy].set(mood);
    await sleep(seconds * 1_000);
    proxies[proxy].set({ kind: 'pass' });
    proxies[proxy].cut();
  },
});

const cutting = (name: string, proxy: keyof Rig['proxies']): Fault => ({
  name,
  seconds: 8,
  async happen({ proxies }, random) {
    const end = performance.now() + 8_000;
    while (performance.now() < end) {
      proxies[proxy].cut();
      await sleep(random.between(200, 1_000));
    }
  },
});

/** Everything that is tried; the name is what the table in `test/README.md` shows. */
export const faults: readonly Fault[] = [
  { name: 'nothing, for comparison', seconds: 3, happen: () => sleep(3_000) },
  killed('incident-consumer'),
  killed('attendance-consumer'),
  killed('breach-detector'),
  {
    name: 'every service at once: kill -9',
    seconds: 4,
    async happen({ services }) {
      for (const service of services) service.kill();
    },
  },
  frozen('incident-consumer'),
  frozen('attendance-consumer'),
  frozen('breach-detector'),
  {
    name: 'broker: kill -9 and start again',
    seconds: 12,
    async happen({ kafka }) {
      await kafka.kill();
      await kafka.restart();
    },
  },
  {
    name: 'broker: away for two minutes',
    seconds: 120,
    async happen({ kafka }) {
      await kafka.kill();
      await sleep(120_000);
      await kafka.restart();
    },
  },
  {
    name: 'broker: SIGSTOP for 15 s',
    seconds: 15,
    async happen({ kafka }) {
      kafka.pause();
      await sleep(15_000);
      kafka.resume();
    },
  },
  {
    name: 'Redis: kill -9, its append-only file is there',
    seconds: 5,
    async happen({ redis }) {
      await redis.kill();
      await sleep(3_000);
      await redis.restart();
    },
  },
  {
    name: 'Redis: kill -9, nothing of it is left',
    seconds: 5,
    async happen(rig) {
      const data = await appendOnlyFolder(rig);
      await rig.redis.kill();
      await rm(data, { recursive: true, force: true });
      await rig.redis.restart();
    },
  },
  {
    name: 'Redis: restored as it was some seconds ago',
    seconds: 10,
    async happen(rig) {
      const data = await appendOnlyFolder(rig);
      const copy = join(rig.folder, 'backup');
      await cp(data, copy, { recursive: true });
      await sleep(5_000);
      await rig.redis.kill();
      await rm(data, { recursive: true, force: true });
      await cp(copy, data, { recursive: true });
      await rm(copy, { recursive: true });
      await rig.redis.restart();
    },
  },
  {
    name: 'Redis: FLUSHALL',
    seconds: 3,
    async happen(rig) {
      await withRedis(rig, (redis) => redis.flushall());
    },
  },
  {
    name: 'Redis: disk full for 6 s',
    seconds: 6,
    possible: ({ redisDisk }) => redisDisk !== undefined,
    async happen({ redisDisk = '' }) {
      const ballast = join(redisDisk, 'ballast');
      await fill(ballast);
      await sleep(6_000);
      await unlink(ballast);
    },
  },
  {
    name: 'registry: away while every service starts again',
    seconds: 10,
    async happen({ proxies, services }) {
      proxies.registry.set({ kind: 'refuse' });
      for (const service of services) service.kill();
      await sleep(10_000);
      proxies.registry.set({ kind: 'pass' });
    },
  },
  during('connections to Kafka: 250 ms slower', 10, 'kafka', { kind: 'slow', delayMs: 250 }),
  during('connections to Redis: 250 ms slower', 10, 'redis', { kind: 'slow', delayMs: 250 }),
  during('connections to Kafka: silent for 12 s', 12, 'kafka', { kind: 'silent' }),
  during('connections to Redis: silent for 12 s', 12, 'redis', { kind: 'silent' }),
  cutting('connections to Kafka: cut again and again', 'kafka'),
  cutting('connections to Redis: cut again and again', 'redis'),
];

function one({ services }: Rig, name: string, random: Random): Supervised {
  const instances = services.filter((service) => service.name === name);
  return random.pick(instances);
}

async function appendOnlyFolder(rig: Rig): Promise<string> {
  const [, folder = ''] = await withRedis(
    rig,
    (redis) => redis.config('GET', 'dir') as Promise<string[]>,
  );
  return join(folder, 'appendonlydir');
}

async function withRedis<Answer>(
  { redis: { url } }: Rig,
  work: (redis: Redis) => Promise<Answer>,
): Promise<Answer> {
  const redis = new Redis(url);
  try {
    return await work(redis);
  } finally {
    redis.disconnect();
  }
}

/** Writes until there is no room left. */
async function fill(file: string): Promise<void> {
  const block = Buffer.alloc(64 * 1_024);
  try {
    for (;;) await writeFile(file, block, { flag: 'a' });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error;
  }
}
