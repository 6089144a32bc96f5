import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { vigil } from '../integration/vigil-process.ts';
import { describeWithLocal } from '../servers/servers.ts';
import { until } from '../servers/until.ts';
import { faults } from './faults.ts';
import { openRig, type Rig } from './rig.ts';
import { playRound } from './round.ts';

/** Five of all; `node test/faults/run.ts` tries the rest. */
const tried = [
  'every service at once: kill -9',
  'breach-detector: SIGSTOP past its session, then SIGCONT',
  'broker: kill -9 and start again',
  'Redis: kill -9, nothing of it is left',
  'connections to Kafka: cut again and again',
];

describeWithLocal('kafka', 'two instances of each service, when things go wrong', () => {
  let rig: Rig;
  beforeAll(async () => {
    rig = await openRig();
  }, 180_000);
  afterEach(() => {
    for (const proxy of Object.values(rig.proxies)) proxy.set({ kind: 'pass' });
  });
  afterAll(() => rig.close());

  it.each(tried)('lose nothing and say nothing twice: %s', { timeout: 240_000 }, async (name) => {
    const fault = faults.find((one) => one.name === name);
    if (fault === undefined) throw new Error(`there is no fault called "${name}"`);
    const round = await playRound(rig, fault, tried.indexOf(name) + 1);
    expect(round).toMatchObject({ lost: [], spurious: [], twice: [], wrong: [] });
    expect(round.expected).toBeGreaterThan(50);
    expect(round.worstDelayMs).toBeLessThan(90_000);
  });

  describe('say when they are not to be relied on, and why', () => {
    /** What each service gives as its reasons; none when it is ready. */
    async function reasons(): Promise<Record<string, string>[]> {
      return Promise.all(
        rig.services.map(async ({ health }) => {
          const response = await fetch(`${health}/ready`, { signal: AbortSignal.timeout(5_000) });
          return JSON.parse(await response.text()).reasons;
        }),
      );
    }
    const allReady = () =>
      until(async () => (await reasons()).every((one) => Object.keys(one).length === 0), {
        what: 'every service to be ready',
        deadlineMs: 60_000,
        pollMs: 250,
      });
    const allSay = (name: string) =>
      until(async () => (await reasons()).every((one) => name in one), {
        what: `every service to name ${name}`,
        deadlineMs: 60_000,
        pollMs: 250,
      });

    it('Redis is away', { timeout: 150_000 }, async () => {
      await allReady();
      rig.proxies.redis.set({ kind: 'refuse' });
      await allSay('redis');
      expect(Object.keys((await reasons())[0] ?? {})).not.toContain('started');
      rig.proxies.redis.set({ kind: 'pass' });
      await allReady();
    });

    it('the brokers are away', { timeout: 150_000 }, async () => {
      await allReady();
      rig.proxies.kafka.set({ kind: 'refuse' });
      await allSay('kafka');
      rig.proxies.kafka.set({ kind: 'pass' });
      await allReady();
    });

    it('the process stood still', { timeout: 150_000 }, async () => {
      await allReady();
      const [service] = rig.services;
      service?.freeze();
      await sleep(7_000);
      service?.thaw();
      await until(async () => 'event-loop' in ((await reasons())[0] ?? {}), {
        what: 'the frozen one to say so',
        deadlineMs: 10_000,
      });
      await allReady();
    });

    it('a server is away when they start, and they wait for it', { timeout: 150_000 }, async () => {
      await allReady();
      rig.proxies.registry.set({ kind: 'refuse' });
      const [service] = rig.services;
      service?.kill();
      await until(async () => /registry/i.test((await reasons())[0]?.['started'] ?? ''), {
        what: 'the restarted one to name the registry',
        deadlineMs: 60_000,
        pollMs: 250,
      });
      const pid = service?.pid();
      rig.proxies.registry.set({ kind: 'pass' });
      await allReady();
      expect(service?.pid()).toBe(pid);
    });
  });

  it('are found well by the doctor, and not without the registry or Redis', {
    timeout: 120_000,
  }, async () => {
    const codes = async (): Promise<{ readonly status: number; readonly bad: string[] }> => {
      const { status, stdout } = await vigil(['doctor', '--json'], rig.environment);
      const findings = stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line));
      return {
        status,
        bad: findings.flatMap(({ severity, code }) => (severity === 'error' ? [code] : [])),
      };
    };
    expect(await codes()).toEqual({ status: 0, bad: [] });
    rig.proxies.registry.set({ kind: 'refuse' });
    expect(await codes()).toEqual({ status: 1, bad: ['VIGIL_REGISTRY'] });
    rig.proxies.registry.set({ kind: 'pass' });
    rig.proxies.redis.set({ kind: 'refuse' });
    expect(await codes()).toEqual({ status: 1, bad: ['VIGIL_REDIS'] });
    rig.proxies.redis.set({ kind: 'pass' });
  });
});
