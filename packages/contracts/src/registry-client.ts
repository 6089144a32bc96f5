import { COMPATIBILITY, SchemaRegistry, SchemaType } from '@kafkajs/confluent-schema-registry';

/** Where a registry answers, by an API compatible with Confluent's. */
export interface RegistryAddress {
  /** The root of the API. */
  readonly url: string;
  readonly login?: { readonly username: string; readonly password: string } | undefined;
}

/** The registry does not answer, or not as it should; trying again may help. */
export class SchemaUnavailable extends Error {
  override readonly name = 'SchemaUnavailable';
  readonly code = 'VIGIL_REGISTRY_UNAVAILABLE';
}

/** The registry refuses a schema: it cannot read what older versions wrote. */
export class SchemaIncompatible extends Error {
  override readonly name = 'SchemaIncompatible';
  readonly code = 'VIGIL_SCHEMA_INCOMPATIBLE';
}

/** The four requests that Vigil makes. All throw {@link SchemaUnavailable} when there is no good answer. */
export interface RegistryClient {
  /** The id of a schema under a subject; `undefined` when it is not there. */
  idOf(subject: string, schema: string): Promise<number | undefined>;
  /** Sets that later versions of a subject must read all earlier ones. */
  makeBackwardTransitive(subject: string): Promise<void>;
  /** Registers a schema and returns its id. @throws SchemaIncompatible when it does not fit. */
  register(subject: string, schema: string): Promise<number>;
  /** The text of the schema with that id; `undefined` when there is none. */
  schemaOf(id: number): Promise<string | undefined>;
}

/** The bounds of a request. */
export interface RegistryLimits {
  /** Times a look-up is tried again. */
  readonly retries: number;
  /** Milliseconds until the second attempt; until each next about twice as long. */
  readonly firstPauseMs: number;
  /** Milliseconds that an answer may take. */
  readonly requestMs: number;
}

const usualLimits: RegistryLimits = { retries: 3, firstPauseMs: 100, requestMs: 5_000 };

/**
 * A client for the registry: the one made for kafkajs, with what it leaves out. It waits without end,
 * so a limit is set; it reports a registry that cannot be reached as a bad request, so its errors are
 * told apart here: while the registry is away no fact may look unreadable.
 */
export function registryClient(
  { url, login }: RegistryAddress,
  limits: RegistryLimits = usualLimits,
): RegistryClient {
  const registry = new SchemaRegistry({
    host: url.replace(/\/+$/, ''),
    retry: { retries: limits.retries, initialRetryTimeInSecs: limits.firstPauseMs / 1_000 },
    middlewares: [
      () => ({
        prepareRequest: async (next) =>
          // A password may be another by now: it is asked for at each request.
          (await next()).enhance({ timeout: limits.requestMs, headers: authorization(login) }),
        response: (next) => next(),
      }),
    ],
  });
  return {
    async idOf(subject, schema) {
      try {
        return idIn(await registry.getRegistryIdBySchema(subject, avro(schema)));
      } catch (error) {
        if (isNotThere(error)) return undefined;
        throw unavailable(`look ${subject} up`, error);
      }
    },
    makeBackwardTransitive: (subject) => putCompatibility({ url, login }, limits, subject),
    async register(subject, schema) {
      const compatibility = COMPATIBILITY.BACKWARD_TRANSITIVE;
      try {
        return idIn((await registry.register(avro(schema), { subject, compatibility })).id);
      } catch (error) {
        if (statusOf(error) !== 409) throw unavailable(`register ${subject}`, error);
        throw new SchemaIncompatible(
          `${subject} cannot read what its older versions wrote: ${messageOf(error)}; ` +
            'give what is new a default, and keep what has none',
        );
      }
    },
    async schemaOf(id) {
      try {
        return JSON.stringify(await registry.getSchema(id));
      } catch (error) {
        if (isNotThere(error)) return undefined;
        throw unavailable(`read schema ${id}`, error);
      }
    },
  };
}

const avro = (schema: string) => ({ type: SchemaType.AVRO, schema }) as const;

/** The client takes whatever answered for a registry. */
function idIn(id: unknown): number {
  if (typeof id === 'number' && Number.isInteger(id)) return id;
  throw new TypeError('not the answer of a registry');
}

/** The client sets the compatibility of a subject only after its first version; here it comes before. */
async function putCompatibility(
  { url, login }: RegistryAddress,
  { requestMs, retries }: RegistryLimits,
  subject: string,
): Promise<void> {
  const address = `${url.replace(/\/+$/, '')}/config/${encodeURIComponent(subject)}`;
  const what = `set the compatibility of ${subject}`;
  for (let attempt = 0; ; attempt++) {
    const response = await fetch(address, {
      method: 'PUT',
      headers: {
        'content-type': 'application/vnd.schemaregistry.v1+json',
        ...authorization(login),
      },
      body: JSON.stringify({ compatibility: COMPATIBILITY.BACKWARD_TRANSITIVE }),
      signal: AbortSignal.timeout(requestMs),
    }).catch((error: unknown) => {
      throw unavailable(what, error);
    });
    if (response.ok) return;
    // Another instance sets it at this moment.
    if (response.status === 409 && attempt < retries) continue;
    throw unavailable(what, new Error(`status ${response.status}`));
  }
}

function authorization(login: RegistryAddress['login']): Record<string, string> {
  if (login === undefined) return {};
  const { username, password } = login;
  const basic = Buffer.from(`${username}:${password}`).toString('base64');
  return { authorization: `Basic ${basic}` };
}

/** How the client words an answer that has no message of a registry's: another server, or none at all. */
const notARegistry = /- Error, status \d+/;

/** The registry itself says that it has no such subject, version or schema. */
function isNotThere(error: unknown): boolean {
  if (!(error instanceof Error) || notARegistry.test(error.message)) return false;
  // Looking an id up, the client turns a 404, and nothing else, into this error, without its status.
  return statusOf(error) === 404 || error.name === 'ConfluentSchemaRegistryError';
}

function unavailable(attempt: string, error: unknown): SchemaUnavailable {
  const remedy = 'check SCHEMA_REGISTRY_URL, the login and the registry';
  return new SchemaUnavailable(`could not ${attempt}: ${messageOf(error)}; ${remedy}`, {
    cause: error,
  });
}

function statusOf(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('status' in error)) return undefined;
  return typeof error.status === 'number' ? error.status : undefined;
}

const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);
