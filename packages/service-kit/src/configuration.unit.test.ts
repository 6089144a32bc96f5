import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import {
  ConfigurationError,
  describeConfiguration,
  loadConfiguration,
  loadLogConfiguration,
} from './configuration.ts';
import { documentationOf, variableNames, variables } from './variables.ts';

const folder = mkdtempSync(join(tmpdir(), 'configuration-'));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

/** What is wrong with an environment, by variable. */
function problemsOf(
  environment: Record<string, string>,
  load: (environment: Record<string, string>) => unknown = loadConfiguration,
): Record<string, string> {
  try {
    load(environment);
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return Object.fromEntries(error.problems.map(({ variable, problem }) => [variable, problem]));
  }
  return {};
}

const servers = {
  KAFKA_BROKERS: 'kafka-1:9092, kafka-2:9092',
  REDIS_URL: 'redis://redis:6379',
  SCHEMA_REGISTRY_URL: 'http://registry:8081/apis/ccompat/v7',
};

describe('the configuration', () => {
  it('is embedded, with every default, when nothing is set', () => {
    expect(loadConfiguration({})).toEqual({
      deployment: 'vigil',
      topicPrefix: '',
      partitions: 12,
      replicationFactor: 3,
      policy: undefined,
      logLevel: 'info',
      http: undefined,
      traces: undefined,
      room: { host: '127.0.0.1', port: 8080, operators: 1, oidc: undefined },
      deliveries: undefined,
      batchRecords: 500,
      shutdownMs: 10_000,
      registerSchemas: false,
      servers: undefined,
    });
  });

  it('takes a variable that is set to nothing as not set', () => {
    const nothing = Object.fromEntries(variableNames.map((name) => [name, '']));
    expect(loadConfiguration(nothing)).toEqual(loadConfiguration({}));
  });

  it('names the three servers when all three are set', () => {
    expect(loadConfiguration(servers).servers).toEqual({
      kafka: {
        brokers: ['kafka-1:9092', 'kafka-2:9092'],
        clientId: 'vigil',
        ssl: undefined,
        sasl: undefined,
      },
      redis: { url: 'redis://redis:6379', cluster: false },
      registry: { url: 'http://registry:8081/apis/ccompat/v7', login: undefined },
    });
  });

  it('says which server is missing when only some are set', () => {
    expect(problemsOf({ KAFKA_BROKERS: 'kafka:9092', SCHEMA_REGISTRY_URL: 'http://r' })).toEqual({
      REDIS_URL:
        'missing, while KAFKA_BROKERS and SCHEMA_REGISTRY_URL are set: set all three, or none to run embedded',
    });
  });

  it('wants brokers and registry, and no Redis, of who only reads the topics', () => {
    const { REDIS_URL, ...log } = servers;
    const expected = loadConfiguration(servers).servers;
    const found = loadLogConfiguration({ ...log, VIGIL_TOPIC_PREFIX: 'rehearsal.' });
    expect(found).toEqual({
      topicPrefix: 'rehearsal.',
      policy: undefined,
      logLevel: 'info',
      servers: { kafka: expected?.kafka, registry: expected?.registry },
    });
    const problems = problemsOf({ REDIS_URL, KAFKA_SSL: 'yes' }, loadLogConfiguration);
    expect(Object.keys(problems)).toEqual(['KAFKA_BROKERS', 'SCHEMA_REGISTRY_URL', 'KAFKA_SSL']);
  });

  it('reads secrets and certificates from files', () => {
    const { servers: found } = loadConfiguration({
      ...servers,
      KAFKA_SSL: 'true',
      KAFKA_SSL_CA_FILE: file('ca.pem', 'authority'),
      KAFKA_SSL_CERT_FILE: file('cert.pem', 'certificate'),
      KAFKA_SSL_KEY_FILE: file('key.pem', 'key'),
      KAFKA_SASL_MECHANISM: 'scram-sha-512',
      KAFKA_SASL_USERNAME: 'vigil',
      KAFKA_SASL_PASSWORD_FILE: file('password', 'open sesame\n'),
      REDIS_URL: '',
      REDIS_URL_FILE: file('redis', 'rediss://:secret@redis:6380\n'),
      SCHEMA_REGISTRY_USERNAME: 'reader',
      SCHEMA_REGISTRY_PASSWORD: 'password',
    });
    expect(found?.kafka.ssl).toEqual({
      ca: 'authority',
      client: { cert: 'certificate', key: 'key' },
    });
    expect(found?.kafka.sasl).toEqual({
      mechanism: 'scram-sha-512',
      login: { username: 'vigil', password: 'open sesame' },
      token: undefined,
    });
    expect(found?.redis.url).toBe('rediss://:secret@redis:6380');
    expect(found?.registry.login).toEqual({ username: 'reader', password: 'password' });
  });

  it('has secrets and certificates as they stand in their files now', () => {
    const { servers: found } = loadConfiguration({
      ...{ ...servers, KAFKA_SSL: 'true', KAFKA_SSL_CA_FILE: file('ca.pem', 'authority') },
      ...{ KAFKA_SASL_MECHANISM: 'plain', KAFKA_SASL_USERNAME: 'vigil' },
      ...{ KAFKA_SASL_PASSWORD_FILE: file('password', 'old\n') },
      ...{ REDIS_URL: '', REDIS_URL_FILE: file('redis', 'redis://:old@redis') },
    });
    file('ca.pem', 'another authority');
    file('password', 'new\n');
    file('redis', 'redis://:new@redis');
    expect(found?.kafka.ssl?.ca).toBe('another authority');
    expect(found?.kafka.sasl?.login.password).toBe('new');
    expect(found?.redis.url).toBe('redis://:new@redis');
    rmSync(join(folder, 'password'));
    expect(found?.kafka.sasl?.login.password).toBe('new');
  });

  it('gets tokens for Kafka where it is told to, over an encrypted line', () => {
    const sasl = {
      ...{ ...servers, KAFKA_SASL_MECHANISM: 'oauthbearer', KAFKA_SASL_USERNAME: 'vigil' },
      ...{ KAFKA_SASL_PASSWORD: 'secret', KAFKA_SASL_SCOPE: 'kafka' },
    };
    const url = 'https://login.example/token';
    expect(
      loadConfiguration({ ...sasl, KAFKA_SASL_TOKEN_URL: url }).servers?.kafka.sasl,
    ).toMatchObject({ mechanism: 'oauthbearer', token: { url, scope: 'kafka' } });
    expect(Object.keys(problemsOf(sasl))).toEqual(['KAFKA_SASL_TOKEN_URL']);
    for (const wrong of [
      { KAFKA_SASL_TOKEN_URL: 'http://login.example/token' },
      { KAFKA_SASL_TOKEN_URL: url, KAFKA_SASL_MECHANISM: 'plain' },
    ]) {
      expect(Object.keys(problemsOf({ ...sasl, ...wrong }))).toEqual(['KAFKA_SASL_TOKEN_URL']);
    }
  });

  it('reports all that is wrong at once, each with what was expected', () => {
    const missing = join(folder, 'nowhere');
    expect(
      problemsOf({
        KAFKA_BROKERS: 'kafka',
        VIGIL_PARTITIONS: 'a dozen',
        VIGIL_BATCH_RECORDS: '0',
        KAFKA_SSL: 'yes',
        VIGIL_DEPLOYMENT: 'a{b}',
        SCHEMA_REGISTRY_URL: 'registry:8081',
        KAFKA_SASL_USERNAME: 'vigil',
        KAFKA_SASL_PASSWORD_FILE: missing,
      }),
    ).toEqual({
      KAFKA_BROKERS: 'expected host:port, several separated by commas, got "kafka"',
      VIGIL_PARTITIONS: 'expected a whole number from 1 to 10000, got "a dozen"',
      VIGIL_BATCH_RECORDS: 'expected a whole number from 1 to 100000, got "0"',
      KAFKA_SSL: 'expected true or false, got "yes"',
      VIGIL_DEPLOYMENT: 'expected 1 to 64 letters, digits and hyphens, got "a{b}"',
      SCHEMA_REGISTRY_URL: 'expected http://host[:port][/path], or https://…, got "registry:8081"',
      REDIS_URL:
        'missing, while KAFKA_BROKERS and SCHEMA_REGISTRY_URL are set: set all three, or none to run embedded',
      KAFKA_SASL_MECHANISM: 'missing, while KAFKA_SASL_USERNAME is set: the two go together',
      KAFKA_SASL_PASSWORD_FILE: `expected the path of a readable file, got ${missing} (ENOENT)`,
    });
  });

  it('refuses a certificate that would not be used', () => {
    expect(problemsOf({ ...servers, KAFKA_SSL_CA_FILE: '/ca.pem' })).toEqual({
      KAFKA_SSL_CA_FILE: 'has no effect without KAFKA_SSL=true',
    });
  });

  it('refuses a secret that is given twice', () => {
    expect(problemsOf({ ...servers, REDIS_URL_FILE: '/redis' })).toEqual({
      REDIS_URL: 'set either this or REDIS_URL_FILE, not both',
    });
  });

  it('has a log-in for the control room, whole or not at all, and over an encrypted line', () => {
    const whole = { OIDC_ISSUER: 'https://login.example', OIDC_AUDIENCE: 'a', OIDC_CLIENT_ID: 'c' };
    expect(loadConfiguration(whole).room.oidc).toEqual({
      ...{ issuer: 'https://login.example', audience: 'a', clientId: 'c' },
      ...{ rolesClaim: 'roles', forcesClaim: 'forces' },
    });
    expect(problemsOf({ OIDC_ISSUER: 'https://login.example' })).toEqual({
      OIDC_AUDIENCE: 'missing, while OIDC_ISSUER is set: the two go together',
      OIDC_CLIENT_ID: 'missing, while OIDC_ISSUER is set: the two go together',
    });
    expect(problemsOf({ ...whole, OIDC_ISSUER: 'http://login.example' })).toEqual({
      OIDC_ISSUER:
        'expected https://host[:port][/path], http only on this machine, got "http://login.example"',
    });
  });

  it('traces where a collector is named, with what it asks for', () => {
    const collector = { OTEL_EXPORTER_OTLP_ENDPOINT: 'https://collector:4318' };
    expect(loadConfiguration(collector).traces).toEqual({
      ...{ endpoint: 'https://collector:4318', headers: {}, ca: undefined, service: undefined },
      ...{ sampler: 'parentbased_traceidratio', ratio: 0.01 },
    });
    const headers = file('headers', 'authorization=Bearer%20hunter2, tenant=police\n');
    const more = {
      OTEL_EXPORTER_OTLP_HEADERS_FILE: headers,
      OTEL_EXPORTER_OTLP_CERTIFICATE: file('collector.pem', 'authority'),
    };
    expect(loadConfiguration({ ...collector, ...more }).traces).toMatchObject({
      headers: { authorization: 'Bearer hunter2', tenant: 'police' },
      ca: 'authority',
    });
    const wrong = { OTEL_EXPORTER_OTLP_HEADERS: 'a=%ff', OTEL_TRACES_SAMPLER_ARG: '1.5' };
    expect(problemsOf({ ...collector, ...wrong })).toEqual({
      OTEL_EXPORTER_OTLP_HEADERS:
        'expected name=value, several separated by commas, values percent-encoded',
      OTEL_TRACES_SAMPLER_ARG: 'expected a number from 0 to 1, got "1.5"',
    });
  });

  it('never repeats a secret in an error', () => {
    const act = () => loadConfiguration({ ...servers, REDIS_URL: 'http://:hunter2@redis' });
    expect(act).toThrow(/REDIS_URL: expected redis:/);
    expect(act).not.toThrow(/hunter2/);
  });
});

describe('the documentation of the configuration', () => {
  it('has an example that is accepted, for every variable that is no secret', () => {
    for (const name of variableNames) {
      const { example, secret } = documentationOf(name);
      if (secret !== true) expect(variables[name].safeParse(example).success, name).toBe(true);
    }
  });

  it('is the table in README.md (`npm run readme` writes it)', () => {
    const readme = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8');
    expect(readme).toContain(`\n${describeConfiguration()}\n`);
  });
});
