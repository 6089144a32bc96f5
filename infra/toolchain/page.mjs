// @ts-check
/** The control room's page, built when it is missing or older than what it is made of. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { environmentFor } from './child.mjs';
import { cache, root } from './here.mjs';
import { withLock } from './lock.mjs';

const page = join(root, 'services', 'control-room', 'page');
const built = join(page, 'dist', 'index.html');
/** The page's own files, and those of other rooms that it is made of. */
const sources = [
  ...['src', 'public', 'index.html', 'package.json', 'vite.config.ts', 'tsconfig.json'].map(
    (name) => join(page, name),
  ),
  join(root, 'services', 'control-room', 'src', 'api'),
  join(root, 'packages', 'domain', 'src'),
  join(root, 'pnpm-lock.yaml'),
];

/**
 * Builds the page when it has to be: two seconds, the first time and after a change. Two at once take
 * turns. Throws when it cannot be built.
 * @param {string} node the Node to build with
 */
export async function buildPage(node) {
  if (isFresh()) return;
  // Whoever installed with pnpm itself has none yet.
  mkdirSync(cache, { recursive: true });
  await withLock(join(cache, 'page.lock'), async () => {
    if (isFresh()) return;
    process.stderr.write(
      'vigil: building the control-room page (once, and again when it changes)\n',
    );
    const vite = join(page, 'node_modules', 'vite', 'bin', 'vite.js');
    const result = spawnSync(node, [vite, 'build', '--logLevel', 'warn'], {
      cwd: page,
      env: environmentFor(node),
      encoding: 'utf8',
    });
    if (result.status === 0) return;
    rmSync(built, { force: true });
    throw new Error(`the control-room page could not be built:\n${result.stdout}${result.stderr}`);
  });
}

function isFresh() {
  const at = statSync(built, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  return at > 0 && sources.every((path) => newest(path) <= at);
}

/**
 * When the file, or the newest file in the folder, was changed.
 * @param {string} path
 * @returns {number}
 */
function newest(path) {
  const here = statSync(path);
  if (!here.isDirectory()) return here.mtimeMs;
  // A file that was taken away changes its folder.
  return Math.max(here.mtimeMs, ...readdirSync(path).map((name) => newest(join(path, name))));
}
