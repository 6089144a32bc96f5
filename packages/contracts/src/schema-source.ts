import { type RecordSchema, recordSchemas } from './records.ts';
import { type RegistryAddress, registryClient } from './registry-client.ts';

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

/** The registry does not know a schema of this version; `vigil topics apply` registers it. */
export class SchemaMissing extends Error {
  override readonly name = 'SchemaMissing';
  readonly code = 'VIGIL_SCHEMA_MISSING';
}

/** Ids for the embedded mode: the position of the record among the schemas, nothing outside this process. */
export function embeddedSchemas(): SchemaSource {
  const all = [...recordSchemas.values()];
  return {
    idOf: async (schema) => all.indexOf(schema) + 1,
    textOf: async (id) => all[id - 1]?.text,
  };
}

export interface RegistryOptions extends RegistryAddress {
  /** Registers schemas that are not there; otherwise a missing one is an error. */
  readonly register: boolean;
}

/** Registries count ids up to here; the four bytes on the wire could hold more. */
const highestId = 0x7fff_ffff;

/**
 * Schemas in a registry, one subject a record (its record-name strategy), BACKWARD_TRANSITIVE: the
 * newest version reads what any older one wrote.
 */
export function registrySchemas({ register, ...address }: RegistryOptions): SchemaSource {
  const registry = registryClient(address);
  return {
    async idOf({ fullName, text }) {
      const known = await registry.idOf(fullName, text);
      if (known !== undefined) return known;
      if (!register) {
        const remedy = 'run "vigil topics apply", or set VIGIL_REGISTER_SCHEMAS=true';
        throw new SchemaMissing(`the registry does not have ${fullName}: ${remedy}`);
      }
      // Before the first version, so that no version is ever taken unchecked.
      await registry.makeBackwardTransitive(fullName);
      return registry.register(fullName, text);
    },
    async textOf(id) {
      return id > highestId ? undefined : registry.schemaOf(id);
    },
  };
}
