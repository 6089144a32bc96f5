import { type Instant, plus } from '@vigil/domain/time/instant';
import type { Timer } from '@vigil/engine/timer';
import type { Scheduler } from './scheduler.ts';

/** A process on a machine of its own: it can die at any await, stand still, and have a wrong clock. */
export interface Machine {
  readonly name: string;
  readonly timer: Timer;
  isAlive(): boolean;
  /** The wall clock as this machine has it. */
  clock(): Instant;
  setClock(aheadMs: number): void;
  /** Nothing of it ever runs again. */
  kill(): void;
  /** It stands still, as a stopped process does, and then goes on as if nothing had been. */
  freeze(ms: number): void;
  /** Runs a task on it: at once, when it thaws, or never. */
  wake(task: () => void): void;
}

export function createMachine(name: string, scheduler: Scheduler): Machine {
  let alive = true;
  let ahead = 0;
  let frozenUntil = scheduler.now();
  const wake = (task: () => void): void => {
    if (!alive) return;
    const left = frozenUntil - scheduler.now();
    if (left > 0) scheduler.after(left, `${name} thaws`, () => wake(task));
    else task();
  };
  return {
    name,
    wake,
    isAlive: () => alive,
    clock: () => plus(scheduler.now(), ahead),
    setClock(aheadMs) {
      ahead = aheadMs;
    },
    kill() {
      alive = false;
    },
    freeze(ms) {
      frozenUntil = plus(scheduler.now(), ms);
    },
    timer: {
      elapsed: () => scheduler.now(),
      pause: (ms, signal) =>
        new Promise((resolve) => {
          const end = (): void => {
            signal?.removeEventListener('abort', end);
            resolve();
          };
          if (signal?.aborted === true) return end();
          signal?.addEventListener('abort', end, { once: true });
          scheduler.after(Math.ceil(ms), `${name} wakes`, () => wake(end));
        }),
    },
  };
}
