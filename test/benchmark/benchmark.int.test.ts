import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWithServers } from '../servers/servers.ts';
import { catchUpReport, measureCatchUp } from './catch-up.ts';
import { measureCost } from './cost.ts';
import { costCharts, costReport } from './cost-report.ts';
import { delayReport, measureDelay } from './delay.ts';
import { flameGraph, parseProfile } from './flame.ts';

/** Small sizes: that they measure what they say they do, not what comes of it. */
describeWithServers('the measuring programs', (servers) => {
  let profiles: string;
  beforeAll(async () => {
    profiles = await mkdtemp(join(tmpdir(), 'vigil-profiles-'));
  });
  afterAll(() => rm(profiles, { recursive: true, force: true }));

  it('time every breach that falls due, with and without events', {
    timeout: 240_000,
  }, async () => {
    const options = { open: 200, seconds: 2, due: 10, events: 100, partitions: 2, profiles };
    const result = await measureDelay(servers, options);
    for (const detected of Object.values(result.parts)) {
      expect(detected).toHaveLength(20);
      expect(detected.every(({ raised, read }) => raised >= 0 && read >= raised)).toBe(true);
    }
    expect(delayReport(options, result)).toContain('| silent stream: until it is read | 20 |');

    const [first = ''] = await readdir(profiles);
    const profile = parseProfile(await readFile(join(profiles, first), 'utf8'));
    expect(flameGraph(first, profile)).toContain('milliseconds at work');
  });

  it('follow an outage to the ledger of the replay', { timeout: 300_000 }, async () => {
    const options = { hours: 6, incidents: 120, partitions: 2, instances: 1, rounds: 1 };
    const result = await measureCatchUp(servers, options);
    for (const part of Object.values(result.parts).flat()) {
      expect(part.alerts).toBeGreaterThan(0);
      expect(part.falselyConfirmed).toBe(0);
      expect(part.firstMs).toBeGreaterThan(0);
      expect(part.levelMs).toBeGreaterThanOrEqual(part.openMs);
    }
    expect(catchUpReport(options, result)).toContain('| level with the replay |');
  });

  it('say what a setting costs beside its floors', { timeout: 240_000 }, async () => {
    const options = { rounds: 1, facts: 300, open: [50] };
    const base = { instances: 1, partitions: 2, open: 50, batch: 500 };
    const result = await measureCost(servers, options, [base]);
    const [run] = result.settings.flatMap(({ runs }) => runs);
    expect(run?.facts).toBeGreaterThan(100);
    expect(Object.values(run?.cpu ?? {}).every((seconds) => seconds > 0)).toBe(true);
    expect(result.bytesPerIncident).toEqual([{ open: 50, bytes: expect.any(Number) }]);
    expect(result.slots).toBeGreaterThan(0);
    expect(costReport(options, result)).toContain('| floor: kafkajs read only |');
    expect(costCharts(result).get('open')).toMatch(/^<svg/);
  });
});
