import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';

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
  /** Sets how later versions of a subject must fit earlier ones. */
  setCompatibility(subject: string, level: Compatibility): Promise<void>;
  /** Registers a schema and returns its id. @throws SchemaIncompatible when it does not fit. */
  register(subject: string, schema: string): Promise<number>;
  /** The text of the schema with that id; `undefined` when there is none. */
  schemaOf(id: number): Promise<string | undefined>;
}

export type Compatibility = 'BACKWARD' | 'BACKWARD_TRANSITIVE' | 'FULL_TRANSITIVE' | 'NONE';

/** The bounds of a request. */
export interface RegistryLimits {
  readonly attempts: number;
  /** Milliseconds until the second attempt; until each next twice as long. */
  readonly firstPauseMs: number;
  /** Milliseconds that an answer may take. */
  readonly requestMs: number;
}

const usualLimits: RegistryLimits = { attempts: 4, firstPauseMs: 100, requestMs: 5_000 };

const withId = z.object({ id: z.int() });
const withSchema = z.object({ schema: z.string() });
const refusal = z.object({ error_code: z.int(), message: z.string().optional() });

/** The API's own "there is no such subject", "version" and "schema"; any other 404 is another server. */
const notThere = new Set([40_401, 40_402, 40_403]);

/**
 * A client for the registry. The one made for kafkajs reports a registry that cannot be reached as a
 * bad request, and waits for a silent one without end: a fact is a matter of neither.
 */
export function registryClient(
  address: RegistryAddress,
  limits: RegistryLimits = usualLimits,
): RegistryClient {
  const at = (...path: string[]): string =>
    [address.url.replace(/\/+$/, ''), ...path.map(encodeURIComponent)].join('/');
  const ask = (method: string, url: string, body?: object): Promise<Answer> =>
    askPatiently(limits, () => askOnce(address, limits, { method, url, body }), method);

  return {
    async idOf(subject, schema) {
      const what = `look ${subject} up`;
      const answer = await ask('POST', at('subjects', subject), { schema });
      return answer.outcome === 'not-there' ? undefined : read(withId, answer, what).id;
    },
    async setCompatibility(subject, compatibility) {
      const answer = await ask('PUT', at('config', subject), { compatibility });
      read(z.unknown(), answer, `set the compatibility of ${subject}`);
    },
    async register(subject, schema) {
      const answer = await ask('POST', at('subjects', subject, 'versions'), { schema });
      if (answer.outcome === 'refused' && answer.status === 409) {
        throw new SchemaIncompatible(
          `${subject} cannot read what its older versions wrote: ${answer.message}; ` +
            'give what is new a default, and keep what has none',
        );
      }
      return read(withId, answer, `register ${subject}`).id;
    },
    async schemaOf(id) {
      const answer = await ask('GET', at('schemas', 'ids', String(id)));
      if (answer.outcome === 'not-there') return undefined;
      return read(withSchema, answer, `read schema ${id}`).schema;
    },
  };
}

type Answer =
  | { readonly outcome: 'given'; readonly body: unknown }
  | { readonly outcome: 'not-there' }
  | { readonly outcome: 'refused'; readonly status: number; readonly message: string }
  | { readonly outcome: 'none'; readonly cause: unknown };

function read<T>(schema: z.ZodType<T>, answer: Answer, what: string): T {
  const remedy = 'check SCHEMA_REGISTRY_URL, the login and the registry';
  switch (answer.outcome) {
    case 'given': {
      const body = schema.safeParse(answer.body);
      if (body.success) return body.data;
      throw new SchemaUnavailable(`could not ${what}: not the answer of a registry; ${remedy}`);
    }
    case 'not-there':
      throw new SchemaUnavailable(`could not ${what}: it is not there; ${remedy}`);
    case 'refused': {
      const why = `status ${answer.status}, ${answer.message}`;
      throw new SchemaUnavailable(`could not ${what}: ${why}; ${remedy}`);
    }
    case 'none': {
      const { cause } = answer;
      throw new SchemaUnavailable(`could not ${what}: no answer; ${remedy}`, { cause });
    }
  }
}

/** Asks again where that may help: no answer, an overloaded server, or two that write at once. */
async function askPatiently(
  { attempts, firstPauseMs }: RegistryLimits,
  ask: () => Promise<Answer>,
  method: string,
): Promise<Answer> {
  for (let attempt = 1; ; attempt++) {
    const answer = await ask();
    if (attempt === attempts || !mayPass(answer, method)) return answer;
    await delay(firstPauseMs * 2 ** (attempt - 1));
  }
}

function mayPass(answer: Answer, method: string): boolean {
  if (answer.outcome === 'none') return true;
  if (answer.outcome !== 'refused') return false;
  const { status } = answer;
  // A conflict over a schema is an answer; over a setting, another instance is at it.
  return status >= 500 || status === 408 || status === 429 || (status === 409 && method === 'PUT');
}

interface Request {
  readonly method: string;
  readonly url: string;
  readonly body: object | undefined;
}

async function askOnce(
  { login }: RegistryAddress,
  { requestMs }: RegistryLimits,
  { method, url, body }: Request,
): Promise<Answer> {
  const mediaType = 'application/vnd.schemaregistry.v1+json';
  try {
    const response = await fetch(url, {
      method,
      headers: {
        accept: `${mediaType}, application/json`,
        'content-type': mediaType,
        ...(login === undefined ? {} : { authorization: basic(login) }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(requestMs),
    });
    const text = await response.text();
    return response.ok ? given(text) : refused(response.status, text);
  } catch (cause) {
    return { outcome: 'none', cause };
  }
}

function basic({ username, password }: NonNullable<RegistryAddress['login']>): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}

function given(text: string): Answer {
  return { outcome: 'given', body: parse(text) };
}

function refused(status: number, text: string): Answer {
  const { data } = refusal.safeParse(parse(text));
  if (status === 404 && data !== undefined && notThere.has(data.error_code)) {
    return { outcome: 'not-there' };
  }
  return { outcome: 'refused', status, message: data?.message ?? 'without a reason' };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
