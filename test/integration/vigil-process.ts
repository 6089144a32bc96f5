import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { until } from '../servers/until.ts';

const main = fileURLToPath(new URL('../../services/vigil/src/main.ts', import.meta.url));

/** What Node is given to be Vigil, before Vigil's own arguments: here, as it stands in the sources. */
const sources = ['--disable-warning=TimeoutNegativeWarning', main];

/** The services that decide; the others read what these say. */
export const deciding = ['incident-consumer', 'attendance-consumer', 'breach-detector'] as const;
export type Deciding = (typeof deciding)[number];

/** A run of the vigil program that has ended. */
export interface Ended {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command to its end. */
export async function vigil(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
  program: readonly string[] = sources,
): Promise<Ended> {
  const child = start(args, environment, program);
  const [status] = (await once(child.process, 'close')) as [number | null];
  return { status: status ?? -1, stdout: child.stdout(), stderr: child.stderr() };
}

/** A service as its own operating-system process. */
export interface Service {
  readonly process: ChildProcess;
  stdout(): string;
  stderr(): string;
  /** SIGTERM, then waits for the end. Resolves to the exit status. */
  stop(): Promise<number | null>;
}

export function startService(
  name: string,
  environment: Readonly<Record<string, string>>,
  program: readonly string[] = sources,
): Service {
  const child = start(['run', name], environment, program);
  return {
    ...child,
    async stop() {
      if (child.process.exitCode !== null) return child.process.exitCode;
      const ended = once(child.process, 'close');
      child.process.kill('SIGTERM');
      await ended;
      return child.process.exitCode;
    },
  };
}

/** Waits until a service has joined its groups; what it wrote is in the message if it never does. */
export async function started(service: Service): Promise<void> {
  await until(
    () => {
      if (service.process.exitCode !== null) throw new Error(service.stderr());
      return service.stderr().includes('"msg":"started"');
    },
    { what: 'the service to start', deadlineMs: 60_000, pollMs: 50 },
  );
}

function start(
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
  program: readonly string[],
) {
  const process_ = spawn(process.execPath, [...program, ...args], {
    env: { ...process.env, NODE_ENV: 'production', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const written = { stdout: '', stderr: '' };
  // A character may come in two pieces.
  process_.stdout.setEncoding('utf8');
  process_.stderr.setEncoding('utf8');
  process_.stdout.on('data', (data) => {
    written.stdout += data;
  });
  process_.stderr.on('data', (data) => {
    written.stderr += data;
  });
  return {
    process: process_,
    stdout: () => written.stdout,
    stderr: () => written.stderr,
  };
}
