/** Docker cannot run everywhere; what can be known of the files without it is held here. */
import { existsSync, readFileSync } from 'node:fs';
import { principals } from '@vigil/contracts/rights';
import { loadConfiguration } from '@vigil/service-kit/configuration';
import { variableNames } from '@vigil/service-kit/variables';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';

const here = new URL('../../infra/compose/', import.meta.url);
const service = z.looseObject({
  image: z.string().regex(/^(vigil|[\w./-]+:[\w.-]*\d[\w.-]*)$/),
  command: z.array(z.string()).optional(),
  environment: z.record(z.string(), z.string()).optional(),
  volumes: z.array(z.string()).optional(),
  depends_on: z.record(z.string(), z.looseObject({ condition: z.string() })).optional(),
  healthcheck: z.looseObject({}).optional(),
});
const { services } = z
  .looseObject({ services: z.record(z.string(), service) })
  .parse(parse(readFileSync(new URL('compose.yaml', here), 'utf8'), { merge: true }));
const ours = Object.entries(services).filter(([, { image }]) => image === 'vigil');

describe('the compose file', () => {
  it('runs every service by its name', () => {
    const run = ours.flatMap(([name, { command }]) => (command?.[0] === 'run' ? [name] : []));
    expect(run.sort()).toEqual([...principals].sort());
    for (const name of run) expect(services[name]?.command).toEqual(['run', name]);
  });

  it.each(ours)(
    'gives %s variables that there are, with values that it takes',
    (_, { environment = {} }) => {
      for (const name of Object.keys(environment)) expect(variableNames).toContain(name);
      const files = { VIGIL_POLICY: 'policy.yaml', DELIVERIES_FILE: 'deliveries.yaml' };
      const login = {
        OIDC_ISSUER: 'https://login',
        OIDC_AUDIENCE: 'vigil',
        OIDC_CLIENT_ID: 'page',
      };
      const set = Object.entries(environment).map(([name, value]) => [
        name,
        { ...files, ...login }[name] ?? value,
      ]);
      expect(() => loadConfiguration(Object.fromEntries(set))).not.toThrow();
    },
  );

  it('starts nothing before what it needs is well', () => {
    for (const [name, { depends_on: needs = {} }] of Object.entries(services)) {
      for (const [needed, { condition }] of Object.entries(needs)) {
        expect(services, name).toHaveProperty(needed);
        if (condition === 'service_healthy') expect(services[needed]?.healthcheck).toBeDefined();
      }
    }
  });

  it('mounts files that there are', () => {
    for (const { volumes = [] } of Object.values(services)) {
      for (const volume of volumes.filter((one) => one.startsWith('.'))) {
        const [path = ''] = volume.split(':');
        expect(existsSync(new URL(path, here)), path).toBe(true);
      }
    }
  });

  it('is scraped whole', () => {
    const config = readFileSync(new URL('../prometheus/prometheus.yaml', here), 'utf8');
    for (const name of principals) expect(config).toContain(`- ${name}:9464\n`);
  });
});
