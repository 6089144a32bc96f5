import { rightsOf } from '@vigil/contracts/rights';
import { openLog } from '@vigil/deployment/connect';
import type { KafkaLog } from '@vigil/event-log/kafka/log';
import { loadConfiguration } from '@vigil/service-kit/configuration';
import { createLogger } from '@vigil/service-kit/logging';
import { type Admin, Kafka, logLevel } from 'kafkajs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Issuer, openIssuer } from '../control-room/issuer.ts';
import { type LocalKafka, startLocalKafka } from '../servers/kafka.ts';
import { describeWithLocal, realServers } from '../servers/servers.ts';
import { until } from '../servers/until.ts';
import { entriesOf } from './acl-entries.ts';
import { vigil } from './vigil-process.ts';

const client = { id: 'vigil-doctor', secret: 'in-a-test-only' } as const;

describeWithLocal('kafka', 'a client that logs in to the brokers with tokens', () => {
  let issuer: Issuer;
  let kafka: LocalKafka;
  let admin: Admin;
  let environment: Record<string, string>;

  const withLog = async <T>(changes: object, work: (log: KafkaLog) => Promise<T>): Promise<T> => {
    const configuration = loadConfiguration({ ...environment, ...changes });
    if (configuration.servers === undefined) throw new Error('there are no servers');
    const logger = createLogger({ service: 'test', level: 'fatal' });
    const log = openLog(configuration, configuration.servers, logger);
    try {
      return await work(log);
    } finally {
      await log.close();
    }
  };

  beforeAll(async () => {
    issuer = await openIssuer({ [client.id]: client.secret });
    const keys = `${issuer.url}/keys`;
    const classes = 'org.apache.kafka.common.security.oauthbearer';
    kafka = await startLocalKafka({
      systemProperties: { 'org.apache.kafka.sasl.oauthbearer.allowed.urls': keys },
      settings: {
        'sasl.enabled.mechanisms': 'OAUTHBEARER',
        'listener.name.login.oauthbearer.sasl.jaas.config': `${classes}.OAuthBearerLoginModule required;`,
        'listener.name.login.oauthbearer.sasl.server.callback.handler.class': `${classes}.OAuthBearerValidatorCallbackHandler`,
        'listener.name.login.oauthbearer.sasl.oauthbearer.jwks.endpoint.url': keys,
        'listener.name.login.oauthbearer.sasl.oauthbearer.expected.audience': 'vigil',
        'listener.name.login.oauthbearer.sasl.oauthbearer.expected.issuer': issuer.url,
      },
    });
    const { redisUrl, registryUrl } = realServers();
    environment = {
      KAFKA_BROKERS: kafka.loginAddress,
      KAFKA_SASL_MECHANISM: 'oauthbearer',
      KAFKA_SASL_USERNAME: client.id,
      KAFKA_SASL_PASSWORD: client.secret,
      KAFKA_SASL_TOKEN_URL: `${issuer.url}/token`,
      KAFKA_SASL_SCOPE: 'kafka',
      REDIS_URL: redisUrl,
      SCHEMA_REGISTRY_URL: registryUrl,
      VIGIL_DEPLOYMENT: 'bearer',
    };
    admin = new Kafka({ brokers: kafka.brokers, logLevel: logLevel.NOTHING }).admin();
    await admin.connect();
  }, 120_000);
  afterAll(async () => {
    await admin.disconnect();
    await kafka.stop();
    await issuer.close();
  });

  it('is known to the brokers by the subject of its token, and needs one for many connections', async () => {
    const rights = rightsOf('doctor', 'bearer', '');
    const before = issuer.granted().length;
    await withLog({}, async (log) => {
      expect(await log.missingRights(rights)).toHaveLength(rights.length);
      const acl = rights.flatMap((right) => entriesOf(client.id, right));
      await admin.createAcls({ acl });
      await until(async () => (await log.missingRights(rights)).length === 0, {
        what: 'the rights to be known',
        deadlineMs: 10_000,
        pollMs: 50,
      });
    });
    expect(issuer.granted().slice(before)).toEqual([{ client: client.id, scope: 'kafka' }]);
  });

  it.each([
    ['its secret is wrong', { KAFKA_SASL_PASSWORD: 'wrong' }, /no token from .*invalid_client/],
    ['no endpoint gives tokens', { KAFKA_SASL_TOKEN_URL: 'http://127.0.0.1:1/' }, /no token from/],
    [
      'somebody else has signed the token',
      { KAFKA_SASL_SCOPE: 'forged' },
      /brokers do not take the token: .*invalid/i,
    ],
  ])('is told by the doctor when %s', { timeout: 60_000 }, async (_, wrong, why) => {
    const { status, stdout } = await vigil(['doctor', '--json'], { ...environment, ...wrong });
    const kafkaFinding = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
      .find(({ code }) => code === 'VIGIL_KAFKA');
    expect(kafkaFinding).toMatchObject({ severity: 'error', what: expect.stringMatching(why) });
    expect(status).toBe(1);
    expect(stdout).not.toContain(client.secret);
  });
});
