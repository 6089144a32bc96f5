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

/** Bytes of a batch on the input topics: what brokers take unless told otherwise. */
const inputBytes = 1_048_588;
/** A dead letter holds a record whole and must still fit, or its partition would stand still. */
const deadLetterBytes = 2 * inputBytes;

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
        'max.message.bytes': String(inputBytes),
      }),
    ),
    topic(names.alerts, kept(-1)),
    topic(names.openBreaches, { 'cleanup.policy': 'compact' }),
    topic(names.actions, kept(-1)),
    topic(names.deadLetters, {
      ...kept(90 * day),
      'max.message.bytes': String(deadLetterBytes),
    }),
  ];
}
