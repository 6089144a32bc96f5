import { openCodec } from '@vigil/contracts/codec';
import { embeddedSchemas } from '@vigil/contracts/schema-source';
import { topicNames } from '@vigil/contracts/topics';
import type { ForceId, IncidentId } from '@vigil/domain/facts/fact';
import {
  type AlertRecord,
  alertIdOf,
  type FeedAlert,
  feedAlertIdOf,
  type LedgerRecord,
  type ObjectiveAlert,
} from '@vigil/domain/ledger/alert';
import { parsePolicy } from '@vigil/domain/policy/parse';
import { plus } from '@vigil/domain/time/instant';
import { objectiveKey } from '@vigil/domain/windows/objective-alerts';
import type { OutboxMessage } from '@vigil/engine/decide';
import { outboxEntry } from '@vigil/engine/outbox';
import type { Engine } from '@vigil/engine/ports';
import { prepareShard } from '@vigil/engine/prepare';
import { publishOutbox, sayAsOwner } from '@vigil/engine/publish';
import { type PartitionLedger, ShardForgot } from '@vigil/engine/remember';
import { machineTimer } from '@vigil/engine/timer';
import { createInProcessLog } from '@vigil/event-log/in-process/log';
import { type Publisher, PublishUnknown } from '@vigil/event-log/port';
import { createMemoryWorkingSet } from '@vigil/working-set/memory/working-set';
import type { Commit, WorkingSet } from '@vigil/working-set/port';
import { describe, expect, it } from 'vitest';
import { cad, nine } from './facts.ts';

const shard = { deployment: 'test', partition: 0 };
const topics = topicNames();
const policy = parsePolicy(
  'targets: [{name: t, milestone: attended, grades: [priority], within: PT1H}]',
  'policy',
);
const codec = await openCodec(embeddedSchemas(), topics, policy);

const incidentId = 'INC-1' as IncidentId;
const about = { incidentId, target: 't', phase: 'breach', at: nine } as const;
const said = { policyVersion: policy.policyVersion, revision: 1, raisedAt: nine } as const;
const breach: AlertRecord = {
  kind: 'alert',
  ...about,
  ...said,
  alertId: alertIdOf(about),
  forceId: 'example' as ForceId,
  grade: 'priority',
  child: 'involved',
  milestone: 'attended',
  severity: 'high',
  confidence: 'confirmed',
  watermark: nine,
  facts: [],
};
const silence = { source: cad, phase: 'feed-silent', at: nine } as const;
const feedSilent: FeedAlert = {
  kind: 'feed-alert',
  ...silence,
  ...said,
  alertId: feedAlertIdOf(silence),
  lastHeard: nine,
};
const missed: ObjectiveAlert = {
  kind: 'objective-alert',
  ...said,
  alertId: breach.alertId,
  objective: 'in-time',
  forceId: 'example' as ForceId,
  phase: 'objective-missed',
  at: nine,
  target: 0.75,
  windows: [],
};

const inBreach = {
  incidentId,
  target: 't',
  breach: {
    alertId: breach.alertId,
    forceId: breach.forceId,
    grade: breach.grade,
    child: breach.child,
    milestone: breach.milestone,
    severity: breach.severity,
    phase: 'breach',
    breachAt: nine,
    ...{ incidentId, target: 't', policyVersion: policy.policyVersion },
    confidence: 'confirmed',
  },
} as const;

/** A partition and those who own it, one after the other. */
function openPartition() {
  const names = [...Object.values(topics.input), topics.alerts, topics.openBreaches];
  const log = createInProcessLog({
    topics: Object.fromEntries(names.map((name) => [name, { partitions: 1 }])),
  });
  let store = createMemoryWorkingSet();
  /** Called before each commit. */
  let before: (commit: Commit) => void = () => {};
  const workingSet: WorkingSet = {
    shard: (...args) => store.shard(...args),
    incidents: (...args) => store.incidents(...args),
    due: (...args) => store.due(...args),
    outbox: (...args) => store.outbox(...args),
    slots: (...args) => store.slots(...args),
    scan: (...args) => store.scan(...args),
    sizes: (...args) => store.sizes(...args),
    close: () => store.close(),
    async commit(of, commit) {
      before(commit);
      return store.commit(of, commit);
    },
  };
  const engine: Engine = {
    ...{ log, workingSet, codec, policy, tickMs: 1, clock: () => nine, timer: machineTimer },
    ...{ deployment: shard.deployment, observe: () => {} },
  };
  return {
    engine,
    workingSet,
    async own(): Promise<{ publisher: Publisher; ledger: PartitionLedger }> {
      const publisher = await log.openPublisher({ topic: topics.alerts, partition: 0 });
      return { publisher, ledger: await prepareShard(engine, shard) };
    },
    publish: ({ publisher, ledger }: { publisher: Publisher; ledger: PartitionLedger }) =>
      publishOutbox(engine, shard, publisher, ledger),
    async conclude(...records: readonly LedgerRecord[]): Promise<void> {
      const outbox = records.map((record) => outboxEntry([{ to: 'ledger', record }]));
      await workingSet.commit(shard, { mode: 'live', outbox });
    },
    async concludeAtOnce(...messages: readonly OutboxMessage[]): Promise<void> {
      await workingSet.commit(shard, { mode: 'live', outbox: [outboxEntry(messages)] });
    },
    /** How many records say that something is in breach, or no more. */
    async openBreaches(): Promise<readonly boolean[]> {
      const read: boolean[] = [];
      for await (const records of log.readToEnd(topics.openBreaches, 0, 0n)) {
        read.push(...records.map(({ value }) => value !== null));
      }
      return read;
    },
    forgetEverything() {
      store = createMemoryWorkingSet();
    },
    beforeEachCommit(call: (commit: Commit) => void) {
      before = call;
    },
    async ledger(): Promise<readonly LedgerRecord[]> {
      const read: LedgerRecord[] = [];
      for await (const records of log.readToEnd(topics.alerts, 0, 0n)) {
        for (const record of records) read.push(await codec.decodeLedger(record));
      }
      return read;
    },
  };
}

