import { topicNames } from './topics.ts';

/** What a service must be allowed on the brokers, and no more. */
export interface Right {
  readonly resource: 'topic' | 'group' | 'transactional-id';
  readonly name: string;
  /** `prefixed`: on every resource whose name begins so. */
  readonly pattern: 'literal' | 'prefixed';
  readonly operations: readonly ('Read' | 'Write' | 'Describe' | 'DescribeConfigs')[];
}

/** The services that talk to the brokers, as `vigil run` names them. */
export const principals = [
  'incident-consumer',
  'attendance-consumer',
  'breach-detector',
  'control-room',
  'delivery',
] as const;
export type Principal = (typeof principals)[number];

/**
 * The least rights of a service. Every service looks at all topics when it starts, to refuse those
 * that do not fit together; Read and Write each allow Describe as well.
 */
export function rightsOf(principal: Principal, deployment: string, topicPrefix: string): Right[] {
  const { input, alerts, openBreaches, deadLetters, actions } = topicNames(topicPrefix);
  const looked = [...Object.values(input), alerts, openBreaches, actions];
  const look = looked.map((name) => topic(name, 'Describe', 'DescribeConfigs'));
  const group = (name: string, pattern: Right['pattern'] = 'literal'): Right => ({
    resource: 'group',
    name: `${deployment}-${name}`,
    pattern,
    operations: ['Read'],
  });
  switch (principal) {
    case 'incident-consumer':
      return [
        ...look,
        topic(input['incident-created'], 'Read'),
        topic(input['incident-updated'], 'Read'),
        topic(deadLetters, 'Write'),
        group(principal),
      ];
    case 'attendance-consumer':
      return [
        ...look,
        topic(input['officer-attended'], 'Read'),
        topic(deadLetters, 'Write'),
        group(principal),
      ];
    case 'breach-detector':
      return [
        ...look,
        topic(alerts, 'Read', 'Write'),
        topic(openBreaches, 'Write'),
        topic(deadLetters, 'Write'),
        group(principal),
        {
          resource: 'transactional-id',
          name: `${deployment}-${alerts}-`,
          pattern: 'prefixed',
          operations: ['Write'],
        },
      ];
    case 'control-room':
      return [
        ...look,
        topic(alerts, 'Read'),
        topic(actions, 'Read', 'Write'),
        group('control-room-', 'prefixed'),
      ];
    case 'delivery':
      return [
        ...look,
        topic(alerts, 'Read'),
        topic(openBreaches, 'Read'),
        topic(deadLetters, 'Write'),
        group('delivery-', 'prefixed'),
      ];
  }
}

function topic(name: string, ...operations: Right['operations'][number][]): Right {
  return { resource: 'topic', name, pattern: 'literal', operations };
}
