import { availableParallelism } from 'node:os';
import { Piscina } from 'piscina';
import { decide, finish, route } from './worker.ts';

const work = { route, decide, finish };
type Work = typeof work;
type Name = keyof Work;

/** Where the work is done. */
export interface Threads extends AsyncDisposable {
  /** Tasks worth having under way at once. */
  readonly parallel: number;
  run<N extends Name>(name: N, task: Parameters<Work[N]>[0]): Promise<Awaited<ReturnType<Work[N]>>>;
}

/** Megabytes for what is young: facts live as long as their partition, and moving them costs. */
const youngMegabytes = 64;

/** A thread a core. */
export function startThreads(): Threads {
  const parallel = availableParallelism();
  const pool = new Piscina({
    filename: new URL('./worker.ts', import.meta.url).href,
    minThreads: parallel,
    maxThreads: parallel,
    resourceLimits: { maxYoungGenerationSizeMb: youngMegabytes },
  });
  return {
    parallel: parallel * 2,
    run: (name, task) => pool.run(task, { name }),
    [Symbol.asyncDispose]: () => pool.destroy(),
  };
}

/** For a few facts, which are decided before a thread would have started. */
export const noThreads: Threads = {
  parallel: 1,
  run: async (name, task) => (work[name] as (task: unknown) => never)(task),
  [Symbol.asyncDispose]: async () => {},
};
