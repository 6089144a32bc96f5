import { spawn } from 'node:child_process';
import { environmentFor } from '../toolchain/child.mjs';
import { root } from '../toolchain/here.mjs';
import { findPnpm } from '../toolchain/prepare.mjs';

/**
 * Runs pnpm in the project, with nobody to answer a question.
 *
 * @throws Error with all that it wrote when it fails.
 */
export async function pnpm(...args: readonly string[]): Promise<void> {
  const [program = 'pnpm', ...before] = await findPnpm();
  const child = spawn(program, [...before, ...args], {
    cwd: root,
    env: { ...environmentFor(process.execPath), CI: 'true' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let written = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => {
      written += text;
    });
  }
  const { promise, resolve, reject } = Promise.withResolvers<number | null>();
  child.once('error', reject).once('close', resolve);
  if ((await promise) !== 0) throw new Error(`pnpm ${args.join(' ')} failed:\n${written}`);
}
