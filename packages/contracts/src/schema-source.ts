import { COMPATIBILITY, SchemaRegistry, SchemaType } from '@kafkajs/confluent-schema-registry';
import { type RecordSchema, recordSchemas } from './records.ts';

/** Gives schemas their ids and ids their schemas; the wire format carries only the id. */
export interface SchemaSource {
  /** @throws SchemaUnavailable when it cannot be asked; SchemaMissing when it does not know it. */
  idOf(schema: RecordSchema): Promise<number>;
  /**
   * The text of the schema with that id; none when there is none.
   * @throws SchemaUnavailable when it cannot be asked.
   */
  textOf(id: number): Promise<string | undefined>;
}

/** The registry does not answer, or not as it should; trying again may help. */
export class SchemaUnavailable extends Error {
  override readonly name = 'SchemaUnavailable';
  readonly code = 'VIGIL_REGISTRY_UNAVAILABLE';
}

/** The registry does not know a schema of this version; `vigil topics apply` registers it. */
export class SchemaMissing extends Error {
  override readonly name = 'SchemaMissing';
  readonly code = 'VIGIL_SCHEMA_MISSING';
}

/** A registry may not take the schema: it cannot read what older versions wrote. */
export class SchemaIncompatible extends Error {
  override readonly name = 'SchemaIncompatible';
  readonly code = 'VIGIL_SCHEMA_INCOMPATIBLE';
}

/** Ids for the embedded mode: the position of the record among the schemas, nothing outside this process. */
export function embeddedSchemas(): SchemaSource {
  const all = [...recordSchemas.values()];
  return {
    idOf: async (schema) => all.indexOf(schema) + 1,
    textOf: async (id) => all[id - 1]?.text,
  };
}

export interface RegistryOptions {
  /** The root of an API compatible with Confluent's. */
  readonly url: string;
  readonly login?: { readonly username: string; readonly password: string } | undefined;
  /** Registers schemas that are not there; otherwise a missing one is an error. */
  readonly register: boolean;
}

/** Schemas in a registry, one subject a record (its record-name strategy), BACKWARD_TRANSITIVE. */
export function registrySchemas({ url, login, register }: RegistryOptions): SchemaSource {
  const registry = new SchemaRegistry({
    host: url,
    ...(login === undefined ? {} : { auth: login }),
    retry: { retries: 3, initialRetryTimeInSecs: 0.1, maxRetryTimeInSecs: 2 },
  });
  return {
    async idOf({ fullName, text }) {
      const schema = { type: SchemaType.AVRO, schema: text } as const;
      try {
        return await registry.getRegistryIdBySchema(fullName, schema);
      } catch (error) {
        if (statusOf(error) !== 404) throw failure(`look ${fullName} up`, error);
        if (!register) {
          const remedy = 'run "vigil topics apply", or set VIGIL_REGISTER_SCHEMAS=true';
          throw new SchemaMissing(`the registry does not have ${fullName}: ${remedy}`);
        }
      }
      await setCompatibility(url, login, fullName);
      try {
        const options = { subject: fullName, compatibility: COMPATIBILITY.BACKWARD_TRANSITIVE };
        return (await registry.register(schema, options)).id;
      } catch (error) {
        if (statusOf(error) === 409) {
          throw new SchemaIncompatible(
            `${fullName} cannot read what older versions wrote: ${messageOf(error)}`,
          );
        }
        throw failure(`register ${fullName}`, error);
      }
    },
    async textOf(id) {
      try {
        return JSON.stringify(await registry.getSchema(id));
      } catch (error) {
        const status = statusOf(error);
        if (status === 404 || status === 400) return undefined;
        throw failure(`read schema ${id}`, error);
      }
    },
  };
}

/** Set before the first version is registered: the client sets it after, and only where none is set. */
async function setCompatibility(
  url: string,
  login: RegistryOptions['login'],
  subject: string,
): Promise<void> {
  const authorization =
    login === undefined
      ? {}
      : { authorization: `Basic ${btoa(`${login.username}:${login.password}`)}` };
  const address = `${url.replace(/\/+$/, '')}/config/${encodeURIComponent(subject)}`;
  for (let attempt = 1; ; attempt++) {
    const response = await fetch(address, {
      method: 'PUT',
      headers: { 'content-type': 'application/vnd.schemaregistry.v1+json', ...authorization },
      body: JSON.stringify({ compatibility: COMPATIBILITY.BACKWARD_TRANSITIVE }),
    }).catch((error: unknown) => {
      throw failure(`set the compatibility of ${subject}`, error);
    });
    if (response.ok) return;
    // Another instance is setting it at this moment.
    if (response.status === 409 && attempt < 5) continue;
    throw new SchemaUnavailable(
      `the registry refused the compatibility of ${subject}: ${response.status}`,
    );
  }
}

function failure(attempt: string, error: unknown): SchemaUnavailable {
  const status = statusOf(error);
  const how = status === undefined ? messageOf(error) : `status ${status}`;
  return new SchemaUnavailable(`could not ${attempt}: ${how}; check SCHEMA_REGISTRY_URL`, {
    cause: error,
  });
}

function statusOf(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('status' in error)) return undefined;
  return typeof error.status === 'number' ? error.status : undefined;
}

const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);
