import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { vigil } from '../integration/vigil-process.ts';
import { traceOf } from './canary.ts';
import { badLines, goodEvent } from './lines.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vigil-bad-input-'));
});
afterAll(() => rm(folder, { recursive: true }));

const goodLine = (index: number): Buffer =>
  Buffer.from(JSON.stringify(goodEvent('incident-created', `INC-${index}`)));

/** All bad lines with a good one before, between and after them. */
function mixedLines(): Buffer {
  const lines = badLines.flatMap(({ make }, index) => [goodLine(index), make()]);
  return Buffer.concat([...lines, goodLine(badLines.length)].flatMap((line) => [line, newline]));
}
const newline = Buffer.from('\n');

interface Reject {
  readonly line: number;
  readonly reason: string;
  readonly problems: readonly { readonly path: string }[];
  readonly original?: string;
  readonly originalBase64?: string;
}

describe('a line that is no fact', () => {
  it.each([
    ['facts.ndjson', (bytes: Buffer) => bytes],
    ['facts.ndjson.gz', gzipSync],
    ['facts.ndjson.zst', zstdCompressSync],
  ])(
    'is rejected with its reason, and kept, and harms nothing around it: %s',
    async (name, pack) => {
      const [file, out] = [join(folder, name), join(folder, `${name}-out`)];
      await writeFile(file, pack(mixedLines()));
      const ended = await vigil(['replay', '--facts', file, '--out', out, '--no-report']);
      expect(ended).toMatchObject({ status: 0 });
      expect(traceOf(ended.stdout + ended.stderr)).toBeUndefined();
      const summary = JSON.parse(await readFile(join(out, 'summary.json'), 'utf8'));
      expect(summary).toMatchObject({ incidents: badLines.length + 1 });
      const rejects = (await readFile(join(out, 'rejects.ndjson'), 'utf8')).trim().split('\n');
      const seen = rejects.map((line): Reject => JSON.parse(line));
      expect(
        seen.map(({ line, reason, problems }) => `${line} ${reason} ${problems[0]?.path}`),
      ).toEqual(
        badLines.map(({ reason, field }, index) => `${2 * (index + 1)} ${reason} ${field}`),
      );
      for (const [index, { original, originalBase64 }] of seen.entries()) {
        const kept = Buffer.from(
          original ?? originalBase64 ?? '',
          original === undefined ? 'base64' : 'utf8',
        );
        const line = badLines[index]?.make() ?? Buffer.alloc(0);
        expect(kept.equals(line.subarray(0, kept.length))).toBe(true);
        expect(kept.length === line.length || badLines[index]?.reason === 'line-too-long').toBe(
          true,
        );
      }
    },
  );
});
