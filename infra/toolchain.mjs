// @ts-check
/**
 * What `npm start`, `npm test`, `npm run vigil`, `npm run check` and `npm run audit` call. It needs only Node 20: it
 * sees to it that Node 24, the dependencies and the page are there, then hands over. Plain JavaScript
 * without imports beyond Node's own, because it runs before anything is installed.
 *
 * stdout belongs to the command that is run; whatever this file has to say goes to stderr.
 */
import { module24, nodeFor, root, upToDate } from './toolchain/here.mjs';

const [command, ...args] = process.argv.slice(2);
const main = new URL('../services/vigil/src/main.ts', import.meta.url);

switch (command) {
  case 'vigil':
    await vigil(args, { quiet: true });
    break;
  case 'start':
    await vigil(['up', ...args], { quiet: false });
    break;
  case 'test':
  case 'audit':
  case 'check': {
    const node = await ready({ quiet: false });
    if (command === 'test') await (await import('./toolchain/page.mjs')).buildPage(node);
    const { runAll } = await import('./toolchain/runners.mjs');
    process.exitCode = await runAll(command, args, node);
    break;
  }
  default:
    process.stderr.write(
      'usage: node infra/toolchain.mjs start|test|check|audit|vigil [ARGUMENT…]\n',
    );
    process.exitCode = 2;
}

/**
 * Runs the vigil program with Node 24: in this process when this is Node 24, because a second start
 * of Node costs more than everything else here.
 * @param {string[]} argv
 * @param {{ quiet: boolean }} how
 */
async function vigil(argv, how) {
  const node = await ready(how);
  if (argv[0] === 'up') await (await import('./toolchain/page.mjs')).buildPage(node);
  // npm runs scripts in the root of the project; paths are meant from where the command was typed.
  const typedIn = process.env['INIT_CWD'];
  if (typedIn !== undefined && process.env['npm_lifecycle_event'] === command) {
    process.chdir(typedIn);
  }
  const { fileURLToPath } = await import('node:url');
  const program = fileURLToPath(main);
  if (node === process.execPath) {
    process.argv = [node, program, ...argv];
    module24.enableCompileCache?.(`${root}/.cache/compiled`);
    await import(main.href);
    return;
  }
  const { handOver } = await import('./toolchain/child.mjs');
  await handOver(node, [program, ...argv], { NODE_COMPILE_CACHE: `${root}/.cache/compiled` });
}

/**
 * The path of a Node 24 with everything installed. The common case reads two small files.
 * @param {{ quiet: boolean }} how
 */
async function ready(how) {
  const node = nodeFor();
  if (node !== undefined && upToDate()) return node;
  const { prepare } = await import('./toolchain/prepare.mjs');
  return prepare(how);
}
