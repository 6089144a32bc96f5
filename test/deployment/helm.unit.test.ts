/** The chart, rendered by Helm itself and held to the schemas of what it makes. No cluster runs here. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { principals } from '@vigil/contracts/rights';
import { documentationOf, variableNames, variables } from '@vigil/service-kit/variables';
import { beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { findJava } from '../servers/java.ts';
import { problemsOf } from './helm/kubernetes.ts';
import { chart, type KubernetesObject, type Rendered, render } from './helm/render.ts';

const policy = readFileSync(join(chart, '../../policy.yaml'), 'utf8');
const deliveries = readFileSync(join(chart, '../../deliveries.example.yaml'), 'utf8');

const least = {
  policy,
  kafka: { brokers: 'kafka-1:9093,kafka-2:9093' },
  registry: { url: 'https://registry:8081' },
};
const everything = {
  ...least,
  deliveries,
  kafka: { ...least.kafka, ownAuthority: true, clientCertificate: true },
  registry: { ...least.registry, username: 'vigil' },
  image: { digest: `sha256:${'0'.repeat(64)}`, pullSecrets: [{ name: 'registry' }] },
  oidc: { issuer: 'https://login.example/realms/police', audience: 'vigil', clientId: 'page' },
  services: { 'control-room': { enabled: true }, delivery: { enabled: true } },
  topics: { apply: true },
  autoscaling: { enabled: true },
  monitoring: { enabled: true, labels: { release: 'prometheus' } },
  settings: { VIGIL_BATCH_RECORDS: '1000', VIGIL_LOG_LEVEL: 'warn' },
  network: {
    kafka: { port: 9093, peers: [{ ipBlock: { cidr: '10.0.0.0/24' } }] },
    redis: { peers: [{ podSelector: { matchLabels: { app: 'redis' } } }] },
    oidc: { peers: [{ ipBlock: { cidr: '10.0.1.0/24' } }] },
  },
  nodeSelector: { pool: 'vigil' },
  tolerations: [{ key: 'vigil', operator: 'Exists' }],
};
const accepted = {
  least,
  everything,
  plain: {
    ...least,
    kafka: { ...least.kafka, tls: false, login: '' },
    autoscaling: { enabled: true },
  },
  another: { ...least, policy: `${policy}\n# another\n`, network: { enabled: false } },
};
const refused = {
  nothing: {},
  withoutLogin: { ...least, services: { 'control-room': { enabled: true } } },
  withoutDeliveries: { ...least, services: { delivery: { enabled: true } } },
  misspelt: { ...least, replicass: 3 },
  secretInTheOpen: { ...least, settings: { KAFKA_SASL_PASSWORD: 'x' } },
  passwordInAddress: { ...least, registry: { url: 'https://vigil:secret@registry' } },
  noBroker: { ...least, kafka: { brokers: 'kafka' } },
  manyInstances: { ...least, services: { 'breach-detector': { replicas: '2' } } },
  certificateWithoutTls: {
    ...least,
    kafka: { ...least.kafka, tls: false, clientCertificate: true },
  },
};

/** Whether Helm can be had on this machine; under CI it has to be. */
const isHere = await findJava(17).then(
  () => true,
  () => process.env['CI'] === 'true',
);

const container = z.looseObject({
  name: z.string(),
  image: z.string(),
  args: z.array(z.string()),
  env: z.array(z.strictObject({ name: z.string(), value: z.string() })).default([]),
  securityContext: z.unknown(),
  resources: z.looseObject({ limits: z.looseObject({ memory: z.string() }) }),
});
const podSpec = z.looseObject({
  terminationGracePeriodSeconds: z.number().optional(),
  containers: z.array(container).length(1),
});
const runs = z.looseObject({
  spec: z.looseObject({
    replicas: z.number().optional(),
    template: z.looseObject({
      metadata: z.looseObject({
        labels: z.record(z.string(), z.string()),
        annotations: z.record(z.string(), z.string()).default({}),
      }),
      spec: podSpec,
    }),
  }),
});

