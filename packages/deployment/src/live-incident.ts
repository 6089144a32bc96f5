import { topicNames } from '@vigil/contracts/topics';
import type { Fact, IncidentId } from '@vigil/domain/facts/fact';
import { retired } from '@vigil/engine/incident-record';
import { deserialise } from '@vigil/engine/stored-incident';
import { partitionOf } from '@vigil/event-log/partitioner';
import type { Configuration, Servers } from '@vigil/service-kit/configuration';
import { createLogger } from '@vigil/service-kit/logging';
import { openRedisWorkingSet } from '@vigil/working-set/redis/working-set';
import { openLog } from './connect.ts';

/**
 * The facts that the running services hold of an incident.
 *
 * @returns none when they hold none, `retired` when they let it go because it was long over.
 * @throws the error of whichever server cannot be asked.
 */
export async function liveFacts(
  incident: IncidentId,
  configuration: Configuration,
  servers: Servers,
): Promise<readonly Fact[] | typeof retired> {
  const { deployment, topicPrefix, logLevel } = configuration;
  const log = openLog(
    configuration,
    servers,
    createLogger({ service: 'explain', level: logLevel }),
  );
  const workingSet = await openRedisWorkingSet(servers.redis);
  try {
    const partitions = await log.partitions(topicNames(topicPrefix).input['incident-created']);
    const shard = { deployment, partition: partitionOf(incident, partitions) };
    const stored = (await workingSet.incidents(shard, [incident])).get(incident);
    if (stored === undefined) return [];
    if (stored.record === retired) return retired;
    return deserialise(incident, stored.record).facts.map(({ fact }) => fact);
  } finally {
    await workingSet.close();
    await log.close();
  }
}
