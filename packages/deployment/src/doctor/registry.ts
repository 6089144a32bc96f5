import { recordSchemas } from '@vigil/contracts/records';
import { type RegistryAddress, SchemaUnavailable } from '@vigil/contracts/registry-client';
import { registrySchemas } from '@vigil/contracts/schema-source';
import { type Finding, failing, messageOf, ok } from './finding.ts';

/** Whether the registry answers and has all schemas. */
export async function examineRegistry(registry: RegistryAddress): Promise<Finding[]> {
  const source = registrySchemas({ ...registry, register: false });
  const findings: Finding[] = [];
  for (const schema of recordSchemas.values()) {
    try {
      await source.idOf(schema);
    } catch (error) {
      if (error instanceof SchemaUnavailable) {
        const remedy = 'see that the registry runs, SCHEMA_REGISTRY_URL, and its login';
        return [failing('VIGIL_REGISTRY', messageOf(error), remedy)];
      }
      findings.push(failing('VIGIL_SCHEMA_MISSING', messageOf(error), 'run "vigil topics apply"'));
    }
  }
  if (findings.length > 0) return findings;
  return [ok('VIGIL_SCHEMAS', `the registry has all ${recordSchemas.size} schemas`)];
}
