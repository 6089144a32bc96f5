/**
 * The configuration of a service: read from the environment once, checked whole, typed from there
 * on. `variables.ts` declares what there is.
 */
import { z } from 'zod';
import { type FromFile, fromFile, UnreadableFile } from './from-file.ts';
import { type TracesConfiguration, tracesOf } from './tracing.ts';
import {
  documentationOf,
  type Values,
  type VariableName,
  variableNames,
  variables,
} from './variables.ts';

export interface Configuration {
  readonly deployment: string;
  readonly topicPrefix: string;
  /** For `topics apply`. */
  readonly partitions: number;
  readonly replicationFactor: number;
  /** The path of the policy, if one was named. */
  readonly policy: string | undefined;
  readonly logLevel: Values['VIGIL_LOG_LEVEL'];
  /** Where health and metrics are served; `undefined`: nowhere. */
  readonly http: { readonly host: string; readonly port: number } | undefined;
  /** Where spans are sent; `undefined`: nothing is traced. */
  readonly traces: TracesConfiguration | undefined;
  /** Where the control room's page is, and for how many who answer alarms. */
  readonly room: RoomConfiguration;
  /** The path of the receivers and routes beyond the topics, if one was named. */
  readonly deliveries: string | undefined;
  readonly batchRecords: number;
  readonly shutdownMs: number;
  readonly registerSchemas: boolean;
  /** The servers to work with; `undefined`: the embedded log and working set. */
  readonly servers: Servers | undefined;
}

export interface RoomConfiguration {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  readonly operators: number;
  /** `undefined`: no log-in. */
  readonly oidc: Oidc | undefined;
}

/** Where the bearer tokens of the control room come from (OpenID Connect). */
export interface Oidc {
  readonly issuer: string;
  readonly audience: string;
  readonly clientId: string;
  readonly rolesClaim: string;
  readonly forcesClaim: string;
}

/** What it takes to read the topics: brokers, and the registry that knows what they hold. */
export interface LogServers {
  readonly kafka: KafkaServers;
  readonly registry: { readonly url: string; readonly login: Login | undefined };
}

export interface Servers extends LogServers {
  /** A URL from a file is read anew each time that it is asked for. */
  readonly redis: { readonly url: string; readonly cluster: boolean };
}

/** The configuration of a command that only reads the topics; it has no use for Redis. */
export interface LogConfiguration
  extends Pick<Configuration, 'topicPrefix' | 'policy' | 'logLevel'> {
  readonly servers: LogServers;
}

export interface KafkaServers {
  readonly brokers: readonly string[];
  readonly clientId: string;
  /** `undefined`: no TLS. The members are PEM texts, read anew each time that they are asked for. */
  readonly ssl:
    | {
        readonly ca: string | undefined;
        readonly client: { cert: string; key: string } | undefined;
      }
    | undefined;
  readonly sasl: KafkaLogin | undefined;
}

/** How to log in to the brokers: as a user, or with a token that a client gets for its secret. */
export interface KafkaLogin {
  readonly mechanism: NonNullable<Values['KAFKA_SASL_MECHANISM']>;
  readonly login: Login;
  /** With `oauthbearer` only. */
  readonly token: { readonly url: string; readonly scope: string | undefined } | undefined;
}

export interface Login {
  readonly username: string;
  /** From a file, it is read anew each time that it is asked for. */
  readonly password: string;
}

export interface Problem {
  readonly variable: string;
  readonly problem: string;
}

/** The environment does not make a configuration. `problems` has everything that is wrong with it. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
  readonly code = 'VIGIL_CONFIGURATION';
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    const lines = problems.map(({ variable, problem }) => `  ${variable}: ${problem}`);
    super(`the configuration cannot be used:\n${lines.join('\n')}`);
    this.problems = problems;
  }
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads the configuration from the environment; secrets also from the files that `NAME_FILE` names,
 * and the PEM files of Kafka.
 * @throws {ConfigurationError} with all problems at once. It never contains the value of a secret.
 */
