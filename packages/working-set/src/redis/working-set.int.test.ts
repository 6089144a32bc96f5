import { connect as connectTo, createServer, type Socket } from 'node:net';
import type { IncidentId, InputTopic } from '@vigil/domain/facts/fact';
import type { Instant } from '@vigil/domain/time/instant';
import { type LocalRedis, startLocalRedis } from '@vigil/test/servers/redis';
import { type LocalRedisCluster, startRedisCluster } from '@vigil/test/servers/redis-cluster';
import { describeWithLocal, testDeployment } from '@vigil/test/servers/servers';
import fc from 'fast-check';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWorkingSet } from '../../testing/conformance.ts';
import { createMemoryWorkingSet } from '../memory/working-set.ts';
import type { Commit, Shard, WorkingSet } from '../port.ts';
import { openRedisWorkingSet } from './working-set.ts';

describeWithLocal('redis', 'a Redis of its own', () => {
  let redis: LocalRedis;
  beforeAll(async () => {
    redis = await startLocalRedis();
  });
  afterAll(() => redis.stop());

  describeWorkingSet('in Redis', async () => ({
    workingSet: await openRedisWorkingSet({ url: redis.url, cluster: false }),
    deployment: testDeployment('redis'),
  }));

  it('goes on after the server has forgotten its scripts', async () => {
    const ws = await openRedisWorkingSet({ url: redis.url, cluster: false });
    const shard: Shard = { deployment: testDeployment('flush'), partition: 0 };
    await ws.commit(shard, { slots: [{ key: 'a', delta: 1 }] });
    const other = new Redis(redis.url);
    await other.script('FLUSH');
    await other.quit();
    await ws.commit(shard, { slots: [{ key: 'a', delta: 1 }] });
    expect(await ws.slots(shard)).toEqual(new Map([['a', 2]]));
    await ws.close();
  });

  it('applies a commit once when its answer was lost and it was sent again', async () => {
    const proxy = await losingProxy(redis.port);
    const ws = await openRedisWorkingSet({
      url: `redis://127.0.0.1:${proxy.port}`,
      cluster: false,
    });
    const shard: Shard = { deployment: testDeployment('lost'), partition: 0 };
    await ws.commit(shard, { slots: [{ key: 'a', delta: 1 }] });
    proxy.loseNextAnswer();
    const outcome = await ws.commit(shard, { slots: [{ key: 'a', delta: 1 }], outbox: ['said'] });
    expect(proxy.lost()).toBe(1);
    expect(outcome).toEqual({ outcome: 'committed' });
    expect(await ws.slots(shard)).toEqual(new Map([['a', 2]]));
    expect(await ws.outbox(shard, 10)).toHaveLength(1);
    await ws.close();
    await proxy.close();
  });

  it('answers as the one in memory does after any sequence of commits', {
    timeout: 120_000,
  }, async () => {
    const ws = await openRedisWorkingSet({ url: redis.url, cluster: false });
    const deployment = testDeployment('model');
    let partition = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(commits, { maxLength: 12 }), async (sequence) => {
        const shard: Shard = { deployment, partition: ++partition };
        const memory = createMemoryWorkingSet();
        for (const commit of sequence) {
          expect(await ws.commit(shard, commit)).toEqual(await memory.commit(shard, commit));
        }
        expect(await everything(ws, shard)).toEqual(await everything(memory, shard));
      }),
      { numRuns: 300 },
    );
    await ws.close();
  });
});

describeWithLocal('redis', 'a cluster of three', () => {
  let cluster: LocalRedisCluster;
  beforeAll(async () => {
    cluster = await startRedisCluster();
  });
  afterAll(() => cluster.stop());

  describeWorkingSet('in a Redis Cluster', async () => {
    const [node] = cluster.startupNodes;
    if (node === undefined) throw new Error('a cluster has nodes');
    const url = `redis://${node.host}:${node.port}`;
    return {
      workingSet: await openRedisWorkingSet({ url, cluster: true }),
      deployment: testDeployment('cluster'),
    };
  });
});

const topics = fc.constantFrom<InputTopic>('incident-created', 'officer-attended');
const small = fc.nat(3);
const instants = fc.integer({ min: 1, max: 9 }).map((ms) => ms as Instant);
const offset = small.map(BigInt);

const commits = fc.record(
  {
    advance: fc.record({ topic: topics, from: fc.option(offset, { nil: undefined }), to: offset }),
    expectMode: fc.constantFrom('live', 'rebuilding', 'unprepared'),
    mode: fc.constantFrom('live', 'rebuilding'),
    incidents: fc.uniqueArray(
      fc.record({
        id: fc.constantFrom('A', 'B', 'C').map((id) => id as IncidentId),
        expected: small,
        record: fc.option(fc.string({ minLength: 1 }), { nil: undefined }),
        due: fc.option(instants, { nil: undefined }),
      }),
      { selector: ({ id }) => id, maxLength: 3 },
    ),
    slots: fc.array(fc.record({ key: fc.constantFrom('s', 't'), delta: fc.constantFrom(-1, 1) })),
    dropSlots: fc.constant(['s']),
    outbox: fc.array(fc.string(), { maxLength: 3 }),
    trimOutbox: small.map((from) => ({ from, through: from })),
    watermark: fc.record({ topic: topics, instant: instants }),
    heard: fc.array(fc.record({ key: fc.constantFrom('h', 'i'), instant: instants })),
    ledgerOffset: offset,
  },
  { requiredKeys: [] },
) satisfies fc.Arbitrary<Commit>;

async function everything(ws: WorkingSet, shard: Shard) {
  return [
    await ws.shard(shard),
    await ws.incidents(shard, ['A', 'B', 'C'] as IncidentId[]),
    await ws.due(shard, 100 as Instant, 10),
    await ws.outbox(shard, 100),
    await ws.slots(shard),
    await ws.sizes(shard),
  ];
}

/** Passes bytes on to Redis; once told to, it takes an answer in and cuts the connection instead. */
async function losingProxy(port: number) {
  let lose = false;
  let lost = 0;
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const redis = connectTo(port, '127.0.0.1');
    for (const socket of [client, redis]) {
      sockets.add(socket);
      socket.on('error', () => socket.destroy());
      socket.on('close', () => sockets.delete(socket));
    }
    client.on('data', (data) => redis.write(data));
    client.on('close', () => redis.destroy());
    redis.on('close', () => client.destroy());
    redis.on('data', (data) => {
      if (!lose) {
        client.write(data);
        return;
      }
      lose = false;
      lost++;
      client.destroy();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the proxy has no port');
  return {
    port: address.port,
    loseNextAnswer: () => {
      lose = true;
    },
    lost: () => lost,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
