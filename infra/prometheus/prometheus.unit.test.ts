import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { observeWith } from '../../packages/deployment/src/observe.ts';
import { countSizes } from '../../packages/deployment/src/sizes.ts';
import { watchVitalSigns } from '../../packages/deployment/src/vital-signs.ts';
import { countReasons } from '../../packages/service-kit/src/health.ts';
import { createLogger } from '../../packages/service-kit/src/logging.ts';
import { createMetrics } from '../../packages/service-kit/src/metrics.ts';
import { createMemoryWorkingSet } from '../../packages/working-set/src/memory/working-set.ts';

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
  countSizes(metrics, createMemoryWorkingSet(), 'test', () => []);
  const known = metrics.getMetricsAsArray().map(({ name }) => name);

  it.each(['rules.yaml', '../grafana/vigil.json'])('%s ask for metrics that there are', (file) => {
    const asked = read(file).match(/\b(vigil|nodejs|process)_[a-z0-9_]+/g) ?? [];
    expect(asked.length).toBeGreaterThan(10);
    for (const name of asked) expect(known).toContain(name.replace(/_bucket$/, ''));
  });

  it('have a section in the runbook for every rule', () => {
    const runbook = read('../runbook.md');
    const rules = [...read('rules.yaml').matchAll(/- alert: (\w+)/g)].map(([, name]) => name);
    expect(rules.length).toBeGreaterThan(10);
    for (const rule of rules) expect(runbook).toContain(`### ${rule}\n`);
  });
});

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
