import type { Codec } from '@vigil/contracts/codec';
import { openCodec } from '@vigil/contracts/codec';
import { registrySchemas } from '@vigil/contracts/schema-source';
import { topicNames, wantedTopics } from '@vigil/contracts/topics';
import type { Duration } from '@vigil/domain/time/duration';
import { Kafka, logLevel } from 'kafkajs';
import type { ServerAddresses } from '../../servers/real-servers.ts';
import { until } from '../../servers/until.ts';

const topicsDeadlineMs = 30_000;

/** Topics that one contender has to itself for one run. */
export interface Stage {
  readonly servers: ServerAddresses;
  readonly name: string;
  readonly codec: Codec;
  readonly kafka: Kafka;
  readonly partitions: number;
  /** Deletes every topic of the stage, those that a contender made for itself too. */
  clear(): Promise<void>;
}

/**
 * Makes the topics of Vigil under a name of their own.
 *
 * @param stampedBy - who stamps the facts: the broker, as deployed, or the producer, who knows when a
 * fact of a history reached the log.
 */
export async function openStage(
  servers: ServerAddresses,
  name: string,
  partitions: number,
  stampedBy: 'broker' | 'producer',
): Promise<Stage> {
  const prefix = `${name}-`;
  const names = topicNames(prefix);
  const inputs: readonly string[] = Object.values(names.input);
  const kafka = new Kafka({
    brokers: servers.kafkaBrokers,
    clientId: 'benchmark',
    logLevel: logLevel.NOTHING,
  });
  const admin = kafka.admin();
  await admin.connect();
  const topics = wantedTopics(prefix, partitions, 1).map(({ name: topic, config }) => {
    const stamped = inputs.includes(topic) && stampedBy === 'producer';
    const settings = { ...config, ...(stamped && { 'message.timestamp.type': 'CreateTime' }) };
    const configEntries = Object.entries(settings).map(([key, value]) => ({ name: key, value }));
    return { topic, numPartitions: partitions, replicationFactor: 1, configEntries };
  });
  // Asked for right after its creation, a topic may not be known yet: kafkajs takes that for an error.
  await admin.createTopics({ topics, waitForLeaders: false });
  await until(() => admin.fetchTopicMetadata({ topics: topics.map(({ topic }) => topic) }), {
    what: `the topics of ${name}`,
    deadlineMs: topicsDeadlineMs,
  });
  const source = registrySchemas({ url: servers.registryUrl, register: true });
  const codec = await openCodec(source, names, { maxAhead: 300_000 as Duration });
  return {
    ...{ servers, name, codec, kafka, partitions },
    async clear() {
      const all = await admin.listTopics();
      await admin.deleteTopics({ topics: all.filter((topic) => topic.startsWith(prefix)) });
      await admin.disconnect();
    },
  };
}
