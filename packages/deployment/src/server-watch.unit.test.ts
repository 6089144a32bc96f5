import { describe, expect, it } from 'vitest';
import { FAILING_MS, watchServer } from './server-watch.ts';

function opened() {
  let now = 0;
  const fence = new Error('fenced');
  const watch = watchServer({ elapsed: () => now, isAnswer: (error) => error === fence });
  const fail = (error: Error) =>
    watch.measure('get', () => Promise.reject(error)).catch(() => undefined);
  const pass = (ms: number): void => {
    now += ms;
  };
  return { watch, fence, fail, pass };
}

describe('the watch over a server', () => {
  it('says nothing of a server that answers', async () => {
    const { watch } = opened();
    expect(await watch.measure('get', async () => 7)).toBe(7);
    expect(watch.check()).toBeUndefined();
  });

  it('says why and for how long, once calls have failed for a while', async () => {
    const { watch, fail, pass } = opened();
    await fail(new Error('Redis did not answer'));
    pass(FAILING_MS - 1);
    expect(watch.check()).toBeUndefined();
    pass(1_001);
    await fail(new Error('connection refused'));
    expect(watch.check()).toBe('connection refused (for 4 s)');
  });

  it('is content again with the first answer', async () => {
    const { watch, fail, pass } = opened();
    await fail(new Error('away'));
    pass(FAILING_MS);
    expect(watch.check()).toBeDefined();
    await watch.measure('get', async () => 7);
    expect(watch.check()).toBeUndefined();
  });

  it('takes a refusal that is an answer for one', async () => {
    const { watch, fail, fence, pass } = opened();
    await fail(new Error('away'));
    pass(FAILING_MS);
    await fail(fence);
    expect(watch.check()).toBeUndefined();
  });

  it('says of a call that hangs how long it has', async () => {
    const { watch, pass } = opened();
    const hanging = Promise.withResolvers<number>();
    const call = watch.measure('get', () => hanging.promise);
    pass(FAILING_MS + 2_000);
    expect(watch.check()).toBe('has not answered for 5 s');
    hanging.resolve(7);
    await call;
    expect(watch.check()).toBeUndefined();
  });
});
