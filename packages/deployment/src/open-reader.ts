import { type Decoder, openDecoder } from '@vigil/contracts/codec';
import { registrySchemas } from '@vigil/contracts/schema-source';
import { topicNames } from '@vigil/contracts/topics';
import type { Policy } from '@vigil/domain/policy/policy';
import { openKafkaReader } from '@vigil/event-log/kafka/reader';
import type { LogReader } from '@vigil/event-log/reader';
import type { LogConfiguration } from '@vigil/service-kit/configuration';
import type { Logger } from '@vigil/service-kit/logging';
import { connectionTo, logThrough } from './kafka.ts';

/** The log of a deployment and what its records mean, for reading alone. */
export interface LogOpened {
  readonly reader: LogReader;
  readonly decoder: Decoder;
}

/**
 * Opens the log of a deployment for reading alone. The brokers see a client id of its own, for their
 * logs and quotas: the services' with `-replay` behind it.
 */
export async function openReader(
  { servers, topicPrefix }: LogConfiguration,
  policy: Pick<Policy, 'maxAhead'>,
  logger: Logger,
): Promise<LogOpened> {
  const { kafka, registry } = servers;
  const source = registrySchemas({ ...registry, register: false });
  const decoder = await openDecoder(source, topicNames(topicPrefix), policy);
  const connection = connectionTo({ ...kafka, clientId: `${kafka.clientId}-replay` });
  return { decoder, reader: openKafkaReader({ connection, log: logThrough(logger) }) };
}
