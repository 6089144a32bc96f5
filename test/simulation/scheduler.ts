import { type Instant, plus } from '@vigil/domain/time/instant';
import { Heap } from 'heap-js';
import type { Random } from './random.ts';
import type { Trace } from './trace.ts';

/** Owns all time and all order: nothing that waits goes on but by a step taken here. */
export interface Scheduler {
  /** The true time, which no clock of the simulated machines need show. */
  now(): Instant;
  /** Runs a task so many whole milliseconds later; of tasks of one instant chance says which is first. */
  after(ms: number, what: string, task: () => void): void;
  /** Takes steps until `done`, which is asked after each; rejects when nothing is left to do. */
  run(done: () => boolean): Promise<void>;
  steps(): number;
}

interface Step {
  readonly at: Instant;
  readonly order: number;
  readonly what: string;
  readonly task: () => void;
}

export function createScheduler(start: Instant, random: Random, trace: Trace): Scheduler {
  const steps = new Heap<Step>((a, b) => a.at - b.at || a.order - b.order);
  let now = start;
  let taken = 0;
  return {
    now: () => now,
    after(ms, what, task) {
      steps.push({ at: plus(now, ms), order: random.between(0, 2 ** 32 - 1), what, task });
    },
    async run(done) {
      do {
        const step = steps.pop();
        if (step === undefined) throw new Error('the simulation has nothing left to do');
        now = step.at;
        taken++;
        trace.add(`${((now - start) / 1000).toFixed(3)} ${step.what}`);
        step.task();
        await drained();
      } while (!done());
    },
    steps: () => taken,
  };
}

/**
 * Resolves when everything is done that follows without waiting for time or a port: Node takes a tick
 * only when no microtask is left, those queued meanwhile included. A turn of the event loop would do
 * the same in four times the time.
 */
function drained(): Promise<void> {
  return new Promise((resolve) => queueMicrotask(() => process.nextTick(resolve)));
}