export function loadConfiguration(environment: Environment): Configuration {
  const { values, texts } = valuesOf(environment, checkServers);
  return {
    deployment: values.VIGIL_DEPLOYMENT,
    topicPrefix: values.VIGIL_TOPIC_PREFIX,
    partitions: values.VIGIL_PARTITIONS,
    replicationFactor: values.VIGIL_REPLICATION_FACTOR,
    policy: values.VIGIL_POLICY,
    logLevel: values.VIGIL_LOG_LEVEL,
    http:
      values.VIGIL_HTTP_PORT === 0
        ? undefined
        : { host: values.VIGIL_HTTP_HOST, port: values.VIGIL_HTTP_PORT },
    traces: tracesOf(values, texts.pem.collectorCa?.()),
    room: {
      host: values.VIGIL_ROOM_HOST,
      port: values.VIGIL_ROOM_PORT,
      operators: values.VIGIL_OPERATORS,
      oidc: oidcOf(values),
    },
    deliveries: values.DELIVERIES_FILE,
    batchRecords: values.VIGIL_BATCH_RECORDS,
    shutdownMs: values.VIGIL_SHUTDOWN_MS,
    registerSchemas: values.VIGIL_REGISTER_SCHEMAS,
    servers: serversOf(values, texts),
  };
}

/**
 * Reads the configuration of a command that only reads the topics.
 * @throws {ConfigurationError} as {@link loadConfiguration}, and when the servers are not named.
 */
export function loadLogConfiguration(environment: Environment): LogConfiguration {
  const { values, texts } = valuesOf(environment, checkLogServers);
  const servers = logServersOf(values, texts);
  if (servers === undefined) throw new TypeError('servers that were checked are not there');
  const { VIGIL_TOPIC_PREFIX, VIGIL_POLICY, VIGIL_LOG_LEVEL } = values;
  return {
    topicPrefix: VIGIL_TOPIC_PREFIX,
    policy: VIGIL_POLICY,
    logLevel: VIGIL_LOG_LEVEL,
    servers,
  };
}

/** Every variable, read and checked; `check` says what does not go together. */
function valuesOf(
  environment: Environment,
  check: (given: Given, report: Report) => void,
): { readonly values: Values; readonly texts: Texts } {
  const problems: Problem[] = [];
  const report = (variable: string, problem: string): undefined => {
    problems.push({ variable, problem });
  };

  const secrets = new Map<VariableName, FromFile>();
  const given = Object.fromEntries(
    variableNames.map((name) => [name, givenValue(environment, name, report, secrets)]),
  );
  const pem = readPem(given, report);
  for (const [one, other] of pairs) checkPair(given, one, other, report);
  check(given, report);
  const parsed = z.object(variables).safeParse(given);
  for (const name of new Set(parsed.error?.issues.map((issue) => issue.path[0]))) {
    const known = problems.some(({ variable }) => variable === `${String(name)}_FILE`);
    if (isVariable(name) && !known) report(name, expectation(name, given[name]));
  }
  if (!parsed.success || problems.length > 0) throw new ConfigurationError(problems);
  return { values: parsed.data, texts: { pem, secrets } };
}

type Given = Readonly<Partial<Record<string, string>>>;
type Report = (variable: string, problem: string) => undefined;

/** What stands in files, to be read again when it is needed again. */
interface Texts {
  readonly pem: Pem;
  readonly secrets: ReadonlyMap<VariableName, FromFile>;
}

function givenValue(
  environment: Environment,
  name: VariableName,
  report: Report,
  secrets: Map<VariableName, FromFile>,
) {
  const given = nonEmpty(environment[name]);
  if (documentationOf(name).secret !== true) return given;
  const file = nonEmpty(environment[`${name}_FILE`]);
  if (file === undefined) return given;
  if (given !== undefined) {
    report(name, `set either this or ${name}_FILE, not both`);
    return given;
  }
  const text = openText(`${name}_FILE`, file, report);
  if (text !== undefined) secrets.set(name, text);
  // Unreadable is not the same as not set: the empty text keeps it from being reported twice.
  return text?.() ?? '';
}

