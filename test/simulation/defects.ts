import { messagesOf } from '@vigil/engine/outbox';
import { type Engine, limits } from '@vigil/engine/ports';
import type { Commit, Shard, WorkingSet } from '@vigil/working-set/port';
import type { PromiseName } from './promises/promises.ts';
import type { Defect } from './world.ts';

interface KnownDefect {
  readonly name: string;
  readonly defect: Defect;
  /** The promises that it breaks, whichever is seen first. */
  readonly breaks: readonly PromiseName[];
}

/**
 * What Vigil would be without one of the things that it rests on. Each is put between the engine and
 * its ports for a run, to show that the simulation would find it; production code has no trace of them.
 */
export const defects: readonly KnownDefect[] = [
  {
    name: 'skip-the-offset-check',
    defect: { store: withoutOffsetCheck },
    breaks: ['no record is unaccounted for', 'what was said is what a replay says'],
  },
  {
    name: 'drop-the-version-check',
    defect: { store: withoutVersionCheck },
    breaks: [
      'no record is unaccounted for',
      'lag is not taken for an absence',
      'nothing is said twice',
    ],
  },
  {
    name: 'publish-before-commit',
    defect: { engine: publishingFirst },
    breaks: ['nothing is said twice'],
  },
  {
    name: 'forget-the-tail',
    defect: { engine: withoutTail },
    breaks: ['nothing is said twice'],
  },
  {
    name: 'treat-lag-as-silence',
    defect: { engine: takingLagForSilence },
    breaks: ['lag is not taken for an absence', 'feeds and objectives are said in turns'],
  },
  {
    name: 'take-what-stands-in-a-topic-for-read',
    defect: { engine: withoutEnds },
    breaks: ['lag is not taken for an absence'],
  },
  {
    name: 'let-a-zombie-commit',
    defect: { noFencing: true },
    breaks: ['nothing is said twice'],
  },
  {
    name: 'answer-lag-with-silence',
    defect: { engine: neverAsserting },
    breaks: ['nothing is said too late'],
  },
];

/** Whoever comes with a batch may move the offset, replaced or not. */
function withoutOffsetCheck(store: WorkingSet): WorkingSet {
  return rewriting(store, async (shard, commit) => {
    if (commit.advance === undefined) return commit;
    const { offsets } = await store.shard(shard);
    return { ...commit, advance: { ...commit.advance, from: offsets.get(commit.advance.topic) } };
  });
}

/** Whoever comes last wins, whatever the others had found out about the incident. */
function withoutVersionCheck(store: WorkingSet): WorkingSet {
  return rewriting(store, async (shard, commit) => {
    if (commit.incidents === undefined) return commit;
    const ids = commit.incidents.map(({ id }) => id);
    const stored = await store.incidents(shard, ids);
    const incidents = commit.incidents.map((one) => ({
      ...one,
      expected: stored.get(one.id)?.version ?? 0,
    }));
    return { ...commit, incidents };
  });
}

/** What is concluded is said at once and stored afterwards. */
function publishingFirst(engine: Engine): Engine {
  const { codec, log, workingSet } = engine;
  return {
    ...engine,
    workingSet: {
      ...workingSet,
      async commit(shard, commit) {
        const { outbox = [], ...rest } = commit;
        for (const message of outbox.flatMap((entry) => messagesOf({ entry }))) {
          const [topic, record] =
            message.to === 'ledger'
              ? [codec.topics.alerts, codec.encodeLedger(message.record)]
              : [
                  codec.topics.openBreaches,
                  codec.encodeOpenBreach(message.incidentId, message.target, message.breach),
                ];
          await log.append(topic, [{ ...record, partition: shard.partition }]);
        }
        return workingSet.commit(shard, rest);
      },
    },
  };
}

/** A new owner takes it that the working set knows of all that was said. */
function withoutTail(engine: Engine): Engine {
  const { log, codec, workingSet } = engine;
  return {
    ...engine,
    workingSet: {
      ...workingSet,
      async shard(shard) {
        const state = await workingSet.shard(shard);
        const offsets = await log.offsets(codec.topics.alerts);
        return { ...state, ledgerOffset: offsets.get(shard.partition)?.end };
      },
      async commit(shard, { ledgerOffset: _, ...commit }) {
        return workingSet.commit(shard, commit);
      },
    },
  };
}

/** A topic that has been read to no more than a moment ago is taken to have been read to the end. */
function takingLagForSilence(engine: Engine): Engine {
  const { workingSet } = engine;
  return {
    ...engine,
    workingSet: {
      ...workingSet,
      async shard(shard) {
        const state = await workingSet.shard(shard);
        const now = engine.clock();
        return { ...state, watermarks: new Map([...state.watermarks].map(([t]) => [t, now])) };
      },
    },
  };
}

/** Whoever asks where the input topics end is told that nothing is there to be read. */
function withoutEnds(engine: Engine): Engine {
  const { log } = engine;
  return {
    ...engine,
    log: { ...log, ends: async (topics) => new Map(topics.map((topic) => [topic, 0n])) },
  };
}

/** What a watermark holds back is not asked for: nothing is said until it moves. */
function neverAsserting(engine: Engine): Engine {
  const { workingSet } = engine;
  return {
    ...engine,
    workingSet: {
      ...workingSet,
      // So many are looked at by whoever asserts, and by nobody else.
      due: async (shard, upTo, limit) =>
        limit === limits.heldIncidents ? [] : workingSet.due(shard, upTo, limit),
    },
  };
}

function rewriting(
  store: WorkingSet,
  rewrite: (shard: Shard, commit: Commit) => Promise<Commit>,
): WorkingSet {
  return {
    ...store,
    commit: async (shard, commit) => store.commit(shard, await rewrite(shard, commit)),
  };
}
