import { describe, expect, it, vi } from 'vitest';
import { DeadlineMissed, until } from './until.ts';

describe('until', () => {
  it('gives back the first truthy value', async () => {
    let looks = 0;
    const value = await until(() => (++looks < 3 ? undefined : { looks }), {
      what: 'the third look',
      deadlineMs: 5_000,
      pollMs: 1,
    });
    expect(value).toEqual({ looks: 3 });
  });

  it('says what it waited for and the last value it saw', async () => {
    const waiting = until(() => 0, { what: 'a partition', deadlineMs: 30, pollMs: 1 });
    await expect(waiting).rejects.toThrow('Waited 30 ms for a partition; last seen: 0');
    await expect(waiting).rejects.toBeInstanceOf(DeadlineMissed);
  });

  it('takes an error for not yet, and tells it when the deadline passes', async () => {
    let looks = 0;
    const refused = () => {
      if (++looks < 3) throw new Error('refused');
      return 'open';
    };
    expect(await until(refused, { what: 'a port', deadlineMs: 5_000, pollMs: 1 })).toBe('open');

    looks = Number.NEGATIVE_INFINITY;
    await expect(until(refused, { what: 'a port', deadlineMs: 30, pollMs: 1 })).rejects.toThrow(
      'last error: refused',
    );
  });

  it('gives up on a condition that never answers', async () => {
    const never = () => new Promise<boolean>(() => {});
    await expect(until(never, { what: 'an answer', deadlineMs: 30 })).rejects.toThrow(
      'it never answered',
    );
  });

  it('looks no more once it has given up', async () => {
    vi.useFakeTimers();
    try {
      const condition = vi.fn(() => false);
      const waiting = expect(
        until(condition, { what: 'nothing', deadlineMs: 20, pollMs: 1 }),
      ).rejects.toThrow('nothing');
      await vi.advanceTimersByTimeAsync(20);
      await waiting;
      const looks = condition.mock.calls.length;
      await vi.advanceTimersByTimeAsync(1_000);
      expect(condition).toHaveBeenCalledTimes(looks);
    } finally {
      vi.useRealTimers();
    }
  });
});