describe.skipIf(!isHere)('the chart', () => {
  let made: Record<keyof typeof accepted | keyof typeof refused | 'tooOld', Rendered>;
  beforeAll(async () => {
    made = await render({ ...accepted, ...refused, tooOld: least }, (name) =>
      name === 'tooOld' ? '1.28.0' : '1.33.0',
    );
  }, 400_000);

  const objectsOf = (name: keyof typeof accepted, kind: string): KubernetesObject[] =>
    made[name].objects.filter((object) => object.kind === kind);
  const podsOf = (name: keyof typeof accepted) =>
    [...objectsOf(name, 'Deployment'), ...objectsOf(name, 'Job')].map((object) => ({
      name: object.metadata.name,
      ...runs.parse(object).spec,
    }));
  const only = (name: keyof typeof accepted, kind: string, called: string) => {
    const found = objectsOf(name, kind).find(({ metadata }) => metadata.name === called);
    return z.looseObject({ spec: z.any(), data: z.any() }).partial().parse(found);
  };

  it.each(Object.keys(accepted) as (keyof typeof accepted)[])(
    'makes objects that Kubernetes takes (%s)',
    async (name) => {
      expect(made[name].refusal).toBeUndefined();
      expect(made[name].objects.length).toBeGreaterThan(8);
      expect(await problemsOf(made[name].objects)).toEqual([]);
    },
  );

  it('is held to schemas that refuse a misspelt field, a wrong type and an unknown kind', async () => {
    const [deployment] = objectsOf('least', 'Deployment');
    if (deployment === undefined) throw new Error('there is no Deployment');
    const spec = z.looseObject({ template: z.looseObject({}) }).parse(deployment['spec']);
    const misspelt = { ...deployment, spec: { ...spec, minReadySecond: 5 } };
    expect(await problemsOf([misspelt])).toEqual([expect.stringContaining('minReadySecond')]);
    const wrong = { ...deployment, spec: { ...spec, replicas: 'two' } };
    expect(await problemsOf([wrong])).toEqual([expect.stringContaining('replicas')]);
    const unknown = { ...deployment, kind: 'Deploymint' };
    expect(await problemsOf([unknown])).toEqual([expect.stringContaining('no such kind')]);
  });

  it.each([
    ['nothing', /policy/],
    ['withoutLogin', /issuer/],
    ['withoutDeliveries', /deliveries/],
    ['misspelt', /replicass/],
    ['secretInTheOpen', /KAFKA_SASL_PASSWORD/],
    ['passwordInAddress', /url/],
    ['noBroker', /brokers/],
    ['manyInstances', /replicas/],
    ['certificateWithoutTls', /tls/],
  ] as const)('refuses values that it cannot work with, and says which: %s', (name, which) => {
    expect(made[name].refusal).toMatch(/values don't meet the specifications of the schema/);
    expect(made[name].refusal).toMatch(which);
  });

  it('refuses a cluster that does not know what it asks for', () => {
    expect(made.tooOld.refusal).toMatch(/kubeVersion/);
  });

  it('runs every service by its name, the page and deliveries where they are asked for', () => {
    const deployed = (name: keyof typeof accepted) =>
      objectsOf(name, 'Deployment').map((object) => object.metadata.name.replace('vigil-', ''));
    expect(deployed('everything').sort()).toEqual([...principals].sort());
    expect(deployed('least')).not.toContain('control-room');
    for (const { name, template } of podsOf('everything').filter(
      ({ name }) => !/check|topics/.test(name),
    )) {
      expect(template.spec.containers[0]?.args).toEqual(['run', name.replace('vigil-', '')]);
    }
  });

  it('sets variables that there are, to values that they take, and no secret', () => {
    for (const { name, template } of Object.keys(accepted).flatMap((one) =>
      podsOf(one as keyof typeof accepted),
    )) {
      const { env } = template.spec.containers[0] ?? { env: [] };
      expect(new Set(env.map((one) => one.name)).size, name).toBe(env.length);
      for (const { name: variable, value } of env) {
        const base = variable.replace(/_FILE$/, '');
        const known =
          variableNames.find((one) => one === variable) ??
          variableNames.find((one) => one === base);
        if (known === undefined) throw new Error(`${name} sets ${variable}, which is no variable`);
        const { secret } = documentationOf(known);
        if (secret === true) expect(variable).toMatch(/_FILE$/);
        else if (value !== '') expect(() => variables[known].parse(value), variable).not.toThrow();
        if (variable.endsWith('_FILE')) expect(value).toMatch(/^\/(run\/secrets|etc)\//);
      }
    }
  });

  it('lets every other variable be set, secrets excepted', () => {
    const text = readFileSync(join(chart, 'values.schema.json'), 'utf8');
    const settings = z
      .looseObject({
        properties: z.looseObject({
          settings: z.looseObject({ propertyNames: z.object({ enum: z.array(z.string()) }) }),
        }),
      })
      .parse(JSON.parse(text)).properties.settings.propertyNames.enum;
    const set = new Set(
      podsOf('everything').flatMap(({ template }) =>
        (template.spec.containers[0]?.env ?? []).map(({ name }) => name),
      ),
    );
    const own = Object.keys(everything.settings);
    const left = variableNames.filter(
      (name) => (!set.has(name) && !set.has(`${name}_FILE`)) || own.includes(name),
    );
    expect(settings).toEqual([...left].sort());
  });

  it('gives no pod a right that it does not need', () => {
    for (const { name, template } of podsOf('everything')) {
      expect(template.spec, name).toMatchObject({
        automountServiceAccountToken: false,
        securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
      });
      expect(template.spec.containers[0]?.securityContext, name).toEqual({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      });
    }
  });

  it('waits longer for a service to stop than the service takes', () => {
    const deployments = podsOf('everything').filter(({ name }) => !/check|topics/.test(name));
    expect(deployments).toHaveLength(principals.length);
    for (const { template } of deployments) {
      const ms = template.spec.containers[0]?.env.find(({ name }) => name === 'VIGIL_SHUTDOWN_MS');
      const grace = template.spec.terminationGracePeriodSeconds ?? 0;
      expect(grace * 1000).toBeGreaterThanOrEqual(Number(ms?.value) + 10_000);
    }
  });

  it('starts services again when the policy is another, and only then', () => {
    const policies = (name: keyof typeof accepted) =>
      podsOf(name).flatMap(({ template }) => template.metadata.annotations['vigil/policy'] ?? []);
    expect(new Set(policies('least')).size).toBe(1);
    expect(policies('least')).toEqual(policies('plain'));
    expect(policies('another')[0]).not.toBe(policies('least')[0]);
  });

  it('checks the very policy that it gives to the services, before anything is changed', () => {
    const [check] = objectsOf('least', 'Job');
    expect(check?.metadata['annotations']).toMatchObject({
      'vigil/hook': expect.stringContaining('pre-upgrade'),
      'vigil/hook-weight': '-10',
    });
    expect(podsOf('least').find(({ name }) => name === 'vigil-policy-check')).toMatchObject({
      template: { spec: { containers: [{ args: ['policy', 'check', '/etc/vigil/policy.yaml'] }] } },
    });
    for (const name of ['vigil-policy', 'vigil-policy-check']) {
      expect(only('least', 'ConfigMap', name).data).toEqual({ 'policy.yaml': policy });
    }
  });

  it('lets nothing in or out but what a service needs', () => {
    expect(only('everything', 'NetworkPolicy', 'vigil-nothing').spec).toEqual({
      podSelector: {
        matchLabels: { 'app.kubernetes.io/name': 'vigil', 'app.kubernetes.io/instance': 'vigil' },
      },
      policyTypes: ['Ingress', 'Egress'],
    });
    const servers = only('everything', 'NetworkPolicy', 'vigil-servers').spec;
    const ports = z
      .array(
        z.looseObject({
          ports: z.array(z.looseObject({ port: z.union([z.number(), z.string()]) })),
        }),
      )
      .parse(servers.egress)
      .flatMap((rule) => rule.ports.map(({ port }) => port));
    expect(ports).toEqual([53, 53, 9093, 6379, 443]);
    // The check of a policy reaches nothing at all.
    expect(JSON.stringify(servers.podSelector)).not.toContain('policy-check');
    expect(objectsOf('another', 'NetworkPolicy')).toEqual([]);
  });

  it('carries the rules and the dashboard as they are', () => {
    const rules = parse(readFileSync(join(chart, '../../prometheus/rules.yaml'), 'utf8'));
    expect(only('everything', 'PrometheusRule', 'vigil').spec).toEqual(rules);
    const dashboard = only('everything', 'ConfigMap', 'vigil-dashboard').data['vigil.json'];
    expect(dashboard).toBe(readFileSync(join(chart, '../../grafana/vigil.json'), 'utf8'));
  });

  it('has every pod scraped, by the name that the rules ask for', () => {
    const { selector, endpoints } = only('everything', 'ServiceMonitor', 'vigil').spec;
    const service = objectsOf('everything', 'Service').find(
      ({ metadata }) => metadata.name === 'vigil-metrics',
    );
    expect(service?.metadata['labels']).toMatchObject(selector.matchLabels);
    expect(endpoints[0].relabelings).toEqual([{ targetLabel: 'job', replacement: 'vigil' }]);
    const scraped = z
      .looseObject({ spec: z.looseObject({ selector: z.record(z.string(), z.string()) }) })
      .parse(service);
    for (const { template } of podsOf('everything')) {
      expect(template.metadata.labels).toMatchObject(scraped.spec.selector);
    }
  });

  it('scales consumers by how far their own group is behind on the topics that they read', () => {
    const { triggers } = only('everything', 'ScaledObject', 'vigil-incident-consumer').spec;
    expect(triggers.map(({ metadata }: { metadata: unknown }) => metadata)).toMatchObject([
      {
        consumerGroup: 'vigil-incident-consumer',
        topic: 'incident-created',
        sasl: 'scram_sha512',
        tls: 'enable',
      },
      { consumerGroup: 'vigil-incident-consumer', topic: 'incident-updated' },
    ]);
    const scaled = podsOf('everything').filter(({ replicas }) => replicas === undefined);
    expect(scaled.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['vigil-attendance-consumer', 'vigil-incident-consumer']),
    );
  });
});
