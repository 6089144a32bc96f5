/**
 * The end of a service: asked for by a signal, reached when its work is done, or forced by an error.
 * What was started is stopped in order, within a time.
 */
import { type Clock, wallClock } from './clock.ts';
import type { Logger } from './logging.ts';

export interface LifetimeOptions {
  readonly logger: Logger;
  /** How long all steps together may take, in milliseconds. */
  readonly shutdownMs: number;
  readonly clock?: Clock;
}

export interface Lifetime {
  /** Aborted when the end begins: for what waits or loops. */
  readonly stopping: AbortSignal;
  /** Says what to do at the end. Steps run one at a time, the last one given first, as what was opened last depends on what was opened before. */
  onStop(step: string, stop: () => Promise<void> | void): void;
  /**
   * Waits for the end: a signal, or `work` settling. Then runs the steps and resolves to the exit
   * status: 0, or 1 when the work or a step failed or the time was up. The caller then calls
   * `process.exit` with it: a step that hangs must not keep the process.
   */
  end(work?: Promise<unknown>): Promise<number>;
}

const numberOf = { SIGINT: 2, SIGTERM: 15 } as const;
type StopSignal = keyof typeof numberOf;

/**
 * npm passes on the Ctrl-C that the terminal has sent to the program already: one key press arrives
 * as two signals. Those that come so soon after the first are the same one.
 */
const samePressMs = 500;

/**
 * Takes over the signals and the uncaught errors of this process: create one, first thing in `main`.
 * A second SIGTERM or SIGINT ends the process at once; an error that nobody caught is logged and ends
 * it with status 1, for after it nothing is known to be right.
 */
export function createLifetime({
  logger,
  shutdownMs,
  clock = wallClock,
}: LifetimeOptions): Lifetime {
  const stopping = new AbortController();
  const steps: { step: string; stop: () => Promise<void> | void }[] = [];
  let firstSignalAt: number | undefined;

  const onSignal = (signal: StopSignal) => {
    if (firstSignalAt === undefined) {
      firstSignalAt = clock();
      logger.info('stopping', { signal });
      stopping.abort();
    } else if (clock() - firstSignalAt >= samePressMs) {
      logger.warn('asked to stop a second time: ending at once', { signal });
      process.exit(128 + numberOf[signal]);
    }
  };
  const onUncaught = (error: unknown) => {
    logger.fatal('ending after an error that nobody caught', { error });
    process.exit(1);
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  process.on('uncaughtException', onUncaught);
  process.on('unhandledRejection', onUncaught);

  return {
    stopping: stopping.signal,
    onStop: (step, stop) => {
      steps.unshift({ step, stop });
    },
    async end(work) {
      const asked = new Promise<void>((resolve) => {
        if (stopping.signal.aborted) resolve();
        stopping.signal.addEventListener('abort', () => resolve(), { once: true });
      });
      let status = 0;
      // Held on to so that a failure while stopping is not an unhandled rejection.
      const worked = work?.catch((error: unknown) => {
        status = 1;
        logger.error('the work failed', { error });
      });
      // A promise alone does not keep Node running, and a service may have nothing else to wait for.
      const alive = setInterval(() => {}, 1 << 30);
      await (worked === undefined ? asked : Promise.race([asked, worked]));
      stopping.abort();
      const inTime = await stopAll(steps, logger, shutdownMs);
      clearInterval(alive);
      return inTime ? status : 1;
    },
  };
}

/** Runs the steps, each also when an earlier one failed; whether all succeeded in time. */
async function stopAll(
  steps: readonly { step: string; stop: () => Promise<void> | void }[],
  logger: Logger,
  shutdownMs: number,
): Promise<boolean> {
  let current = '';
  let failed = false;
  const run = async () => {
    for (const { step, stop } of steps) {
      current = step;
      try {
        await stop();
      } catch (error) {
        failed = true;
        logger.error('could not stop cleanly', { step, error });
      }
    }
    return true;
  };
  let timer: NodeJS.Timeout | undefined;
  const timeUp = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), shutdownMs);
  });
  const finished = await Promise.race([run(), timeUp]);
  clearTimeout(timer);
  if (!finished) logger.error('did not stop in time', { step: current, durationMs: shutdownMs });
  return finished && !failed;
}