/** Compose files and charts set a variable to nothing where they mean not to set it. */
function nonEmpty(text: string | undefined): string | undefined {
  return text === '' ? undefined : text;
}

function expectation(name: VariableName, given: string | undefined): string {
  const { expected, secret } = documentationOf(name);
  const got = secret === true || given === undefined ? '' : `, got ${JSON.stringify(given)}`;
  return `expected ${expected}${got}`;
}

function isVariable(name: PropertyKey | undefined): name is VariableName {
  return typeof name === 'string' && Object.hasOwn(variables, name);
}

function openText(variable: string, path: string, report: Report): FromFile | undefined {
  try {
    return fromFile(path);
  } catch (error) {
    if (!(error instanceof UnreadableFile)) throw error;
    return report(variable, `expected the path of a readable file, got ${path} (${error.code})`);
  }
}

const serverVariables = ['KAFKA_BROKERS', 'REDIS_URL', 'SCHEMA_REGISTRY_URL'] as const;

function checkServers(given: Given, report: Report): void {
  const set = serverVariables.filter((name) => given[name] !== undefined);
  if (set.length === 0) return;
  checkToken(given, report);
  for (const name of serverVariables.filter((variable) => given[variable] === undefined)) {
    const others = `${set.join(' and ')} ${set.length === 1 ? 'is' : 'are'} set`;
    report(name, `missing, while ${others}: set all three, or none to run embedded`);
  }
}

function checkLogServers(given: Given, report: Report): void {
  checkToken(given, report);
  for (const name of ['KAFKA_BROKERS', 'SCHEMA_REGISTRY_URL'] as const) {
    if (given[name] === undefined) report(name, 'missing: the topics are read with it');
  }
}

function checkToken(given: Given, report: Report): void {
  const wants = given['KAFKA_SASL_MECHANISM'] === 'oauthbearer';
  const has = given['KAFKA_SASL_TOKEN_URL'] !== undefined;
  if (wants && !has) report('KAFKA_SASL_TOKEN_URL', 'missing: oauthbearer gets its tokens there');
  if (!wants && has) {
    report('KAFKA_SASL_TOKEN_URL', 'has no effect without KAFKA_SASL_MECHANISM=oauthbearer');
  }
}

/** Each is useless, or worse, without the other. */
const pairs = [
  ['KAFKA_SSL_CERT_FILE', 'KAFKA_SSL_KEY_FILE'],
  ['KAFKA_SASL_MECHANISM', 'KAFKA_SASL_USERNAME'],
  ['KAFKA_SASL_USERNAME', 'KAFKA_SASL_PASSWORD'],
  ['SCHEMA_REGISTRY_USERNAME', 'SCHEMA_REGISTRY_PASSWORD'],
  ['OIDC_ISSUER', 'OIDC_AUDIENCE'],
  ['OIDC_ISSUER', 'OIDC_CLIENT_ID'],
] as const satisfies readonly (readonly [VariableName, VariableName])[];

function checkPair(given: Given, one: VariableName, other: VariableName, report: Report): void {
  if ((given[one] === undefined) === (given[other] === undefined)) return;
  const [set, missing] = given[one] === undefined ? [other, one] : [one, other];
  report(missing, `missing, while ${set} is set: the two go together`);
}

type Pem = Readonly<Record<'collectorCa' | 'ca' | 'cert' | 'key', FromFile | undefined>>;

function readPem(given: Given, report: Report): Pem {
  const read = (name: VariableName) => {
    const path = given[name];
    if (path === undefined) return undefined;
    // Whoever names a certificate believes the line to be encrypted.
    if (given['KAFKA_SSL'] !== 'true') return report(name, 'has no effect without KAFKA_SSL=true');
    return openText(name, path, report);
  };
  const collectorCa = given['OTEL_EXPORTER_OTLP_CERTIFICATE'];
  return {
    collectorCa:
      collectorCa === undefined
        ? undefined
        : openText('OTEL_EXPORTER_OTLP_CERTIFICATE', collectorCa, report),
    ca: read('KAFKA_SSL_CA_FILE'),
    cert: read('KAFKA_SSL_CERT_FILE'),
    key: read('KAFKA_SSL_KEY_FILE'),
  };
}

