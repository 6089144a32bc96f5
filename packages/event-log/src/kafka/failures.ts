import { EventLogError } from '../errors.ts';
import { Fenced } from '../port.ts';

/**
 * The protocol error that a failure of kafkajs comes from: kafkajs wraps errors in errors, and knows
 * codes newer than itself only as a number in the message.
 *
 * @returns the name of the error code, or the number as text; `undefined` for other failures.
 */
export function protocolError(error: unknown): string | undefined {
  let cause = error;
  for (let depth = 0; depth < 6 && cause instanceof Error; depth += 1) {
    if ('type' in cause && typeof cause.type === 'string') {
      const unknown = /Unknown error code (\d+)/.exec(cause.message)?.[1];
      return unknown ?? cause.type;
    }
    cause = cause.cause;
  }
  return undefined;
}

/** Another producer with the same transactional id has begun; 90 is PRODUCER_FENCED. */
const fencing = new Set(['INVALID_PRODUCER_EPOCH', 'INVALID_PRODUCER_ID_MAPPING', '90']);

/** The broker said no and will say no again. */
const refusals = new Set([
  'MESSAGE_TOO_LARGE',
  'RECORD_LIST_TOO_LARGE',
  'INVALID_RECORD',
  'INVALID_TIMESTAMP',
  'UNKNOWN_TOPIC_OR_PARTITION',
  'TOPIC_AUTHORIZATION_FAILED',
  'TRANSACTIONAL_ID_AUTHORIZATION_FAILED',
  'CLUSTER_AUTHORIZATION_FAILED',
  'GROUP_AUTHORIZATION_FAILED',
  'INVALID_TRANSACTION_TIMEOUT',
  'INVALID_SESSION_TIMEOUT',
  'INVALID_GROUP_ID',
  'UNSUPPORTED_VERSION',
  'UNSUPPORTED_FOR_MESSAGE_FORMAT',
  'UNSUPPORTED_COMPRESSION_TYPE',
  'SASL_AUTHENTICATION_FAILED',
]);

/** Whether a later owner has fenced this producer off. */
export function isFencing(error: unknown): boolean {
  return fencing.has(protocolError(error) ?? '');
}

/** Whether trying again cannot help. */
export function isRefusal(error: unknown): boolean {
  if (refusals.has(protocolError(error) ?? '')) return true;
  let cause = error;
  for (let depth = 0; depth < 6 && cause instanceof Error; depth += 1) {
    if (cause.name === 'KafkaJSNotImplemented') return true;
    if (cause.name === 'KafkaJSSASLAuthenticationError') return !cutShort.test(cause.message);
    cause = cause.cause;
  }
  return false;
}

/** kafkajs calls every login that did not end well refused, and says only in words what ended it. */
const cutShort = /\bconnect(ion|ed)?\b|\btimed out\b/i;

/** A failure to reach a topic in words of the port; others stay as they are. */
export function topicFailure(error: unknown, topic: string): unknown {
  if (protocolError(error) === 'UNKNOWN_TOPIC_OR_PARTITION') {
    return new EventLogError('unknown-topic', `There is no topic ${topic}.`, { cause: error });
  }
  if (isRefusal(error)) {
    return new EventLogError('refused', `Topic ${topic} cannot be used.`, { cause: error });
  }
  return error;
}

/** A fenced publisher in words of the port. */
export function fenced(name: string, cause: unknown): Fenced {
  return new Fenced(`${name} has another owner now, or its transaction ran out of time.`, {
    cause,
  });
}
