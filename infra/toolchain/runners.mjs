// @ts-check
/** Everything that can pass or fail, how it is started, and how its outcome is counted. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './child.mjs';
import { cache, root } from './here.mjs';
import { countCheck, countVitest, inWords, total } from './outcome.mjs';

export const results = join(cache, 'results');

/**
 * @typedef {object} Runner
 * @property {string} name
 * @property {string} about
 * @property {'check' | 'test' | 'audit'} command
 * @property {string[]} argv
 */

/** @type {readonly Runner[]} */
export const runners = [
  {
    name: 'types',
    about: 'TypeScript',
    command: 'check',
    argv: ['node_modules/typescript/bin/tsc', '--noEmit', '-p', 'tsconfig.json'],
  },
  {
    name: 'page',
    about: 'TypeScript of the control-room page',
    command: 'check',
    argv: [
      'node_modules/typescript/bin/tsc',
      '--noEmit',
      '-p',
      'services/control-room/page/tsconfig.json',
    ],
  },
  {
    name: 'lint',
    about: 'Biome: linter and formatter',
    command: 'check',
    argv: ['node_modules/@biomejs/biome/bin/biome', 'check', '--error-on-warnings', '.'],
  },
  {
    name: 'arrows',
    about: 'which room may import which',
    command: 'check',
    argv: [
      'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs',
      '--config=.dependency-cruiser.mjs',
      'packages',
      'services',
      'test',
    ],
  },
  {
    name: 'unused',
    about: 'files, exports and dependencies nobody uses',
    command: 'check',
    argv: ['node_modules/knip/bin/knip.js', '--no-progress'],
  },
  {
    name: 'audit',
    about: 'known vulnerabilities in what is deployed',
    command: 'audit',
    argv: ['infra/toolchain/audit.mjs'],
  },
  vitest('unit', 'tests that need nothing'),
  vitest('int', 'tests against real servers'),
];

/**
 * @param {string} name a project of vitest.config.ts
 * @param {string} about
 * @returns {Runner}
 */
function vitest(name, about) {
  const argv = ['node_modules/vitest/vitest.mjs', 'run', '--project', name];
  argv.push('--reporter=default', '--reporter=json', `--outputFile.json=${reportOf(name)}`);
  return { name, about, command: 'test', argv };
}

/** @param {string} name */
function reportOf(name) {
  return join(results, `${name}.vitest.json`);
}

/**
 * Runs every runner of a command one after the other, also when one fails, and prints what each
 * came to. `args` are the test command's (passed on to vitest) or names of checks to run.
 * @param {'check' | 'test' | 'audit'} command
 * @param {readonly string[]} args
 * @param {string} node the Node to run them with
 * @returns {Promise<0 | 1>} the exit status
 */
export async function runAll(command, args, node) {
  mkdirSync(results, { recursive: true });
  const chosen = runners.filter(
    (runner) =>
      runner.command === command &&
      (command === 'test' || args.length === 0 || args.includes(runner.name)),
  );
  /** @type {import('./outcome.mjs').Outcome[]} */
  const outcomes = [];
  for (const runner of chosen) {
    process.stdout.write(`\n── ${runner.name}: ${runner.about}\n`);
    const { outcome, asked } = await runOne(runner, command === 'test' ? args : [], node);
    writeFileSync(join(results, `${runner.name}.json`), JSON.stringify(outcome));
    outcomes.push(outcome);
    // Whoever stops one does not want the next to begin.
    if (asked) break;
  }
  process.stdout.write('\n');
  for (const [index, runner] of chosen.entries()) {
    const outcome = outcomes[index];
    if (outcome !== undefined) process.stdout.write(`${runner.name}: ${inWords(outcome)}\n`);
  }
  const sum = total(outcomes);
  return sum.failed === 0 && outcomes.length === chosen.length && chosen.length > 0 ? 0 : 1;
}

/**
 * @param {Runner} runner
 * @param {readonly string[]} args
 * @param {string} node
 * @returns {Promise<{ outcome: import('./outcome.mjs').Outcome, asked: boolean }>}
 */
async function runOne(runner, args, node) {
  const report = reportOf(runner.name);
  // What an earlier run left must never be counted as this one's.
  rmSync(report, { force: true });
  rmSync(join(results, `${runner.name}.json`), { force: true });
  // A choice of tests may leave one of the projects without any.
  const extra =
    runner.command === 'test' && args.length > 0 ? ['--passWithNoTests', ...args] : args;
  const { code, asked } = await run(node, [...runner.argv, ...extra], { cwd: root });
  if (runner.command !== 'test') return { outcome: countCheck(code), asked };
  return { outcome: countVitest(readReport(report), code, args.length > 0), asked };
}

/**
 * @param {string} file
 * @returns {string | undefined}
 */
function readReport(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
