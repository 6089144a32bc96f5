import { setTimeout as sleep } from 'node:timers/promises';
import { type Service, started, startService } from '../integration/vigil-process.ts';

/** Milliseconds from the end of a process to the start of the next, as an orchestrator has them. */
const RESTART_MS = 1_000;

/** One instance of a service that is started again whenever it ends. */
export interface Supervised {
  readonly name: string;
  /** Where it answers for its health. */
  readonly health: string;
  /** The process that runs now. */
  pid(): number | undefined;
  /** How often it was started again. */
  restarts(): number;
  /** Ends the process at once, as a crash does. */
  kill(): void;
  /** Stops it where it is (SIGSTOP), and lets it go on (SIGCONT). */
  freeze(): void;
  thaw(): void;
  /** Waits until it has joined its groups. */
  ready(): Promise<void>;
  /** Asks it to end and lets it; the exit status. */
  stop(): Promise<number | null>;
  /** What the process that runs now has logged, and the one before it. */
  log(): string;
}

/**
 * Starts one instance of a service.
 *
 * @param port where it answers for its health, each of its processes in turn.
 */
export function supervise(
  name: string,
  environment: Readonly<Record<string, string>>,
  port: number,
): Supervised {
  let stopping = false;
  let restarts = 0;
  let ended = '';
  let service: Service = launch();

  function launch(): Service {
    const one = startService(name, { ...environment, VIGIL_HTTP_PORT: String(port) });
    one.process.once('close', () => {
      ended = one.stderr();
      void again();
    });
    return one;
  }

  async function again(): Promise<void> {
    await sleep(RESTART_MS);
    if (stopping) return;
    restarts++;
    service = launch();
  }

  return {
    name,
    health: `http://127.0.0.1:${port}`,
    pid: () => service.process.pid,
    restarts: () => restarts,
    kill: () => void service.process.kill('SIGKILL'),
    freeze: () => void service.process.kill('SIGSTOP'),
    thaw: () => void service.process.kill('SIGCONT'),
    ready: () => started(service),
    stop() {
      stopping = true;
      service.process.kill('SIGCONT');
      return service.stop();
    },
    log: () => `${ended}${service.stderr()}`,
  };
}
