import type { Right } from '@vigil/contracts/rights';
import kafkajs, { type AclEntry } from 'kafkajs';

const { AclOperationTypes, AclPermissionTypes, AclResourceTypes, ResourcePatternTypes } = kafkajs;

const resources = {
  topic: AclResourceTypes.TOPIC,
  group: AclResourceTypes.GROUP,
  'transactional-id': AclResourceTypes.TRANSACTIONAL_ID,
} as const;
const patterns = {
  literal: ResourcePatternTypes.LITERAL,
  prefixed: ResourcePatternTypes.PREFIXED,
} as const;
const operationTypes = {
  Read: AclOperationTypes.READ,
  Write: AclOperationTypes.WRITE,
  Describe: AclOperationTypes.DESCRIBE,
  DescribeConfigs: AclOperationTypes.DESCRIBE_CONFIGS,
} as const;

/** The right as Kafka takes it, an entry for each operation. */
export const entriesOf = (
  user: string,
  { resource, name, pattern, operations }: Right,
): AclEntry[] =>
  operations.map((operation) => ({
    resourceType: resources[resource],
    resourceName: name,
    resourcePatternType: patterns[pattern],
    principal: `User:${user}`,
    host: '*',
    operation: operationTypes[operation],
    permissionType: AclPermissionTypes.ALLOW,
  }));

/** Each right with each of its operations alone. */
export const singly = (rights: readonly Right[]): Right[] =>
  rights.flatMap((right) =>
    right.operations.map((operation) => ({ ...right, operations: [operation] })),
  );
