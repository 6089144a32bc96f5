import { z } from 'zod';

/** What the table in README.md says of a variable. */
export interface Documentation {
  readonly about: string;
  /** What is expected, in words that complete “expected …”. */
  readonly expected: string;
  readonly example: string;
  /** Never shown, and may be given as the path of a file in `NAME_FILE`. */
  readonly secret?: true;
  /** What is so when it is not set, where a default value alone would not say it. */
  readonly unset?: string;
}

export const documentation = z.registry<Documentation>();

function whole(lowest: number, highest: number) {
  return z
    .string()
    .regex(/^\d{1,12}$/)
    .transform(Number)
    .pipe(z.int().min(lowest).max(highest));
}

const truth = z.enum(['true', 'false']).transform((text) => text === 'true');

const brokers = z
  .string()
  .transform((text) => text.split(',').map((broker) => broker.trim()))
  .pipe(z.array(z.string().regex(/^([A-Za-z0-9._-]+|\[[0-9A-Fa-f:]+\]):\d{1,5}$/)).min(1));

/** Tokens and keys go over this line: it is encrypted, or stays on this machine. */
const issuer = z
  .url({ protocol: /^https?$/ })
  .refine(
    (url) =>
      /^https:/i.test(url) || /^http:\/\/(127\.0\.0\.1|localhost|\[::1\])[:/]/i.test(`${url}/`),
  );

