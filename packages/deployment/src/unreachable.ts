import { SchemaUnavailable } from '@vigil/contracts/registry-client';
import { isRefusal } from '@vigil/event-log/kafka/failures';
import { WorkingSetRefused, WorkingSetUnavailable } from '@vigil/working-set/redis/errors';
import { NoToken } from './kafka-tokens.ts';

/**
 * Whether a start failed because a server could not be reached: then it may be reached a little later,
 * and waiting is better than ending; the same holds for a Redis that says that it will, or has no room.
 * What is refused, missing or unfit stays so until the configuration is mended.
 */
export function isUnreachable(error: unknown): boolean {
  if (error instanceof WorkingSetUnavailable || error instanceof SchemaUnavailable) return true;
  if (error instanceof NoToken) return !error.refused;
  if (error instanceof WorkingSetRefused) return passing.has(error.code);
  return error instanceof Error && error.name.startsWith('KafkaJS') && !isRefusal(error);
}

/** What Redis says of itself that is over when it has recovered, without any change here. */
const passing = new Set<WorkingSetRefused['code']>([
  'VIGIL_REDIS_LOADING',
  'VIGIL_REDIS_BUSY',
  'VIGIL_REDIS_CANNOT_SAVE',
  'VIGIL_REDIS_OUT_OF_MEMORY',
  'VIGIL_REDIS_NO_REPLICAS',
  'VIGIL_REDIS_CLUSTER_DOWN',
]);
