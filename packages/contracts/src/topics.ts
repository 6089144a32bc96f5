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
  readonly name: string;
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
    name,
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