/** Publishes, and does not learn that it did. */
const losingItsAnswer = (publisher: Publisher): Publisher => ({
  ...publisher,
  async publish(records) {
    await publisher.publish(records);
    throw new PublishUnknown('the answer was lost');
  },
});

describe('those who own a partition, one after the other,', () => {
  it.each([
    ['an alert', breach],
    ['a silent feed', feedSilent],
    ['a missed objective', missed],
  ])(
    'say %s once, though the first dies before it notes that and the second before it publishes',
    async (_, record) => {
      const { own, publish, conclude, ledger } = openPartition();
      await own();
      await conclude(record);
      const first = await own();
      await expect(
        publish({ ...first, publisher: losingItsAnswer(first.publisher) }),
      ).rejects.toThrow(PublishUnknown);
      await own();
      await publish(await own());
      expect(await ledger()).toHaveLength(1);
    },
  );

  it('say once what stands in the outbox twice', async () => {
    const { own, publish, conclude, ledger } = openPartition();
    await own();
    await conclude(feedSilent, breach, feedSilent, breach);
    await publish(await own());
    expect(await ledger()).toHaveLength(2);
  });

  it('recall, in a shard that forgot everything, what was said of feeds and objectives', async () => {
    const { own, publish, conclude, forgetEverything, workingSet } = openPartition();
    await own();
    await conclude(feedSilent, missed);
    await publish(await own());
    forgetEverything();
    await own();
    const { notes } = await workingSet.shard(shard);
    expect(JSON.parse(notes.get('silent') ?? '')).toEqual({ [cad]: nine });
    expect(JSON.parse(notes.get('missed') ?? '')).toEqual({
      [objectiveKey('in-time', missed.forceId)]: nine,
    });
  });

  it('do not say of a feed again what was last said of it', async () => {
    const { own, publish, conclude, ledger } = openPartition();
    await own();
    await conclude(feedSilent);
    const owner = await own();
    await publish(owner);
    const at = plus(nine, 60_000);
    await conclude({ ...feedSilent, at, alertId: feedAlertIdOf({ ...feedSilent, at }) });
    await publish(owner);
    expect(await ledger()).toEqual([feedSilent]);
  });

  it('are refused what they have to say of a feed, notes and all, once another has said more', async () => {
    const { engine, own, publish, conclude, workingSet } = openPartition();
    const replaced = await own();
    await conclude(breach);
    await publish(await own());
    const notes = new Map([['silent', JSON.stringify({ [cad]: nine })]]);
    await expect(
      sayAsOwner(engine, shard, replaced.ledger, [feedSilent], { notes }),
    ).rejects.toThrow(ShardForgot);
    expect(await workingSet.outbox(shard, 1)).toEqual([]);
    expect((await workingSet.shard(shard)).notes.get('silent')).toBeUndefined();
  });

  it('learn everything anew when all is forgotten while one of them prepares the shard', async () => {
    const { own, publish, conclude, forgetEverything, beforeEachCommit } = openPartition();
    await own();
    await conclude(breach);
    const first = await own();
    await expect(
      publish({ ...first, publisher: losingItsAnswer(first.publisher) }),
    ).rejects.toThrow(PublishUnknown);
    beforeEachCommit(() => {
      forgetEverything();
      beforeEachCommit(() => {});
    });
    await own().catch((error: unknown) => expect(error).toBeInstanceOf(ShardForgot));
    expect((await own()).ledger.told.has(breach.alertId)).toBe(true);
  });

  it('publish nothing of a shard that forgot what they published', async () => {
    const { own, publish, conclude, forgetEverything, ledger } = openPartition();
    await own();
    await conclude({
      ...breach,
      confidence: 'provisional',
      hold: { cause: 'lag', on: 'x', lagMs: 1 },
    });
    const owner = await own();
    await publish(owner);
    forgetEverything();
    await conclude(breach);
    await expect(publish(owner)).rejects.toThrow(ShardForgot);
    expect(await ledger()).toHaveLength(1);
  });

  it('do not show a breach that has ended, where the shard forgot that it was shown and ended', async () => {
    const { own, publish, concludeAtOnce, forgetEverything, openBreaches } = openPartition();
    const raised: readonly OutboxMessage[] = [
      { to: 'ledger', record: breach },
      { to: 'open-breaches', ...inBreach },
    ];
    const over = { incidentId, target: 't', phase: 'cleared', at: plus(nine, 1) } as const;
    const record: AlertRecord = {
      ...breach,
      ...over,
      alertId: alertIdOf(over),
      reason: 'attended',
    };
    await own();
    await concludeAtOnce(...raised);
    await publish(await own());
    await concludeAtOnce(
      { to: 'ledger', record },
      { to: 'open-breaches', ...inBreach, breach: null },
    );
    await publish(await own());
    // Its last second is gone: what was published by then stands in the outbox again.
    forgetEverything();
    await concludeAtOnce(...raised);
    await publish(await own());
    expect(await openBreaches()).toEqual([true, false]);
  });
});
