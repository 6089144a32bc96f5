import { SchemaUnavailable } from '@vigil/contracts/registry-client';
import { isRefusal } from '@vigil/event-log/kafka/failures';
import { WorkingSetUnavailable } from '@vigil/working-set/redis/errors';

/**
 * Whether a start failed because a server could not be reached: then it may be reached a little later,
 * and waiting is better than ending. What is refused, missing or unfit stays so until somebody mends it.
 */
export function isUnreachable(error: unknown): boolean {
  if (error instanceof WorkingSetUnavailable || error instanceof SchemaUnavailable) return true;
  return error instanceof Error && error.name.startsWith('KafkaJS') && !isRefusal(error);
}
