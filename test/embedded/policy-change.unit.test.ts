import { openCodec } from '@vigil/contracts/codec';
import { embeddedSchemas } from '@vigil/contracts/schema-source';
import { topicNames } from '@vigil/contracts/topics';
import { parsePolicy } from '@vigil/domain/policy/parse';
import type { Policy } from '@vigil/domain/policy/policy';
import { applyIntake, ShardNotReady } from '@vigil/engine/apply';
import { breachDetector } from '@vigil/engine/detector';
import type { Engine } from '@vigil/engine/ports';
import { prepareShard } from '@vigil/engine/prepare';
import { ShardForgot } from '@vigil/engine/remember';
import { machineTimer } from '@vigil/engine/timer';
import { createInProcessLog } from '@vigil/event-log/in-process/log';
import { createMemoryWorkingSet } from '@vigil/working-set/memory/working-set';
import type { Commit, WorkingSet } from '@vigil/working-set/port';
import { describe, expect, it } from 'vitest';
import { until } from '../servers/until.ts';
import { created, nine } from './facts.ts';

const shard = { deployment: 'test', partition: 0 };
const topics = topicNames();
const policyWithin = (within: string): Policy =>
  parsePolicy(
    `targets: [{name: t, milestone: attended, grades: [priority], within: ${within}}]`,
    'policy',
  );
const [former, next] = [policyWithin('PT2H'), policyWithin('PT1H')];
const codec = await openCodec(embeddedSchemas(), topics, former);

/** A shard that is live under the former policy, and services with either. */
async function openShard() {
  const names = [...Object.values(topics.input), topics.alerts, topics.openBreaches];
  const log = createInProcessLog({
    topics: Object.fromEntries(names.map((name) => [name, { partitions: 1 }])),
  });
  const store = createMemoryWorkingSet();
  let before = async (_: Commit): Promise<void> => {};
  const workingSet: WorkingSet = {
    ...store,
    async commit(of, commit) {
      await before(commit);
      return store.commit(of, commit);
    },
  };
  const under = (policy: Policy): Engine => ({
    ...{ log, workingSet, codec, policy, tickMs: 1, clock: () => nine, observe: () => {} },
    ...{ deployment: shard.deployment },
    // Seconds of waiting are milliseconds here.
    timer: {
      ...machineTimer,
      pause: (ms, signal) => machineTimer.pause(Math.min(ms, 2), signal),
    },
  });
  await prepareShard(under(former), shard);
  await store.commit(shard, { mode: 'live' });
  return {
    store,
    under,
    /** Called before the next commit that changes incidents, once. */
    beforeNextChange(call: () => Promise<void>) {
      before = async ({ incidents = [] }) => {
        if (incidents.length === 0) return;
        before = async () => {};
        await call();
      };
    },
  };
}

const intake = {
  topic: 'incident-created',
  from: undefined,
  to: 1n,
  facts: [{ fact: created('INC-1', nine), topic: 'incident-created', offset: 0n }],
  heard: [],
  readTo: nine,
} as const;

describe('a change of policy', () => {
  it('lets nothing be stored that a slow consumer decided under the policy before it', async () => {
    const { store, under, beforeNextChange } = await openShard();
    beforeNextChange(async () => {
      await prepareShard(under(next), shard);
    });
    await expect(applyIntake(under(former), shard, intake)).rejects.toThrow(ShardNotReady);
    expect((await store.sizes(shard)).incidents).toBe(0);
  });

  it('is found out to be forgotten while incidents are made due, and then begins anew', async () => {
    const { store, under, beforeNextChange } = await openShard();
    await applyIntake(under(former), shard, intake);
    beforeNextChange(async () => {
      await store.commit(shard, { notes: new Map([['policyVersion', former.policyVersion]]) });
      await store.commit(shard, { notes: new Map([['sweeping', '']]) });
    });
    await expect(prepareShard(under(next), shard)).rejects.toThrow(ShardForgot);
    await prepareShard(under(next), shard);
    const { notes } = await store.shard(shard);
    expect([notes.get('policyVersion'), notes.get('sweeping')]).toEqual([next.policyVersion, '']);
    expect(await store.due(shard, nine, 1)).toMatchObject([{ due: 0 }]);
  });

  it('is made again by the owner of a shard that forgot it', async () => {
    const { store, under } = await openShard();
    const version = async () => (await store.shard(shard)).notes.get('policyVersion');
    const detector = breachDetector(under(next));
    await detector.assigned(topics.alerts, 0);
    const isNext = () =>
      until(async () => (await version()) === next.policyVersion, {
        what: 'the shard to be under the next policy',
        deadlineMs: 5_000,
      });
    await isNext();
    await store.commit(shard, { notes: new Map([['policyVersion', former.policyVersion]]) });
    await isNext();
    await detector.release();
  });
});
