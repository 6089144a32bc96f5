import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import { parseCloudEvent } from '@vigil/domain/facts/cloud-event';
import { afterAll, describe, expect, it } from 'vitest';

const main = fileURLToPath(new URL('./main.ts', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'vigil-generate-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs the command in the folder; words are its arguments. */
async function generate(words: string) {
  const child = spawn(process.execPath, [main, 'generate', ...words.split(' ')], { cwd: folder });
  const [stdout, stderr, [status]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  return { stdout, stderr, status: status as unknown };
}

const some = '--incidents 300 --from 2026-03-02T00:00:00Z --days 3';

describe('vigil generate', { timeout: 30_000 }, () => {
  it('writes the same bytes for the same seed, plain, compressed and on standard output', async () => {
    const { stdout, status } = await generate(`${some} --seed 7 --out -`);
    expect(status).toBe(0);
    for (const name of ['a.ndjson', 'a.ndjson.gz', 'a.ndjson.zst']) {
      expect((await generate(`${some} --seed 7 --out ${name}`)).status).toBe(0);
    }
    const read = (name: string) => readFileSync(join(folder, name));
    expect(read('a.ndjson').toString()).toBe(stdout);
    expect(gunzipSync(read('a.ndjson.gz')).toString()).toBe(stdout);
    expect(zstdDecompressSync(read('a.ndjson.zst')).toString()).toBe(stdout);
    expect((await generate(`${some} --seed 8 --out -`)).stdout).not.toBe(stdout);
    expect(readdirSync(folder).sort()).toEqual(['a.ndjson', 'a.ndjson.gz', 'a.ndjson.zst']);
  });

  it('puts heartbeats of every source between the facts when asked to', async () => {
    const { stdout } = await generate(`${some} --heartbeats PT12H --out -`);
    const read = stdout
      .split('\n')
      .filter(Boolean)
      .map((line) => parseCloudEvent(JSON.parse(line)));
    expect(read.filter(({ kind }) => kind === 'rejected')).toEqual([]);
    const heartbeats = read.filter(({ kind }) => kind === 'heartbeat');
    // Three forces with two sources each, every half day for three days.
    expect(heartbeats).toHaveLength(3 * 2 * 6);
  });

  it('writes to a device as it is, and leaves it one', async () => {
    expect((await generate(`${some} --out /dev/null`)).status).toBe(0);
    expect(statSync('/dev/null').isCharacterDevice()).toBe(true);
  });

  it.each([
    ['no incidents', '--from 2026-03-02T00:00:00Z --out x', '--incidents'],
    ['an instant without offset', '--incidents 1 --from 2026-03-02T00:00:00 --out x', 'no offset'],
    ['a seed that is none', `${some} --seed 1.5 --out x`, 'whole number from 0 to 4294967295'],
    ['a short heartbeat', `${some} --heartbeats PT0.5S --out x`, 'a second or more'],
    [
      'days that go on after 2199',
      '--incidents 1 --from 2199-12-30T00:00:00Z --days 3 --out -',
      'from and days must give a history',
    ],
    ['a folder that is not there', `${some} --out no/x.ndjson`, 'no such file or directory'],
  ])('ends with 2 for %s', async (_, words, message) => {
    const { stdout, stderr, status } = await generate(words);
    expect(stderr).toContain(message);
    expect(stderr).not.toContain('    at ');
    expect({ stdout, status }).toEqual({ stdout: '', status: 2 });
  });
});
