import { setTimeout as sleep } from 'node:timers/promises';

/** Does something again and again until the signal, never twice at once; failures go to `failed`. */
export function everyUntil(
  signal: AbortSignal,
  everyMs: number,
  work: () => Promise<void>,
  failed: (error: unknown) => void,
): void {
  const go = async (): Promise<void> => {
    while (!signal.aborted) {
      const begun = performance.now();
      try {
        await work();
      } catch (error) {
        if (!signal.aborted) failed(error);
      }
      const left = Math.max(1, everyMs - (performance.now() - begun));
      await sleep(left, undefined, { signal }).catch(() => undefined);
    }
  };
  void go();
}

/** Waits for work at most so long. @returns whether it ended in time; its failure is thrown. */
export async function deadline(work: Promise<unknown>, withinMs: number): Promise<boolean> {
  const over = new AbortController();
  try {
    return await Promise.race([
      work.then(() => true),
      sleep(withinMs, false, { signal: over.signal }).catch(() => false),
    ]);
  } finally {
    over.abort();
  }
}
