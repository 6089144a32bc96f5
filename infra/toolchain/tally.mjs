// @ts-check
/**
 * Sums the outcomes of all runners and prints one line; exits 1 unless everything passed. Arguments:
 * the exit statuses of the commands that ran them. A runner that left no outcome is a failure, and
 * so is a command that failed although all its runners say they passed.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inWords, readOutcome, total } from './outcome.mjs';
import { results, runners } from './runners.mjs';

const sum = total(runners.map(({ name }) => readOutcome(textOf(join(results, `${name}.json`)))));
const complained = process.argv.slice(2).some((status) => status !== '0');
if (complained && sum.failed === 0) sum.failed = 1;
process.stdout.write(`${inWords(sum)}\n`);
process.exitCode = sum.failed === 0 ? 0 : 1;

/** @param {string} file */
function textOf(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
