import { setTimeout as delay } from 'node:timers/promises';

/** Waits that many milliseconds of real time, or until the signal, whichever is first. */
export async function pause(ms: number, signal?: AbortSignal): Promise<void> {
  try {
    await delay(ms, undefined, signal === undefined ? {} : { signal });
  } catch (error) {
    if (signal?.aborted !== true) throw error;
  }
}
