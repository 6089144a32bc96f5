/** The configuration and the services' log in the event log's terms. */

import { bearerLogin } from '@vigil/event-log/kafka/bearer-login';
import type { KafkaConnection } from '@vigil/event-log/kafka/connection';
import type { Log } from '@vigil/event-log/logger';
import type { KafkaLogin, KafkaServers } from '@vigil/service-kit/configuration';
import type { Fields, Logger } from '@vigil/service-kit/logging';
import { tokensFrom } from './kafka-tokens.ts';

/**
 * How to reach the brokers that are configured. Secrets and certificates stay behind getters: kafkajs
 * asks for them at each new connection, and so gets what stands in their files then.
 */
export function connectionTo({ brokers, clientId, ssl, sasl }: KafkaServers): KafkaConnection {
  return {
    brokers,
    clientId,
    ...(ssl === undefined ? {} : { ssl: tlsOptions(ssl) }),
    ...(sasl === undefined ? {} : { sasl: loginTo(sasl) }),
  };
}

function tlsOptions(ssl: NonNullable<KafkaServers['ssl']>): NonNullable<KafkaConnection['ssl']> {
  return {
    get ca() {
      return ssl.ca;
    },
    get cert() {
      return ssl.client?.cert;
    },
    get key() {
      return ssl.client?.key;
    },
  };
}

function loginTo(sasl: KafkaLogin): NonNullable<KafkaConnection['sasl']> {
  const { mechanism, login, token } = sasl;
  if (mechanism === 'oauthbearer') {
    if (token === undefined) throw new TypeError('a token endpoint that was checked is not there');
    return bearerLogin(tokensFrom({ ...token, client: login }));
  }
  const user = {
    username: login.username,
    get password() {
      return login.password;
    },
  };
  // One after the other, as the types of kafkajs tell the three apart.
  if (mechanism === 'plain') return Object.assign(user, { mechanism });
  if (mechanism === 'scram-sha-256') return Object.assign(user, { mechanism });
  return Object.assign(user, { mechanism });
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
