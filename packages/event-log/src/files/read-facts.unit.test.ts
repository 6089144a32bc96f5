import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FactsFileError } from './facts-file-error.ts';
import { maxLineBytes } from './lines.ts';
import { type ReadLine, readFacts } from './read-facts.ts';

let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vigil-facts-'));
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

function eventOf(id: string, unitId = 'U1'): string {
  return JSON.stringify({
    specversion: '1.0',
    id,
    source: 'urn:police:example:cad',
    type: 'officer-attended',
    subject: 'INC-1',
    data: { incidentId: 'INC-1', attendedAt: '2026-03-02T09:00:00Z', unitId },
  });
}

async function write(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

async function read(...named: string[]): Promise<ReadLine[]> {
  const lines: ReadLine[] = [];
  for await (const line of readFacts(named)) lines.push(line);
  return lines;
}

/** Each line as `number id`, or `number reason`. */
function shortly(lines: readonly ReadLine[]): string[] {
  return lines.map((entry) => {
    if (entry.kind === 'rejected') return `${entry.line} ${entry.reason}`;
    return `${entry.line} ${entry.kind === 'fact' ? entry.fact.id : entry.kind}`;
  });
}

async function failureOf(...named: string[]): Promise<FactsFileError> {
  const error = await read(...named).catch((thrown: unknown) => thrown);
  if (!(error instanceof FactsFileError)) throw new Error(`no such failure: ${String(error)}`);
  return error;
}

describe('a file of facts', () => {
  const text = `${eventOf('f1')}\n${eventOf('f2')}\n`;

  it.each([
    ['plain', 'plain.ndjson', text],
    ['without a last line break', 'open.ndjson', text.trimEnd()],
    ['from Windows', 'windows.ndjson', `\uFEFF${text.replaceAll('\n', '\r\n')}`],
    ['gzip', 'facts.ndjson.gz', gzipSync(text)],
    ['zstd', 'facts.ndjson.zst', zstdCompressSync(text)],
  ])('is read when it is %s', async (_, name, content) => {
    expect(shortly(await read(await write(name, content)))).toEqual(['1 f1', '2 f2']);
  });

  it('is read to its end when it was compressed in several parts', async () => {
    const lines = [
      `${eventOf('f1')}\n`,
      `${eventOf('f2')}\n${eventOf('f3')}`,
      `\n${eventOf('f4')}\n`,
    ];
    // Parallel compressors put frames between the others that a reader has to skip.
    const skippable = Buffer.from([0x50, 0x2a, 0x4d, 0x18, 4, 0, 0, 0, 1, 2, 3, 4]);
    const frames = lines.flatMap((line) => [skippable, zstdCompressSync(line)]);
    const zstd = await write('parts.ndjson.zst', Buffer.concat(frames));
    const gzip = await write('parts.ndjson.gz', Buffer.concat(lines.map((line) => gzipSync(line))));
    const wanted = ['1 f1', '2 f2', '3 f3', '4 f4'];
    expect(shortly(await read(zstd))).toEqual(wanted);
    expect(shortly(await read(gzip))).toEqual(wanted);
  });

  it('holds nothing when it is empty or has blank lines only', async () => {
    expect(await read(await write('empty.ndjson', ''))).toEqual([]);
    expect(await read(await write('blank.ndjson', '\uFEFF\r\n \n\t\n'))).toEqual([]);
  });

  it('has its lines numbered as an editor numbers them, the blank ones too', async () => {
    const path = await write('gaps.ndjson', `\n\n${eventOf('f1')}\n\n${eventOf('f2')}`);
    expect(shortly(await read(path))).toEqual(['3 f1', '5 f2']);
  });

  it('is read past lines that are no facts, which come back as they stood', async () => {
    const notUtf8 = Buffer.concat([
      Buffer.from('{"a":"'),
      Buffer.from([0xc3, 0x28]),
      Buffer.from('"}'),
    ]);
    const path = await write(
      'mixed.ndjson',
      Buffer.concat([
        Buffer.from(`${eventOf('f1')}\nJane Doe\n{}\n`),
        notUtf8,
        Buffer.from(`\n${eventOf('f2', '')}\n${eventOf('f3')}\n`),
      ]),
    );
    const lines = await read(path);
    expect(shortly(lines)).toEqual([
      '1 f1',
      '2 not-json',
      '3 not-a-fact',
      '4 not-utf8',
      '5 not-a-fact',
      '6 f3',
    ]);
    expect(lines[1]).toEqual({
      kind: 'rejected',
      file: path,
      line: 2,
      reason: 'not-json',
      problems: [{ path: '', message: 'is not JSON' }],
      original: 'Jane Doe',
    });
    expect(lines[3]).toMatchObject({ original: notUtf8 });
    expect(lines[4]).toMatchObject({
      problems: [{ path: 'data.unitId', message: 'must not be empty' }],
      original: eventOf('f2', ''),
    });
  });

  it.each([
    ['just short enough', 0, '2 f2'],
    ['a byte too long', 1, '2 line-too-long'],
    ['many times too long', 9 * maxLineBytes, '2 line-too-long'],
  ])('may have a line that is %s', async (_, more, second) => {
    const padding = ' '.repeat(maxLineBytes - eventOf('f2').length + more);
    const path = await write(
      'long.ndjson',
      `${eventOf('f1')}\n${eventOf('f2')}${padding}\n${eventOf('f3')}`,
    );
    expect(shortly(await read(path))).toEqual(['1 f1', second, '3 f3']);
  });

  it('keeps characters whole that lie across two pieces of the file', async () => {
    const unit = '🚓'.repeat(100);
    const lines = Array.from({ length: 5_000 }, (_, i) =>
      eventOf(`f${i}`, unit.slice(0, 2 * (i % 99) + 2)),
    );
    const read5000 = await read(await write('cars.ndjson', lines.join('\n')));
    expect(read5000.filter(({ kind }) => kind === 'fact')).toHaveLength(5_000);
  });
});

describe('files of facts', () => {
  it('are found by patterns, in order of name, each once', async () => {
    await mkdir(join(folder, 'month', 'deeper.ndjson'), { recursive: true });
    await write('month/b.ndjson', eventOf('b'));
    await write('month/a.ndjson', eventOf('a'));
    await write('month/c.txt', 'no fact');
    const named = [join(folder, 'month/b.ndjson'), join(folder, 'month/*.ndjson')];
    const lines = await read(...named);
    expect(shortly(lines)).toEqual(['1 b', '1 a']);
    expect(lines[0]?.file).toBe(join(folder, 'month/b.ndjson'));
  });

  it('may have names that look like patterns', async () => {
    const path = await write('march[1].ndjson', eventOf('f1'));
    expect(shortly(await read(path))).toEqual(['1 f1']);
  });

  it('say how far reading has come', async () => {
    const path = await write('progress.ndjson.gz', gzipSync(eventOf('f1')));
    const seen: number[][] = [];
    const both = readFacts([path, await write('second.ndjson', eventOf('f2'))], (...progress) => {
      seen.push(progress);
    });
    for await (const _ of both) {
      // Only the progress counts here.
    }
    const [last] = seen.slice(-1);
    expect(last?.[0]).toBe(last?.[1]);
  });

  it.each([
    ['missing', 'nowhere.ndjson', 'there is no such file'],
    ['missing', 'plain.ndjson/deeper', 'there is no such file'],
    ['no-match', 'nowhere-*.ndjson', 'matches no file'],
    ['directory', 'month', 'is a directory'],
    ['corrupt', 'facts.parquet', 'could not be read as Parquet'],
    ['cut-short', 'cut.ndjson.gz', 'ends in the middle of its compressed data'],
    ['cut-short', 'cut.ndjson.zst', 'ends in the middle of its compressed data'],
    ['cut-short', 'nothing.ndjson.gz', 'ends in the middle of its compressed data'],
    ['corrupt', 'plain.ndjson.gz', 'could not be decompressed'],
    ['corrupt', 'plain.ndjson.zst', 'could not be decompressed'],
    ['corrupt', 'tail.ndjson.zst', 'could not be decompressed'],
  ] as const)('fail as %s: %s', async (code, name, what) => {
    const lines = Array.from({ length: 200 }, (_, i) => eventOf(`f${i}`)).join('\n');
    await write('plain.ndjson', lines);
    await mkdir(join(folder, 'month'), { recursive: true });
    await write('facts.parquet', 'PAR1, and then nothing of the kind');
    await write('cut.ndjson.gz', gzipSync(lines).subarray(0, -9));
    await write('cut.ndjson.zst', zstdCompressSync(lines).subarray(0, -9));
    await write('nothing.ndjson.gz', '');
    await write('plain.ndjson.gz', lines);
    await write('plain.ndjson.zst', lines);
    await write('tail.ndjson.zst', Buffer.concat([zstdCompressSync(lines), Buffer.from('more')]));
    const error = await failureOf(join(folder, name));
    expect(error.code).toBe(code);
    expect(error.message).toContain(`${name}: ${what}. `);
  });

  it('are looked for before the first is read', async () => {
    const there = await write('there.ndjson', eventOf('f1'));
    const reading = readFacts([there, join(folder, 'nowhere.ndjson')]);
    await expect(reading.next()).rejects.toThrow('nowhere.ndjson: there is no such file');
  });
});
