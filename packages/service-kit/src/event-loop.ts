import type { Check } from './health.ts';

/** A watch over whether this process gets to do anything. */
export interface EventLoopWatch {
  /** Says for a quarter of a minute that the process stood still; `undefined` when it did not. */
  readonly check: Check;
  stop(): void;
}

/** Half a consumer session of ten seconds: longer, and others may have taken its partitions over. */
export const BLOCKED_MS = 5_000;
const everyMs = 500;
const remembered = 15_000;

/**
 * Notices when the event loop was blocked, or the process or its machine stood still.
 *
 * @param elapsed - milliseconds that only go forward.
 */
export function watchEventLoop(elapsed: () => number = () => performance.now()): EventLoopWatch {
  let last = elapsed();
  let blocked: { readonly at: number; readonly ms: number } | undefined;
  const look = (): void => {
    const now = elapsed();
    const late = now - last - everyMs;
    if (late >= BLOCKED_MS) blocked = { at: now, ms: late };
    last = now;
  };
  const timer = setInterval(look, everyMs);
  timer.unref();
  return {
    check() {
      // The question may come before the timer has had its turn.
      look();
      if (blocked === undefined || elapsed() - blocked.at > remembered) return undefined;
      const [stood, since] = [blocked.ms, elapsed() - blocked.at].map((ms) =>
        Math.round(ms / 1_000),
      );
      return `the process stood still for ${stood} s, ${since} s ago`;
    },
    stop: () => clearInterval(timer),
  };
}
