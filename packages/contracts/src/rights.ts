import { topicNames } from './topics.ts';

/** What a user must be allowed on the brokers, and no more. */
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
export type Principal = (typeof principals)[number] | 'doctor';

/**
 * The least rights of a service, or of `vigil doctor`. Every service looks at all topics when it starts,
 * to refuse those that do not fit together; Read and Write each allow Describe as well.
 */
export function rightsOf(principal: Principal, deployment: string, topicPrefix: string): Right[] {
  const topics = topicNames(topicPrefix);
  const { input, alerts, openBreaches, deadLetters, actions } = topics;
  const together = [...Object.values(input), alerts, openBreaches, actions];
  const withLook = (...rights: readonly Right[]): Right[] => {
    const used = new Set(rights.map(({ name }) => name));
    const unused = together.filter((name) => !used.has(name));
    return [...unused.map((name) => topic(name, 'Describe')), ...rights];
  };
  const group = (name: string, pattern: Right['pattern'] = 'literal'): Right => ({
    resource: 'group',
    name: `${deployment}-${name}`,
    pattern,
    operations: [principal === 'doctor' ? 'Describe' : 'Read'],
  });
  switch (principal) {
    case 'incident-consumer':
      return withLook(
        topic(input['incident-created'], 'Read'),
        topic(input['incident-updated'], 'Read'),
        topic(deadLetters, 'Write'),
        group(principal),
      );
    case 'attendance-consumer':
      return withLook(
        topic(input['officer-attended'], 'Read'),
        topic(deadLetters, 'Write'),
        group(principal),
      );
    case 'breach-detector':
      return withLook(
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
      );
    case 'control-room':
      return withLook(
        topic(alerts, 'Read'),
        topic(actions, 'Read', 'Write'),
        group('control-room-', 'prefixed'),
      );
    case 'delivery':
      return withLook(
        topic(alerts, 'Read'),
        topic(openBreaches, 'Read'),
        topic(deadLetters, 'Write'),
        group('delivery-', 'prefixed'),
      );
    case 'doctor':
      return [
        ...[...together, deadLetters].map((name) => topic(name, 'Describe', 'DescribeConfigs')),
        group('incident-consumer'),
        group('attendance-consumer'),
      ];
  }
}

function topic(name: string, ...operations: Right['operations'][number][]): Right {
  return { resource: 'topic', name, pattern: 'literal', operations };
}
