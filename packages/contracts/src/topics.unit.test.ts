import { describe, expect, it } from 'vitest';
import { topicNames, wantedTopics } from './topics.ts';

describe('the topics of a deployment', () => {
  const wanted = wantedTopics('north-', 12, 3);
  const byName = new Map(wanted.map((topic) => [topic.name, topic]));
  const { input, alerts, openBreaches, deadLetters, actions } = topicNames('north-');

  it('are each made once, all with the same partitions', () => {
    const names = [...Object.values(input), alerts, openBreaches, deadLetters, actions];
    expect([...byName.keys()].sort()).toEqual(names.sort());
    expect(wanted.map(({ partitions }) => partitions)).toEqual(wanted.map(() => 12));
  });

  it('carry the prefix, so that two deployments on a cluster do not meet', () => {
    const others = new Set(wantedTopics('south-', 12, 3).map(({ name }) => name));
    expect([...byName.keys()].filter((name) => others.has(name))).toEqual([]);
  });

  it('have facts stamped by the broker: a watermark must not follow a clock of the source', () => {
    for (const name of Object.values(input)) {
      expect(byName.get(name)?.config).toMatchObject({ 'message.timestamp.type': 'LogAppendTime' });
    }
  });

  it('leave room for a dead letter around the largest record', () => {
    const largest = (name: string) => Number(byName.get(name)?.config['max.message.bytes']);
    for (const name of Object.values(input)) {
      expect(largest(deadLetters)).toBeGreaterThan(largest(name) + 65_536);
    }
  });

  it('keep what was said for good, and of open breaches the last word', () => {
    expect(byName.get(alerts)?.config).toMatchObject({ 'retention.ms': '-1' });
    expect(byName.get(openBreaches)?.config).toMatchObject({ 'cleanup.policy': 'compact' });
  });

  it('ask for no more replicas in sync than there are', () => {
    const insync = (replicas: number) =>
      wantedTopics('', 1, replicas).map(({ config }) => config['min.insync.replicas']);
    expect(new Set(insync(1))).toEqual(new Set(['1']));
    expect(new Set(insync(3))).toEqual(new Set(['2']));
  });
});
