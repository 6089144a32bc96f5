import type { Instant } from '@vigil/domain/time/instant';
import { describe, expect, it } from 'vitest';
import { BEHIND_MS, STUCK_MS, watchProgress } from './progress.ts';

function opened() {
  let now = 0;
  const progress = watchProgress(() => now);
  const pass = (ms: number): void => {
    now += ms;
  };
  return { progress, pass };
}

const topic = 'incident-created';

describe('the watch over partitions', () => {
  it('is content while each is read or looked after', () => {
    const { progress, pass } = opened();
    progress.observe({ event: 'assigned', topic, partition: 1 });
    progress.observe({ event: 'looked-after', partition: 1 });
    for (let round = 0; round < 5; round++) {
      pass(BEHIND_MS - 1);
      expect(progress.check()).toBeUndefined();
      progress.observe({ event: 'read', topic, partition: 1, behind: 5n, readTo: 0 as Instant });
      progress.observe({ event: 'looked-after', partition: 1 });
    }
  });

  it('names the one that stands still, and for how long', () => {
    const { progress, pass } = opened();
    progress.observe({ event: 'assigned', topic, partition: 1 });
    progress.observe({ event: 'assigned', topic, partition: 2 });
    pass(BEHIND_MS);
    progress.observe({ event: 'read', topic, partition: 1, behind: 0n, readTo: 0 as Instant });
    expect(progress.check()).toBe('reading incident-created 2 has stood still for 20 s');
  });

  it('says why, where that is known', () => {
    const { progress, pass } = opened();
    progress.observe({ event: 'assigned', topic, partition: 1 });
    progress.observe({ event: 'waiting', topic, partition: 1, why: 'its detector' });
    progress.observe({ event: 'looked-after', partition: 1 });
    progress.observe({ event: 'failed', partition: 1, error: new Error('Redis is away') });
    pass(BEHIND_MS);
    expect(progress.check()).toContain('it waits for its detector');
    progress.observe({ event: 'revoked', topic, partition: 1 });
    expect(progress.check()).toBe(
      'watching over partition 1 has stood still for 20 s: Redis is away',
    );
  });

  it('knows which partitions are watched over here', () => {
    const { progress } = opened();
    progress.observe({ event: 'looked-after', partition: 1 });
    progress.observe({ event: 'looked-after', partition: 2 });
    progress.observe({ event: 'given-away', partition: 1 });
    expect([...progress.owned()]).toEqual([2]);
  });

  it('forgets what it was given and no longer has', () => {
    const { progress, pass } = opened();
    progress.observe({ event: 'assigned', topic, partition: 1 });
    progress.observe({ event: 'looked-after', partition: 1 });
    progress.observe({ event: 'revoked', topic, partition: 1 });
    progress.observe({ event: 'given-away', partition: 1 });
    pass(STUCK_MS);
    expect(progress.check()).toBeUndefined();
    expect(progress.stuck()).toBeUndefined();
  });

  it('calls it stuck only when it should long have recovered', () => {
    const { progress, pass } = opened();
    progress.observe({ event: 'assigned', topic, partition: 1 });
    pass(STUCK_MS - 1);
    expect(progress.stuck()).toBeUndefined();
    pass(1);
    expect(progress.stuck()).toContain('stood still for 300 s');
  });
});
