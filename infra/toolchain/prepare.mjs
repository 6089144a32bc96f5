// @ts-check
/** Gets what is missing: Node 24, pnpm 12, the dependencies. */
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { environmentFor } from './child.mjs';
import {
  cache,
  NODE_MAJOR,
  nodeFor,
  nodeRecord,
  PNPM_MAJOR,
  root,
  stamp,
  upToDate,
  wanted,
} from './here.mjs';
import { withLock } from './lock.mjs';

/** The command that starts pnpm, and what comes before its own arguments. @typedef {string[]} Command */

/**
 * Installs what is missing and returns the path of Node 24. Two at once take turns, and the second
 * finds the work done. Ends the process with status 1 when something could not be got.
 * @param {{ quiet: boolean }} how
 * @returns {Promise<string>}
 */
export async function prepare({ quiet }) {
  mkdirSync(cache, { recursive: true });
  return withLock(join(cache, 'toolchain.lock'), async () => {
    const node = nodeFor() ?? (await fetchNode());
    if (!upToDate()) await install(node, quiet);
    return node;
  });
}

async function fetchNode() {
  say(
    `this is Node ${process.versions.node}; fetching Node ${NODE_MAJOR} and pnpm ${PNPM_MAJOR} with npx (once)`,
  );
  const node = await throughNpx('process.execPath');
  writeFileSync(nodeRecord, `${node}\n`);
  return node;
}

/**
 * @param {string} node
 * @param {boolean} quiet
 */
async function install(node, quiet) {
  say('installing dependencies (once, and again when the lockfile changes)');
  const [pnpm, ...before] = await findPnpm();
  const args = [...before, 'install', '--frozen-lockfile', '--reporter=append-only'];
  // CI: nobody is there to answer a question, such as whether an old node_modules may go.
  const result = await collect(
    pnpm ?? 'pnpm',
    args,
    { ...environmentFor(node), CI: 'true' },
    !quiet,
  );
  if (result.code !== 0) {
    if (quiet) process.stderr.write(result.output);
    fail('pnpm could not install the dependencies; what it said is above');
  }
  writeFileSync(stamp, `${wanted()}\n`);
}

/** The pnpm of this machine when it is the right one, else the one that npx fetches. @returns {Promise<Command>} */
export async function findPnpm() {
  const shell = process.platform === 'win32';
  const asked = spawnSync('pnpm', ['--version'], { encoding: 'utf8', cwd: root, shell });
  if (asked.status === 0 && Number.parseInt(asked.stdout, 10) === PNPM_MAJOR) return ['pnpm'];
  // npx puts the folder with the programs of its packages first on PATH.
  const bin = await throughNpx('process.env.PATH.split(require("node:path").delimiter)[0]');
  return [join(bin, 'pnpm')];
}

/**
 * What a JavaScript expression gives under the Node 24 that npx fetches.
 * @param {string} expression
 */
async function throughNpx(expression) {
  const packages = ['-p', `node@${NODE_MAJOR}`, '-p', `pnpm@${PNPM_MAJOR}`];
  const mark = 'vigil:';
  const program = `console.log(${JSON.stringify(mark)} + (${expression}))`;
  // `npm run -s` tells the npm inside to be silent as well, about errors too.
  const env = { ...process.env, npm_config_loglevel: 'error' };
  const args = ['-y', ...packages, '--', 'node', '-e', program];
  const result = await collect('npx', args, env, false);
  const line = result.output.split('\n').find((text) => text.startsWith(mark));
  if (result.code !== 0 || line === undefined) {
    process.stderr.write(result.output);
    fail(
      `npx could not fetch Node ${NODE_MAJOR} and pnpm ${PNPM_MAJOR}; install them by hand, or see above why`,
    );
  }
  return line.slice(mark.length).trim();
}

/**
 * @param {string} command
 * @param {readonly string[]} args
 * @param {NodeJS.ProcessEnv} env
 * @param {boolean} show also passes the output on, to stderr
 * @returns {Promise<{ code: number | null, output: string }>}
 */
function collect(command, args, env, show) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: root,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      shell: process.platform === 'win32',
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => {
        output += text;
        if (show) process.stderr.write(text);
      });
    }
    child.once('error', (error) => resolve({ code: 1, output: `${output}${error.message}\n` }));
    child.once('close', (code) => resolve({ code, output }));
  });
}

/** @param {string} text */
function say(text) {
  process.stderr.write(`vigil: ${text}\n`);
}

/**
 * @param {string} text
 * @returns {never}
 */
function fail(text) {
  say(text);
  process.exit(1);
}
