import { afterEach, describe, expect, it } from 'vitest';
import { BLOCKED_MS, type EventLoopWatch, watchEventLoop } from './event-loop.ts';

let now = 0;
let watch: EventLoopWatch | undefined;
afterEach(() => watch?.stop());

function opened(): EventLoopWatch {
  now = 0;
  watch = watchEventLoop(() => now);
  return watch;
}

describe('the watch over the event loop', () => {
  it('says nothing while the process gets its turns', () => {
    const { check } = opened();
    for (let turn = 0; turn < 100; turn++) {
      now += 400;
      expect(check()).toBeUndefined();
    }
  });

  it('says how long the process stood still, for a quarter of a minute', () => {
    const { check } = opened();
    now += BLOCKED_MS + 3_500;
    expect(check()).toBe('the process stood still for 8 s, 0 s ago');
    now += 400;
    expect(check()).toContain('8 s');
    for (let turn = 0; turn < 80; turn++) {
      now += 400;
      check();
    }
    expect(check()).toBeUndefined();
  });

  it('notices by itself, with a real clock, that the loop was blocked', async () => {
    watch = watchEventLoop(() => performance.now() * 100);
    const until = performance.now() + 120;
    while (performance.now() < until);
    expect(watch.check()).toMatch(/stood still for \d+ s/);
  });
});
