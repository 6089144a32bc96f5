import { Worker } from 'node:worker_threads';
import type { Outcome } from './simulate.ts';

interface Fleet {
  readonly from: number;
  readonly seeds: number;
  readonly workers: number;
  readonly onOutcome: (outcome: Outcome) => void;
}

/** Lives many lives, on as many threads as one likes; each is the same whoever lives it. */
export async function runFleet({ from, seeds, workers, onOutcome }: Fleet): Promise<void> {
  let next = from;
  const end = from + seeds;
  const crew = Array.from(
    { length: workers },
    () =>
      new Promise<void>((resolve, reject) => {
        const worker = new Worker(new URL('./fleet-worker.ts', import.meta.url));
        const ask = (): void => {
          if (next >= end) void worker.terminate().then(() => resolve());
          else worker.postMessage(next++);
        };
        worker.on('message', (outcome: Outcome) => {
          onOutcome(outcome);
          ask();
        });
        worker.on('error', reject);
        ask();
      }),
  );
  await Promise.all(crew);
}
