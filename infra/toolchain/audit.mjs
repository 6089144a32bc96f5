// @ts-check
/**
 * Asks the registry which known vulnerabilities there are in what is deployed. Ends with 0 when there is none
 * that is high or critical, with 1 when there is, and with `notRun` where the registry does not answer such
 * questions: then nothing is known, which is no pass. Arguments are passed on to pnpm.
 */
import { spawnSync } from 'node:child_process';
import { environmentFor } from './child.mjs';
import { root } from './here.mjs';
import { notRun } from './outcome.mjs';
import { findPnpm } from './prepare.mjs';

const unanswered =
  /ERR_PNPM_AUDIT_BAD_RESPONSE|ERR_PNPM_META_FETCH_FAIL|ENOTFOUND|ECONNREFUSED|ETIMEDOUT|EAI_AGAIN|error sending request/;

const [pnpm = 'pnpm', ...before] = await findPnpm();
const asked = ['audit', '--prod', '--audit-level', 'high', ...process.argv.slice(2)];
const { status, stdout, stderr } = spawnSync(pnpm, [...before, ...asked], {
  cwd: root,
  env: { ...environmentFor(process.execPath), CI: 'true' },
  encoding: 'utf8',
});
process.stdout.write(stdout);
process.stderr.write(stderr);
if (status !== 0 && unanswered.test(stdout + stderr)) {
  process.stdout.write('NOT RUN: the registry does not say which vulnerabilities are known\n');
  process.exitCode = notRun;
} else process.exitCode = status ?? 1;
