import { type InputTopic, inputTopics } from '@vigil/domain/facts/fact';

/** The log's names of the topics. */
export interface TopicNames {
  readonly input: Readonly<Record<InputTopic, string>>;
  readonly alerts: string;
  readonly openBreaches: string;
  readonly deadLetters: string;
  readonly actions: string;
}

/** The names, with a prefix where several deployments share a cluster. */
export function topicNames(prefix = ''): TopicNames {
  return {
    input: {
      'incident-created': `${prefix}incident-created`,
      'incident-updated': `${prefix}incident-updated`,
      'officer-attended': `${prefix}officer-attended`,
    },
    alerts: `${prefix}attendance-alerts`,
    openBreaches: `${prefix}open-breaches`,
    deadLetters: `${prefix}vigil-dead-letters`,
    actions: `${prefix}control-room-actions`,
  };
}

/** How a topic should be. */
export interface TopicWanted {
  readonly topic: string;
  readonly partitions: number;
  readonly replicationFactor: number;
  readonly config: Readonly<Record<string, string>>;
}

const day = 24 * 3_600_000;

/**
 * The topics of a deployment. Facts are stamped by the broker, because a watermark must not follow a
 * producer's clock; what was said is kept for good, because it is the truth of what was said.
 */
export function wantedTopics(
  prefix: string,
  partitions: number,
  replicationFactor: number,
): readonly TopicWanted[] {
  const names = topicNames(prefix);
  const insync = { 'min.insync.replicas': String(Math.min(2, replicationFactor)) };
  const kept = (ms: number) => ({ 'cleanup.policy': 'delete', 'retention.ms': String(ms) });
  const topic = (name: string, config: Readonly<Record<string, string>>): TopicWanted => ({
    topic: name,
    partitions,
    replicationFactor,
    config: { ...insync, ...config },
  });
  return [
    ...inputTopics.map((input) =>
      topic(names.input[input], {
        ...kept(400 * day),
        'message.timestamp.type': 'LogAppendTime',
      }),
    ),
    topic(names.alerts, kept(-1)),
    topic(names.openBreaches, { 'cleanup.policy': 'compact' }),
    topic(names.actions, kept(-1)),
    topic(names.deadLetters, kept(90 * day)),
  ];
}

/** A topic as the cluster has it. */
export interface TopicFound {
  readonly topic: string;
  readonly partitions: number;
  readonly config: Readonly<Record<string, string>>;
}

/** What stands between the topics as they are and as they should be. */
export type TopicDifference =
  | { readonly kind: 'missing'; readonly wanted: TopicWanted }
  | {
      readonly kind: 'partitions';
      readonly topic: string;
      readonly wanted: number;
      readonly found: number;
    }
  | {
      readonly kind: 'config';
      readonly topic: string;
      readonly name: string;
      readonly wanted: string;
      readonly found: string | undefined;
    };

/**
 * Compares topics as they should be with those found. A partition count is never changed by Vigil: it
 * would send an incident's later facts elsewhere.
 */
export function topicDifferences(
  wanted: readonly TopicWanted[],
  found: readonly TopicFound[],
): readonly TopicDifference[] {
  return wanted.flatMap((one): TopicDifference[] => {
    const there = found.find(({ topic }) => topic === one.topic);
    if (there === undefined) return [{ kind: 'missing', wanted: one }];
    const { topic } = one;
    const partitions: TopicDifference[] =
      there.partitions === one.partitions
        ? []
        : [{ kind: 'partitions', topic, wanted: one.partitions, found: there.partitions }];
    const configs = Object.entries(one.config)
      .filter(([name, value]) => there.config[name] !== value)
      .map(
        ([name, value]): TopicDifference => ({
          kind: 'config',
          topic,
          name,
          wanted: value,
          found: there.config[name],
        }),
      );
    return [...partitions, ...configs];
  });
}
