import { topicNames, wantedTopics } from '@vigil/contracts/topics';
import { inputTopics } from '@vigil/domain/facts/fact';
import { parsePolicy } from '@vigil/domain/policy/parse';
import type { Instant } from '@vigil/domain/time/instant';
import { notes } from '@vigil/engine/watermark';
import type { TopicPlan } from '@vigil/event-log/kafka/topics';
import type { ShardState } from '@vigil/working-set/port';
import { describe, expect, it } from 'vitest';
import { shardFindings } from './shards.ts';
import { topicFindings } from './topics.ts';

const names = topicNames();
const plan = wantedTopics('', 4, 1);
const asPlanned = (): Map<string, TopicPlan | undefined> =>
  new Map(plan.map((topic) => [topic.name, topic]));

describe('the doctor about topics', () => {
  it('is content when they are as planned', () => {
    expect(topicFindings(plan, asPlanned(), names)).toMatchObject([{ severity: 'ok' }]);
  });

  it('names each that is missing or differs, and what to run', () => {
    const found = asPlanned();
    found.set('officer-attended', undefined);
    const [created] = plan;
    if (created === undefined) throw new Error('there is no plan');
    found.set(created.name, { ...created, config: { 'message.timestamp.type': 'CreateTime' } });
    const findings = topicFindings(plan, found, names);
    expect(findings.map(({ severity, code }) => `${severity} ${code}`)).toContain(
      'error VIGIL_TOPIC_MISSING',
    );
    expect(findings.map(({ code }) => code)).toContain('VIGIL_TOPIC_DIFFERS');
    for (const { remedy } of findings) expect(remedy).toContain('vigil topics apply');
  });

  it('says that topics with different numbers of partitions do not fit together', () => {
    const found = asPlanned();
    const [created] = plan;
    if (created === undefined) throw new Error('there is no plan');
    found.set(created.name, { ...created, partitions: 8 });
    expect(topicFindings(plan, found, names)).toContainEqual(
      expect.objectContaining({ severity: 'error', code: 'VIGIL_PARTITIONS_DIFFER' }),
    );
  });
});

const policy = parsePolicy(
  'targets: [{ name: attendance, milestone: attended, grades: [priority], within: PT60M }]',
  'policy',
);
const now = 1_700_000_000_000 as Instant;
const sizes = { incidents: 7, due: 1, outbox: 0 };

function state(changes: Partial<ShardState> = {}, lastTick: number = now - 1_000): ShardState {
  return {
    mode: 'live',
    offsets: new Map(),
    watermarks: new Map(inputTopics.map((topic) => [topic, (now - 200) as Instant])),
    rebuildTo: new Map(),
    ledgerOffset: 0n,
    heard: new Map(),
    notes: new Map([
      [notes.lastTick, String(lastTick)],
      [notes.policyVersion, policy.policyVersion],
    ]),
    ...changes,
  };
}

const codesOf = (some: ShardState, outbox = 0): string[] =>
  shardFindings([{ partition: 3, state: some, sizes: { ...sizes, outbox } }], policy, now).map(
    ({ code }) => code,
  );

describe('the doctor about partitions', () => {
  it('is content when each is read and watched over', () => {
    expect(codesOf(state())).toEqual(['VIGIL_SHARDS']);
  });

  it('says that nobody has prepared one, or watches over it any more', () => {
    expect(codesOf(state({ mode: undefined }))).toEqual(['VIGIL_SHARD_UNPREPARED']);
    expect(codesOf(state({}, now - 60_000))).toEqual(['VIGIL_SHARD_UNWATCHED']);
  });

  it('says which service does not read', () => {
    const behind = new Map(state().watermarks).set('officer-attended', (now - 60_000) as Instant);
    const [finding] = shardFindings(
      [{ partition: 3, state: state({ watermarks: behind }), sizes }],
      policy,
      now,
    );
    expect(finding).toMatchObject({ severity: 'error', code: 'VIGIL_WATERMARK_BEHIND' });
    expect(finding?.remedy).toContain('attendance-consumer');
  });

  it('says that one is being rebuilt, cannot publish, or is under another policy', () => {
    expect(codesOf(state({ mode: 'rebuilding' }))).toEqual(['VIGIL_SHARD_REBUILDING']);
    expect(codesOf(state(), 2_000)).toEqual(['VIGIL_OUTBOX_FULL']);
    const other = new Map(state().notes).set(notes.policyVersion, 'other');
    expect(codesOf(state({ notes: other }))).toEqual(['VIGIL_POLICY_DIFFERS']);
  });

  it('says in one line what several partitions share', () => {
    const both = [0, 1].map((partition) => ({
      partition,
      state: state({ mode: undefined }),
      sizes,
    }));
    expect(shardFindings(both, policy, now)).toMatchObject([
      { what: expect.stringMatching(/^partition 0, 1: /) },
    ]);
  });
});
