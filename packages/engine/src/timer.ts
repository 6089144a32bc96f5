import { setTimeout as delay } from 'node:timers/promises';

/** Time that passes, for waiting and for measuring; what o'clock it is, is the wall clock's to say. */
export interface Timer {
  /** Milliseconds since some beginning; never goes back. */
  elapsed(): number;
  /** Waits that many milliseconds, or until the signal, whichever is first. */
  pause(ms: number, signal?: AbortSignal): Promise<void>;
}

/** The time of this machine; a simulation has a time of its own. */
export const machineTimer: Timer = {
  elapsed: () => performance.now(),
  async pause(ms, signal) {
    try {
      await delay(ms, undefined, signal === undefined ? {} : { signal });
    } catch (error) {
      if (signal?.aborted !== true) throw error;
    }
  },
};
