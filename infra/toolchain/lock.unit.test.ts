import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { withLock } from './lock.mjs';

const folder = mkdtempSync(join(tmpdir(), 'lock-'));
afterAll(() => rmSync(folder, { recursive: true }));

it('lets processes take turns, also after a holder died', async () => {
  const lock = join(folder, 'turns');
  const journal = join(folder, 'journal');
  const dead = spawnSync(process.execPath, ['-e', '0']).pid;
  writeFileSync(lock, String(dead));
  writeFileSync(journal, '');
  const source = `
    import { appendFileSync } from 'node:fs';
    import { withLock } from ${JSON.stringify(new URL('lock.mjs', import.meta.url).href)};
    await withLock(${JSON.stringify(lock)}, async () => {
      appendFileSync(${JSON.stringify(journal)}, 'in ');
      await new Promise((resolve) => setTimeout(resolve, 20));
      appendFileSync(${JSON.stringify(journal)}, 'out ');
    });`;
  const argv = ['--input-type=module', '-e', source];
  const ends = Array.from({ length: 6 }, () => once(spawn(process.execPath, argv), 'close'));
  for (const end of ends) expect(await end).toEqual([0, null]);
  expect(readFileSync(journal, 'utf8')).toBe('in out '.repeat(6));
  expect(existsSync(lock)).toBe(false);
});

it('is released when the work fails', async () => {
  const lock = join(folder, 'failing');
  const failing = withLock(lock, () => Promise.reject(new Error('no network')));
  await expect(failing).rejects.toThrow('no network');
  expect(existsSync(lock)).toBe(false);
});
