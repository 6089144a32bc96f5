import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { countBacklog } from '../../packages/deployment/src/backlog.ts';
import { observeWith } from '../../packages/deployment/src/observe.ts';
import { countSizes } from '../../packages/deployment/src/sizes.ts';
import { watchVitalSigns } from '../../packages/deployment/src/vital-signs.ts';
import { parsePolicy } from '../../packages/domain/src/policy/parse.ts';
import type { Instant } from '../../packages/domain/src/time/instant.ts';
import { countReasons } from '../../packages/service-kit/src/health.ts';
import { createLogger } from '../../packages/service-kit/src/logging.ts';
import { createMetrics } from '../../packages/service-kit/src/metrics.ts';
import { createMemoryWorkingSet } from '../../packages/working-set/src/memory/working-set.ts';
import { trails } from '../../services/delivery/src/trail.ts';

const run = promisify(execFile);
const cwd = new URL('./', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, cwd), 'utf8');

/** Whether Prometheus is on this machine; under CI it has to be. */
const isHere = await run('promtool', ['--version']).then(
  () => true,
  () => process.env['CI'] === 'true',
);

describe.skipIf(!isHere)('Prometheus', () => {
  it('takes the configuration and the rules', async () => {
    await run('promtool', ['check', 'config', 'prometheus.yaml'], { cwd });
  });

  it('fires each rule when it should, and not otherwise', async () => {
    const { stdout } = await run('promtool', ['test', 'rules', 'rules.test.yaml'], { cwd });
    expect(stdout).toContain('SUCCESS');
  });
});

describe('rules and dashboards', () => {
  const metrics = createMetrics('test');
  observeWith(createLogger({ service: 'test', level: 'fatal' }), metrics);
  watchVitalSigns(metrics);
  countReasons(metrics, {});
  const workingSet = createMemoryWorkingSet();
  countSizes(metrics, workingSet, 'test', () => []);
  const policy = parsePolicy(
    'targets: [{name: t, milestone: attended, grades: [priority], within: PT1H}]',
    'policy',
  );
  countBacklog(
    metrics,
    { workingSet, deployment: 'test', policy, clock: () => 0 as Instant },
    () => [],
  );
  trails(createLogger({ service: 'test', level: 'fatal' }), metrics);
  const known = metrics.getMetricsAsArray().map(({ name }) => name);

  it.each(['rules.yaml', '../grafana/vigil.json'])('%s ask for metrics that there are', (file) => {
    const asked = read(file).match(/\b(vigil|nodejs|process)_[a-z0-9_]+/g) ?? [];
    expect(asked.length).toBeGreaterThan(10);
    for (const name of asked) expect(known).toContain(name.replace(/_bucket$/, ''));
  });

  it('are about metrics that infra/metrics.md lists, by type and labels, as the code has them', () => {
    const rows = [...read('../metrics.md').matchAll(/^\| `(vigil_\w+)` \| (\w+) \| ([^|]*) \|/gm)];
    const listed = new Map(
      rows.map(([, name, type, labels]) => [name, `${type} ${labels?.replaceAll('`', '').trim()}`]),
    );
    // The control room makes its own when it starts, which takes a server.
    expect(listed.get('vigil_control_room_browsers')).toBe('gauge ');
    listed.delete('vigil_control_room_browsers');
    const made = metrics.getMetricsAsArray().filter(({ name }) => name.startsWith('vigil_'));
    const found = made.map((metric) => [
      metric.name,
      `${kindOf(metric)} ${'labelNames' in metric ? (metric.labelNames as string[]).join(', ') : ''}`,
    ]);
    expect(Object.fromEntries(listed)).toEqual(Object.fromEntries(found));
  });

  it('have a section in the runbook for every rule', () => {
    const runbook = read('../runbook.md');
    const rules = [...read('rules.yaml').matchAll(/- alert: (\w+)/g)].map(([, name]) => name);
    expect(rules.length).toBeGreaterThan(10);
    for (const rule of rules) expect(runbook).toContain(`### ${rule}\n`);
  });
});

/** As Prometheus calls it. */
function kindOf(metric: object): string {
  return metric.constructor.name.toLowerCase();
}

describe('the runbook', () => {
  it('has a section for everything that the doctor finds', () => {
    const runbook = read('../runbook.md');
    const sources = ['doctor/examine.ts', 'doctor/shards.ts', 'doctor/topics.ts']
      .map((file) => read(`../../packages/deployment/src/${file}`))
      .concat(read('../../packages/working-set/src/redis/check.ts'));
    const codes = new Set(sources.join('\n').match(/VIGIL_[A-Z_]+(?=')/g));
    // These say only that all is well.
    for (const well of ['VIGIL_TOPICS', 'VIGIL_SCHEMAS', 'VIGIL_SHARDS']) codes.delete(well);
    expect(codes.size).toBeGreaterThan(15);
    for (const code of codes) expect(runbook).toContain(`### ${code}\n`);
  });
});