function serversOf(values: Values, texts: Texts): Servers | undefined {
  const log = logServersOf(values, texts);
  const { REDIS_URL, REDIS_CLUSTER: cluster } = values;
  if (log === undefined || REDIS_URL === undefined) return undefined;
  const text = texts.secrets.get('REDIS_URL');
  const redis = {
    get url() {
      return text?.() ?? REDIS_URL;
    },
    cluster,
  };
  return { ...log, redis };
}

function logServersOf(values: Values, { pem, secrets }: Texts): LogServers | undefined {
  const { KAFKA_BROKERS, SCHEMA_REGISTRY_URL } = values;
  if (KAFKA_BROKERS === undefined || SCHEMA_REGISTRY_URL === undefined) return undefined;
  const { KAFKA_SASL_MECHANISM: mechanism, KAFKA_SASL_TOKEN_URL: url } = values;
  const login = loginOf(
    values.KAFKA_SASL_USERNAME,
    values.KAFKA_SASL_PASSWORD,
    secrets.get('KAFKA_SASL_PASSWORD'),
  );
  const token = url === undefined ? undefined : { url, scope: values.KAFKA_SASL_SCOPE };
  return {
    kafka: {
      brokers: KAFKA_BROKERS,
      clientId: values.KAFKA_CLIENT_ID,
      ssl: values.KAFKA_SSL ? tlsWith(pem) : undefined,
      sasl:
        mechanism === undefined || login === undefined ? undefined : { mechanism, login, token },
    },
    registry: {
      url: SCHEMA_REGISTRY_URL,
      login: loginOf(
        values.SCHEMA_REGISTRY_USERNAME,
        values.SCHEMA_REGISTRY_PASSWORD,
        secrets.get('SCHEMA_REGISTRY_PASSWORD'),
      ),
    },
  };
}

function oidcOf(values: Values): Oidc | undefined {
  const { OIDC_ISSUER: issuer, OIDC_AUDIENCE: audience, OIDC_CLIENT_ID: clientId } = values;
  if (issuer === undefined || audience === undefined || clientId === undefined) return undefined;
  const { OIDC_ROLES_CLAIM: rolesClaim, OIDC_FORCES_CLAIM: forcesClaim } = values;
  return { issuer, audience, clientId, rolesClaim, forcesClaim };
}

function tlsWith({ ca, cert, key }: Pem): NonNullable<KafkaServers['ssl']> {
  return {
    get ca() {
      return ca?.();
    },
    get client() {
      return cert === undefined || key === undefined ? undefined : { cert: cert(), key: key() };
    },
  };
}

function loginOf(
  username: string | undefined,
  password: string | undefined,
  text: FromFile | undefined,
): Login | undefined {
  if (username === undefined || password === undefined) return undefined;
  return {
    username,
    get password() {
      return text?.() ?? password;
    },
  };
}

/** The table of all variables for README.md, in Markdown. */
export function describeConfiguration(): string {
  const rows = variableNames.map((name) => {
    const { about, expected, example, secret, unset } = documentationOf(name);
    const variable = secret === true ? `\`${name}\` or \`${name}_FILE\`` : `\`${name}\``;
    const value: unknown = variables[name].parse(undefined);
    const standard = unset ?? (value === undefined ? '' : `\`${String(value)}\``);
    const sample = example.startsWith('(') ? example : `\`${example}\``;
    return [variable, about, expected, standard, sample].map((cell) => cell.replaceAll('|', '\\|'));
  });
  const lines = [
    ['variable', 'what it is', 'expected', 'if not set', 'example'],
    ['---', '---', '---', '---', '---'],
    ...rows,
  ];
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
