// @ts-check
/** A lock between processes of one machine: a file that names its holder. */
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

const pollMs = 100;
/** Longer than a first installation takes on a slow line. */
const patienceMs = 15 * 60_000;
/** A holder that died between creating the file and writing its id into it leaves it empty. */
const emptyForMs = 5_000;

/**
 * Runs `work` while holding the lock. A lock whose holder is no longer alive is taken over. Throws
 * when it is held by a living process for longer than a quarter of an hour.
 * @template T
 * @param {string} file
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withLock(file, work) {
  await acquire(file);
  const release = () => rmSync(file, { force: true });
  // `process.exit` inside `work` skips `finally`, but not this.
  process.once('exit', release);
  try {
    return await work();
  } finally {
    process.off('exit', release);
    release();
  }
}

/** @param {string} file */
async function acquire(file) {
  const start = Date.now();
  while (!create(file)) {
    if (abandoned(file)) {
      takeAway(file);
      continue;
    }
    if (Date.now() - start > patienceMs) {
      throw new Error(`another process holds ${file}; if that is not so, delete it and try again`);
    }
    await pause(pollMs);
  }
}

/** @param {string} file */
function create(file) {
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

/**
 * Of several that find a lock abandoned only one may remove it, and only if it still is: otherwise
 * the second would remove the new lock of the first.
 * @param {string} file
 */
function takeAway(file) {
  const breaking = `${file}.breaking`;
  if (!create(breaking)) {
    if (abandoned(breaking)) rmSync(breaking, { force: true });
    return;
  }
  try {
    if (abandoned(file)) rmSync(file, { force: true });
  } finally {
    rmSync(breaking, { force: true });
  }
}

/** @param {string} file */
function abandoned(file) {
  try {
    const holder = readFileSync(file, 'utf8');
    if (holder === '') return Date.now() - statSync(file).mtimeMs > emptyForMs;
    process.kill(Number(holder), 0);
    return false;
  } catch (error) {
    // ESRCH: no such process. ENOENT: released meanwhile. EPERM: alive, another user's.
    return codeOf(error) === 'ESRCH';
  }
}

/** @param {unknown} error */
function codeOf(error) {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
