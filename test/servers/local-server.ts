import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Charge } from './reaper.ts';
import { until } from './until.ts';

/** A server that runs as a child of this process, with the means to make it fail. */
export interface LocalServer {
  /** The operating-system process that runs now; another after `restart`. */
  readonly pid: number;
  /** What it has written to its log so far. */
  log(): string;
  /** Ends the server at once (SIGKILL), as a crash does. Its data stays for `restart`. */
  kill(): Promise<void>;
  /** Freezes the server (SIGSTOP): connections stay open and nothing answers. */
  pause(): void;
  /** Lets a paused server go on (SIGCONT). */
  resume(): void;
  /** Starts it again on the same ports with the same data; one still running is ended politely first. */
  restart(): Promise<void>;
  /** Ends the server for good and removes its data. Calling it again does nothing. */
  stop(): Promise<void>;
}

/** What it takes to run one server. */
export interface ServerSpec {
  /** What to call it in errors. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Its data, configuration and log; removed by `stop`. */
  readonly directory: string;
  /** Resolves truthy when the server with this pid answers; false or an error means not yet. */
  readonly ready: (pid: number) => Promise<boolean>;
  /** How long it may take until it is ready, in milliseconds. */
  readonly startDeadlineMs: number;
}

/** A server ended before it was ready, or was not ready in time; the message has the end of its log. */
export class ServerDidNotStart extends Error {
  override readonly name = 'ServerDidNotStart';
}

const POLITE_END_MS = 15_000;

/**
 * Makes a temporary folder that is removed when this process ends, even by a crash.
 *
 * @param prefix the start of the folder's name.
 */
export function temporaryDirectory(prefix: string): string {
  const directory = mkdtempSync(join(tmpdir(), prefix));
  tellReaper({ directory });
  return directory;
}

/**
 * Starts a server and waits until it is ready. It never outlives this process, and does not keep this
 * process from ending.
 *
 * @param where how clients reach it: becomes part of the handle.
 * @throws {ServerDidNotStart} with the end of the server's log.
 */
export async function startLocalServer<Where extends object>(
  spec: ServerSpec,
  where: Where,
): Promise<Where & LocalServer> {
  const logFile = join(spec.directory, 'server.log');
  let child = await launch(spec, logFile);

  return {
    ...where,
    get pid() {
      return pidOf(child);
    },
    log: () => readFileSync(logFile, 'utf8'),
    async kill() {
      await end(child, 'SIGKILL');
    },
    pause() {
      child.kill('SIGSTOP');
    },
    resume() {
      child.kill('SIGCONT');
    },
    async restart() {
      await endPolitely(child);
      child = await launch(spec, logFile);
    },
    async stop() {
      // Its data goes with it, so there is nothing for an orderly end to save; SIGKILL also ends a
      // paused server.
      await end(child, 'SIGKILL');
      rmSync(spec.directory, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

function endOfLog(logFile: string, lines = 25): string {
  try {
    return readFileSync(logFile, 'utf8').trimEnd().split('\n').slice(-lines).join('\n');
  } catch {
    return '(it wrote nothing)';
  }
}

async function launch(spec: ServerSpec, logFile: string): Promise<ChildProcess> {
  const log = openSync(logFile, 'a');
  // A session of its own: an interrupt at the terminal goes to the test run, which stops its servers in
  // order, and the reaper sees to those that it could not.
  const child = spawn(spec.command, spec.args, {
    cwd: spec.directory,
    env: { ...process.env, ...spec.env },
    stdio: ['ignore', log, log],
    detached: true,
  });
  closeSync(log);
  child.unref();
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', reject);
  });
  const pid = pidOf(child);
  tellReaper({ process: pid });
  child.once('exit', () => tellReaper({ ended: pid }));

  let watching = true;
  const died = exitOf(child).then(() => {
    if (watching) {
      throw new ServerDidNotStart(`${spec.name} ended as it started.\n${endOfLog(logFile)}`);
    }
  });
  const ready = until(() => spec.ready(pid), {
    what: `${spec.name} to be ready`,
    deadlineMs: spec.startDeadlineMs,
    pollMs: 50,
  });
  try {
    await Promise.race([ready, died]);
  } catch (error) {
    // The loser of the race fails too, later, and nobody is left to hear it.
    ready.catch(() => undefined);
    watching = false;
    await end(child, 'SIGKILL');
    if (error instanceof ServerDidNotStart) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new ServerDidNotStart(`${reason}\n${endOfLog(logFile)}`, { cause: error });
  }
  watching = false;
  return child;
}

function pidOf(child: ChildProcess): number {
  if (child.pid === undefined) throw new Error('A process that did not start has no pid.');
  return child.pid;
}

function exitOf(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => child.once('exit', () => resolve()));
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  child.ref();
  child.kill(signal);
  await exitOf(child);
}

async function endPolitely(child: ChildProcess): Promise<void> {
  child.kill('SIGCONT');
  const impatience = setTimeout(() => child.kill('SIGKILL'), POLITE_END_MS);
  await end(child, 'SIGTERM');
  clearTimeout(impatience);
}

let reaper: ChildProcess | undefined;

function tellReaper(charge: Charge): void {
  reaper ??= startReaper();
  reaper.stdin?.write(`${JSON.stringify(charge)}\n`);
}

function startReaper(): ChildProcess {
  const child = spawn(process.execPath, [fileURLToPath(new URL('./reaper.ts', import.meta.url))], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
    // Neither a test runner's loader nor its options belong in the process that cleans up after it.
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  child.unref();
  // A pipe may hold this process open unless it is told not to; the types know only a stream.
  const input = child.stdin as { unref?: () => void } | null;
  input?.unref?.();
  child.stdin?.on('error', () => undefined);
  return child;
}
