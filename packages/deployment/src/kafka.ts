/** The configuration and the services' log in the event log's terms. */
import type { KafkaConnection } from '@vigil/event-log/kafka/connection';
import type { Log } from '@vigil/event-log/logger';
import type { KafkaServers } from '@vigil/service-kit/configuration';
import type { Fields, Logger } from '@vigil/service-kit/logging';

/** How to reach the brokers that are configured. */
export function connectionTo({ brokers, clientId, ssl, sasl }: KafkaServers): KafkaConnection {
  return {
    brokers,
    clientId,
    ...(ssl === undefined
      ? {}
      : {
          ssl: {
            ...(ssl.ca === undefined ? {} : { ca: [ssl.ca] }),
            ...(ssl.client ?? {}),
          },
        }),
    ...(sasl === undefined ? {} : { sasl }),
  };
}

/** The event log names its fields freely; the services' log takes those it knows. */
export function logThrough(logger: Logger): Log {
  return (level, message, fields) => {
    const { topic, partition, group, error, code } = fields;
    const known: Fields = {
      ...(typeof topic === 'string' ? { topic } : {}),
      ...(typeof partition === 'number' ? { partition } : {}),
      ...(typeof group === 'string' ? { group } : {}),
      ...(typeof error === 'string' ? { reason: code === undefined ? error : String(code) } : {}),
    };
    logger[level](message, known);
  };
}
