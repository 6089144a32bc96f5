import kafkajs, { type Admin } from 'kafkajs';
import { EventLogError } from '../errors.ts';

/** A topic as it should be, or as it is. */
export interface TopicPlan {
  readonly name: string;
  readonly partitions: number;
  readonly replicationFactor: number;
  /** Settings such as `cleanup.policy`; those that are not named are the brokers' own. */
  readonly config: Readonly<Record<string, string>>;
}

/** A topic as the brokers have it, with every setting. `undefined` for one that does not exist. */
export type DescribedTopic = TopicPlan | undefined;

/**
 * Looks topics up.
 *
 * @returns one entry a name, in the order asked.
 */
export async function describeTopics(
  admin: Admin,
  names: readonly string[],
): Promise<Map<string, DescribedTopic>> {
  const existing = new Set(await admin.listTopics());
  const found = names.filter((name) => existing.has(name));
  const described = new Map<string, DescribedTopic>(names.map((name) => [name, undefined]));
  if (found.length === 0) return described;
  const { topics } = await admin.fetchTopicMetadata({ topics: found });
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: found.map((name) => ({ type: kafkajs.ConfigResourceTypes.TOPIC, name })),
  });
  for (const { name, partitions } of topics) {
    const settings =
      resources.find(({ resourceName }) => resourceName === name)?.configEntries ?? [];
    described.set(name, {
      name,
      partitions: partitions.length,
      replicationFactor: Math.min(...partitions.map(({ replicas }) => replicas.length)),
      config: Object.fromEntries(
        settings.map(({ configName, configValue }) => [configName, configValue]),
      ),
    });
  }
  return described;
}

/** What was done to make a topic as planned. */
export interface TopicChange {
  readonly name: string;
  readonly did: 'created' | 'configured' | 'nothing';
  /** What stays different, in words: partitions are never changed, for keys would change theirs. */
  readonly differs: readonly string[];
}

/**
 * Makes topics that are missing and sets the settings that differ. Partitions and replicas of a topic
 * that is there are left alone, and said to differ.
 *
 * @throws EventLogError `topics-refused` with the brokers' reason.
 */
export async function ensureTopics(
  admin: Admin,
  plan: readonly TopicPlan[],
): Promise<TopicChange[]> {
  const existing = await describeTopics(
    admin,
    plan.map(({ name }) => name),
  );
  const missing = plan.filter(({ name }) => existing.get(name) === undefined);
  try {
    if (missing.length > 0) {
      await admin.createTopics({
        waitForLeaders: true,
        topics: missing.map(({ name, partitions, replicationFactor, config }) => ({
          topic: name,
          numPartitions: partitions,
          replicationFactor,
          configEntries: entriesOf(config),
        })),
      });
    }
    const changes: TopicChange[] = [];
    for (const topic of plan) changes.push(await adjust(admin, topic, existing.get(topic.name)));
    return changes;
  } catch (error) {
    throw new EventLogError('topics-refused', `The brokers refuse: ${reasonOf(error)}.`, {
      cause: error,
    });
  }
}

async function adjust(admin: Admin, wanted: TopicPlan, is: DescribedTopic): Promise<TopicChange> {
  const { name } = wanted;
  if (is === undefined) return { name, did: 'created', differs: [] };
  const differs = differencesOf(wanted, is).filter(({ setting }) => !setting);
  const settings = differencesOf(wanted, is).filter(({ setting }) => setting);
  if (settings.length > 0) {
    // This request replaces all settings of the topic: those that were set before are sent along.
    await admin.alterConfigs({
      validateOnly: false,
      resources: [
        {
          type: kafkajs.ConfigResourceTypes.TOPIC,
          name,
          configEntries: entriesOf({ ...(await setOn(admin, name)), ...wanted.config }),
        },
      ],
    });
  }
  return {
    name,
    did: settings.length > 0 ? 'configured' : 'nothing',
    differs: differs.map(({ text }) => text),
  };
}

/** The settings that were set on the topic itself. */
async function setOn(admin: Admin, name: string): Promise<Record<string, string>> {
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: [{ type: kafkajs.ConfigResourceTypes.TOPIC, name }],
  });
  const own = (resources[0]?.configEntries ?? []).filter(
    ({ configSource }) => configSource === kafkajs.ConfigSource.TOPIC_CONFIG,
  );
  return Object.fromEntries(own.map(({ configName, configValue }) => [configName, configValue]));
}

/**
 * Compares a topic with its plan.
 *
 * @returns each difference in words; `setting` tells those that can be changed without harm.
 */
export function differencesOf(
  wanted: TopicPlan,
  is: TopicPlan,
): { readonly text: string; readonly setting: boolean }[] {
  const differences: { text: string; setting: boolean }[] = [];
  const compare = (
    what: string,
    want: number | string,
    have: number | string,
    setting: boolean,
  ) => {
    if (want !== have) differences.push({ text: `${what} is ${have}, planned ${want}`, setting });
  };
  compare('partitions', wanted.partitions, is.partitions, false);
  compare('replicationFactor', wanted.replicationFactor, is.replicationFactor, false);
  for (const [name, value] of Object.entries(wanted.config)) {
    compare(name, value, is.config[name] ?? 'not set', true);
  }
  return differences;
}

function entriesOf(config: Readonly<Record<string, string>>): { name: string; value: string }[] {
  return Object.entries(config).map(([name, value]) => ({ name, value }));
}

function reasonOf(error: unknown): string {
  if (error instanceof Error && 'errors' in error && Array.isArray(error.errors)) {
    return error.errors.map(reasonOf).join('; ');
  }
  const topic =
    error instanceof Error && 'topic' in error && typeof error.topic === 'string'
      ? `${error.topic}: `
      : '';
  return topic + (error instanceof Error ? error.message : String(error));
}