/** As OpenTelemetry has it: `name=value,…`, percent-encoded. */
const headers = z
  .string()
  .transform((text) => text.split(',').map((pair) => pair.trim()))
  .pipe(z.array(z.string().regex(/^[\w!#$&'*+.^|~-]+=[!-+\--~ ]*$/)))
  .transform((pairs, context) => {
    try {
      return Object.fromEntries(
        pairs.map((pair) => {
          const at = pair.indexOf('=');
          return [pair.slice(0, at), decodeURIComponent(pair.slice(at + 1))];
        }),
      );
    } catch {
      context.addIssue('a value is not percent-encoded');
      return z.NEVER;
    }
  });

const ratio = z
  .string()
  .regex(/^\d(\.\d{1,12})?$/)
  .transform(Number)
  .pipe(z.number().min(0).max(1));

/** A deployment's name is part of Redis keys (with braces around a shard), groups and transactional ids. */
const name = z.string().regex(/^[A-Za-z0-9-]{1,64}$/);

/**
 * Every variable there is: declared once, here. A variable that is set to nothing counts as not set.
 */
export const variables = {
  KAFKA_BROKERS: brokers.optional().register(documentation, {
    about: 'The Kafka brokers to start from.',
    expected: 'host:port, several separated by commas',
    example: 'kafka-1:9092,kafka-2:9092',
    unset: 'embedded log',
  }),
  KAFKA_CLIENT_ID: z.string().min(1).max(255).default('vigil').register(documentation, {
    about: 'How this program names itself to the brokers: for their logs and quotas.',
    expected: '1 to 255 characters',
    example: 'vigil-hampshire',
  }),
  KAFKA_SSL: truth.default(false).register(documentation, {
    about: 'Whether to speak TLS to the brokers.',
    expected: 'true or false',
    example: 'true',
  }),
  KAFKA_SSL_CA_FILE: z.string().optional().register(documentation, {
    about: 'The authority that signed the brokers’ certificates, if the system does not know it.',
    expected: 'the path of a readable PEM file',
    example: '/etc/vigil/kafka-ca.pem',
  }),
  KAFKA_SSL_CERT_FILE: z.string().optional().register(documentation, {
    about: 'The certificate this program shows to the brokers, with KAFKA_SSL_KEY_FILE.',
    expected: 'the path of a readable PEM file',
    example: '/etc/vigil/kafka.pem',
  }),
  KAFKA_SSL_KEY_FILE: z.string().optional().register(documentation, {
    about: 'The private key of KAFKA_SSL_CERT_FILE.',
    expected: 'the path of a readable PEM file',
    example: '/etc/vigil/kafka-key.pem',
  }),
  KAFKA_SASL_MECHANISM: z
    .enum(['plain', 'scram-sha-256', 'scram-sha-512', 'oauthbearer'])
    .optional()
    .register(documentation, {
      about: 'How to log in to the brokers, with KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD.',
      expected: 'plain, scram-sha-256, scram-sha-512 or oauthbearer',
      example: 'scram-sha-512',
      unset: 'no login',
    }),
  KAFKA_SASL_USERNAME: z.string().optional().register(documentation, {
    about: 'The user to log in to the brokers as; with oauthbearer the client id.',
    expected: 'a name',
    example: 'vigil',
  }),
  KAFKA_SASL_PASSWORD: z.string().optional().register(documentation, {
    about: 'That user’s password, or that client’s secret.',
    expected: 'a password',
    example: '(in a file)',
    secret: true,
  }),
  KAFKA_SASL_TOKEN_URL: issuer.optional().register(documentation, {
    about: 'Where oauthbearer gets its tokens: the token endpoint, by client credentials.',
    expected: 'https://host[:port][/path], http only on this machine',
    example: 'https://login.example/oauth2/token',
  }),
  KAFKA_SASL_SCOPE: z.string().min(1).optional().register(documentation, {
    about: 'The scope that the tokens are asked for with.',
    expected: 'scopes with spaces between',
    example: 'kafka',
    unset: 'none',
  }),
  REDIS_URL: z
    .url({ protocol: /^rediss?$/ })
    .optional()
    .register(documentation, {
      about:
        'The Redis that holds the working set; `rediss` speaks TLS. It may contain a password.',
      expected: 'redis://[user:password@]host[:port][/database], or rediss://…',
      example: 'rediss://redis-1:6379',
      secret: true,
      unset: 'embedded working set',
    }),
  REDIS_CLUSTER: truth.default(false).register(documentation, {
    about: 'Whether REDIS_URL is a node of a Redis Cluster.',
    expected: 'true or false',
    example: 'true',
  }),
  SCHEMA_REGISTRY_URL: z
    .url({ protocol: /^https?$/ })
    .optional()
    .register(documentation, {
      about: 'The schema registry: Confluent’s, or another with its interface.',
      expected: 'http://host[:port][/path], or https://…',
      example: 'https://registry:8081',
      unset: 'embedded',
    }),
  SCHEMA_REGISTRY_USERNAME: z.string().optional().register(documentation, {
    about: 'The user to log in to the registry as.',
    expected: 'a name',
    example: 'vigil',
    unset: 'no login',
  }),
  SCHEMA_REGISTRY_PASSWORD: z.string().optional().register(documentation, {
    about: 'That user’s password.',
    expected: 'a password',
    example: '(in a file)',
    secret: true,
  }),
  VIGIL_DEPLOYMENT: name.default('vigil').register(documentation, {
    about:
      'What this deployment is called. Redis keys, consumer groups and transactional ids start with it, so two deployments can share servers.',
    expected: '1 to 64 letters, digits and hyphens',
    example: 'vigil-rehearsal',
  }),
  VIGIL_TOPIC_PREFIX: z
    .string()
    .regex(/^[A-Za-z0-9._-]{0,100}$/)
    .default('')
    .register(documentation, {
      about: 'What the names of all topics start with.',
      expected: 'up to 100 letters, digits, dots, underscores and hyphens',
      example: 'rehearsal.',
      unset: 'nothing',
    }),
  VIGIL_PARTITIONS: whole(1, 10_000).default(12).register(documentation, {
    about: 'How many partitions `vigil topics apply` gives each topic.',
    expected: 'a whole number from 1 to 10000',
    example: '48',
  }),
  VIGIL_REPLICATION_FACTOR: whole(1, 100).default(3).register(documentation, {
    about: 'How many brokers `vigil topics apply` keeps each topic on.',
    expected: 'a whole number from 1 to 100',
    example: '1',
  }),
  VIGIL_POLICY: z.string().optional().register(documentation, {
    about: 'The policy: which incidents wait how long.',
    expected: 'the path of a YAML file',
    example: '/etc/vigil/policy.yaml',
    unset: 'the built-in example',
  }),
  VIGIL_LOG_LEVEL: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal'])
    .default('info')
    .register(documentation, {
      about: 'The least severe messages to log.',
      expected: 'trace, debug, info, warn, error or fatal',
      example: 'warn',
    }),
  VIGIL_HTTP_PORT: whole(0, 65_535).default(0).register(documentation, {
    about: 'The port of `/live`, `/ready` and `/metrics`.',
    expected: 'a whole number from 0 (off) to 65535',
    example: '9464',
    unset: 'off',
  }),
  VIGIL_HTTP_HOST: z.string().min(1).default('127.0.0.1').register(documentation, {
    about: 'The address that port is opened on.',
    expected: 'an address of this machine',
    example: '0.0.0.0',
  }),
  OTEL_EXPORTER_OTLP_ENDPOINT: z
    .url({ protocol: /^https?$/ })
    .optional()
    .register(documentation, {
      about: 'The collector that spans are sent to, by OTLP over HTTP: traces from fact to alert.',
      expected: 'http://host[:port][/path], or https://…',
      example: 'http://collector:4318',
      unset: 'nothing is traced',
    }),
  OTEL_EXPORTER_OTLP_HEADERS: headers.optional().register(documentation, {
    about: 'Headers that the collector asks for.',
    expected: 'name=value, several separated by commas, values percent-encoded',
    example: '(in a file)',
    secret: true,
  }),
  OTEL_EXPORTER_OTLP_CERTIFICATE: z.string().optional().register(documentation, {
    about: 'The authority that signed the collector’s certificate, if the system does not know it.',
    expected: 'the path of a readable PEM file',
    example: '/etc/vigil/collector-ca.pem',
  }),
  OTEL_SERVICE_NAME: z.string().min(1).max(255).optional().register(documentation, {
    about: 'How this program names itself on its spans.',
    expected: '1 to 255 characters',
    example: 'vigil-breach-detector',
    unset: 'the name of the service',
  }),
  OTEL_TRACES_SAMPLER: z
    .enum([
      'always_on',
      'always_off',
      'traceidratio',
      'parentbased_always_on',
      'parentbased_always_off',
      'parentbased_traceidratio',
    ])
    .default('parentbased_traceidratio')
    .register(documentation, {
      about:
        'Which traces are kept: as the record that brings one says (`parentbased_`), and of facts that bring none all, none or a share.',
      expected:
        'always_on, always_off, traceidratio, parentbased_always_on, parentbased_always_off or parentbased_traceidratio',
      example: 'parentbased_always_off',
    }),
  OTEL_TRACES_SAMPLER_ARG: ratio.default(0.01).register(documentation, {
    about: 'That share, for the samplers whose name ends with `traceidratio`.',
    expected: 'a number from 0 to 1',
    example: '0.1',
  }),
  VIGIL_ROOM_PORT: whole(0, 65_535).default(8080).register(documentation, {
    about: 'The port of the control-room page and its API.',
    expected: 'a whole number from 0 (any free one) to 65535',
    example: '443',
  }),
  VIGIL_ROOM_HOST: z.string().min(1).default('127.0.0.1').register(documentation, {
    about: 'The address that port is opened on; beyond this machine only with OIDC_ISSUER.',
    expected: 'an address of this machine',
    example: '0.0.0.0',
  }),
  VIGIL_OPERATORS: whole(1, 10_000).default(1).register(documentation, {
    about: 'How many people answer alarms at a time: alarm rates are for each of them.',
    expected: 'a whole number from 1 to 10000',
    example: '6',
  }),
  DELIVERIES_FILE: z.string().optional().register(documentation, {
    about: 'Who is told of alerts besides the topics: for `vigil run delivery`.',
    expected: 'the path of a YAML file',
    example: '/etc/vigil/deliveries.yaml',
    unset: 'nobody',
  }),
  OIDC_ISSUER: issuer.optional().register(documentation, {
    about: 'Who issues the tokens that the control room takes (OpenID Connect).',
    expected: 'https://host[:port][/path], http only on this machine',
    example: 'https://login.example/realms/police',
    unset: 'no log-in',
  }),
  OIDC_AUDIENCE: z.string().min(1).optional().register(documentation, {
    about: 'Whom those tokens must be meant for.',
    expected: 'a name',
    example: 'vigil',
  }),
  OIDC_CLIENT_ID: z.string().min(1).optional().register(documentation, {
    about: 'The client that the page logs in as: a public one, with PKCE.',
    expected: 'a name',
    example: 'vigil-page',
  }),
  OIDC_ROLES_CLAIM: z.string().min(1).default('roles').register(documentation, {
    about: 'The claim that holds the roles: viewer, operator, auditor.',
    expected: 'the name of a claim',
    example: 'vigil_roles',
  }),
  OIDC_FORCES_CLAIM: z.string().min(1).default('forces').register(documentation, {
    about: 'The claim that holds the forces that may be seen; `*` is all of them.',
    expected: 'the name of a claim',
    example: 'vigil_forces',
  }),
  VIGIL_BATCH_RECORDS: whole(1, 100_000).default(500).register(documentation, {
    about: 'The most records that are applied and committed together.',
    expected: 'a whole number from 1 to 100000',
    example: '1000',
  }),
  VIGIL_SHUTDOWN_MS: whole(0, 600_000).default(10_000).register(documentation, {
    about: 'How long a service may take to stop, in milliseconds, before it is ended.',
    expected: 'a whole number from 0 to 600000',
    example: '25000',
  }),
  VIGIL_REGISTER_SCHEMAS: truth.default(false).register(documentation, {
    about:
      'Whether services register their schemas at start. Where they may not, `vigil topics apply` does.',
    expected: 'true or false',
    example: 'true',
  }),
} as const;

export type VariableName = keyof typeof variables;
/** The values of all variables, by name; `undefined` where one is neither set nor has a default. */
export type Values = z.output<z.ZodObject<typeof variables>>;

/** All variables in the order in which they are documented. */
export const variableNames = Object.keys(variables) as readonly VariableName[];

/**
 * The documentation of a variable.
 * @throws {TypeError} when it was declared without: a defect, which a test finds.
 */
export function documentationOf(variable: VariableName): Documentation {
  const found = documentation.get(variables[variable]);
  if (found === undefined) throw new TypeError(`${variable} is declared without documentation`);
  return found;
}
