import { type LocalRedis, startLocalRedis } from '@vigil/test/servers/redis';
import { describeWithLocal, testDeployment } from '@vigil/test/servers/servers';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { commitFor, intentSequences } from '../../testing/commits.ts';
import { everything } from '../../testing/everything.ts';
import { createMemoryWorkingSet } from '../memory/working-set.ts';
import { openRedisWorkingSet } from './working-set.ts';

describeWithLocal('redis', 'a Redis of its own beside the memory', () => {
  let redis: LocalRedis;
  beforeAll(async () => {
    redis = await startLocalRedis();
  });
  afterAll(() => redis.stop());

  it('answers as the one in memory does after any sequence of commits', async () => {
    const ws = await openRedisWorkingSet({ url: redis.url, cluster: false });
    const deployment = testDeployment('model');
    let partition = 0;
    const outcomes = new Map<string, number>();
    await fc.assert(
      fc.asyncProperty(intentSequences, async (sequence) => {
        const shard = { deployment, partition: ++partition };
        const memory = createMemoryWorkingSet();
        for (const intent of sequence) {
          const commit = await commitFor(memory, shard, intent);
          const result = await memory.commit(shard, commit);
          expect(await ws.commit(shard, commit)).toEqual(result);
          expect(await everything(ws, shard)).toEqual(await everything(memory, shard));
          outcomes.set(result.outcome, (outcomes.get(result.outcome) ?? 0) + 1);
        }
      }),
      { numRuns: 300 },
    );
    await ws.close();
    // Otherwise the property would hold of shards in which nothing happens.
    const all = [...outcomes.values()].reduce((a, b) => a + b, 0);
    expect([...outcomes.keys()].sort()).toEqual([
      'committed',
      'stale-incidents',
      'stale-ledger',
      'stale-mode',
      'stale-notes',
      'stale-offset',
      'stale-outbox',
    ]);
    expect((outcomes.get('committed') ?? 0) / all).toBeGreaterThan(0.5);
  });
});
