// @ts-check
/** Child processes that stand in for this one: same streams, same signals, same end. */
import { spawn } from 'node:child_process';
import { delimiter, dirname } from 'node:path';

/** @type {NodeJS.Signals[]} */
const passedOn = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2'];

/** The environment of a child whose `node` is the given one. @param {string} node */
export function environmentFor(node) {
  return { ...process.env, PATH: `${dirname(node)}${delimiter}${process.env['PATH'] ?? ''}` };
}

/**
 * Runs a command with this process's streams and resolves when it ended. Signals are passed on and
 * do not end this process, which has to outlive the child to report how it ended.
 * @param {string} node
 * @param {readonly string[]} argv
 * @param {{ cwd?: string, env?: Record<string, string> }} [options]
 * @returns {Promise<{ code: number | null, signal: NodeJS.Signals | null, asked: boolean }>} `asked`: a signal was passed on
 */
export function run(node, argv, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(node, argv, {
      stdio: 'inherit',
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      env: { ...environmentFor(node), ...options.env },
    });
    let asked = false;
    /** @param {NodeJS.Signals} signal */
    const passOn = (signal) => {
      asked = true;
      child.kill(signal);
    };
    for (const signal of passedOn) process.on(signal, passOn);
    const stop = () => {
      for (const signal of passedOn) process.off(signal, passOn);
    };
    child.once('error', (error) => {
      stop();
      reject(error);
    });
    child.once('exit', (code, signal) => {
      stop();
      resolve({ code, signal, asked });
    });
  });
}

/**
 * As `run`, and then ends this process the way the child ended.
 * @param {string} node
 * @param {readonly string[]} argv
 * @param {Record<string, string>} env
 */
export async function handOver(node, argv, env) {
  const { code, signal } = await run(node, argv, { env });
  if (signal === null) process.exitCode = code ?? 1;
  else process.kill(process.pid, signal);
}
