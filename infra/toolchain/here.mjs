// @ts-check
/** What can be known about this checkout by reading it: which Node to use, whether it is installed. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import * as nodeModule from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const NODE_MAJOR = 24;
export const PNPM_MAJOR = 12;

export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
export const cache = join(root, '.cache');
/** Where the path of a Node 24 that npx fetched is remembered. */
export const nodeRecord = join(cache, 'node-path');
/** Inside node_modules, so that deleting node_modules deletes it. */
export const stamp = join(root, 'node_modules', '.vigil-installed');

/** `enableCompileCache` is there from Node 22 on. @type {{ enableCompileCache?: (folder: string) => unknown }} */
export const module24 = nodeModule;

/** The Node to run with, or `undefined` when none is known yet. */
export function nodeFor() {
  if (Number.parseInt(process.versions.node, 10) >= NODE_MAJOR) return process.execPath;
  const remembered = readOr(nodeRecord, '').trim();
  return remembered !== '' && existsSync(remembered) ? remembered : undefined;
}

/** What the installed tree depends on; the platform too, for checkouts shared with a container. */
export function wanted() {
  const hash = createHash('sha256');
  for (const file of ['pnpm-lock.yaml', 'pnpm-workspace.yaml']) {
    hash.update(readFileSync(join(root, file)));
  }
  return `${hash.digest('hex')} ${process.platform}-${process.arch}`;
}

export function upToDate() {
  return readOr(stamp, '').trim() === wanted();
}

/**
 * @param {string} file
 * @param {string} otherwise
 */
function readOr(file, otherwise) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return otherwise;
  }
}
