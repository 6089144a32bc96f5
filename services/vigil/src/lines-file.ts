import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { open, rename, rm, stat } from 'node:fs/promises';
import { PassThrough, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip, createZstdCompress } from 'node:zlib';

/** Characters collected before they are handed on. */
const bufferCharacters = 262_144;

/** A file that is written line by line, and is there only when all of it is. */
export interface LinesFile {
  /** Adds a line. @returns a promise to wait for when the disk is slower than the lines. */
  write(line: string): Promise<void> | undefined;
  /** Writes what is left and gives the file its name. */
  complete(): Promise<void>;
  /** Removes what was written, unless it is complete. */
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Opens a file for lines, compressed when its name ends in `.gz` or `.zst`; `-` is standard output.
 *
 * What had the name before keeps it until the new file is complete. A pipe or a device is written to
 * as it is.
 */
export async function openLinesFile(path: string): Promise<LinesFile> {
  if (path === '-')
    return linesTo(
      process.stdout,
      async () => {},
      async () => {},
    );
  const inPlace = await isSpecial(path);
  const temporary = inPlace ? path : `${path}.unfinished-${process.pid}`;
  const handle = await open(temporary, 'w');
  const file = createWriteStream(temporary, { fd: handle, autoClose: true });
  const first = compressorFor(path);
  const written = pipeline(first, file);
  // A failure is met at the next write or at the end, whichever comes first.
  written.catch(() => {});
  return linesTo(
    first,
    async () => {
      first.end();
      await written;
      if (!inPlace) await rename(temporary, path);
    },
    async () => {
      first.destroy();
      await written.catch(() => {});
      if (!inPlace) await rm(temporary, { force: true });
    },
    written,
  );
}

async function isSpecial(path: string): Promise<boolean> {
  const status = await stat(path).catch(() => undefined);
  return status !== undefined && !status.isFile() && !status.isDirectory();
}

function compressorFor(
  path: string,
): PassThrough | ReturnType<typeof createGzip | typeof createZstdCompress> {
  if (path.endsWith('.gz')) return createGzip();
  if (path.endsWith('.zst')) return createZstdCompress();
  return new PassThrough();
}

function linesTo(
  stream: Writable,
  finish: () => Promise<void>,
  discard: () => Promise<void>,
  failed?: Promise<void>,
): LinesFile {
  let buffer = '';
  let isComplete = false;
  const flush = async (): Promise<void> => {
    const text = buffer;
    buffer = '';
    if (text === '' || stream.write(text)) return;
    await Promise.race([once(stream, 'drain'), ...(failed === undefined ? [] : [failed])]);
  };
  return {
    write(line) {
      buffer += `${line}\n`;
      return buffer.length < bufferCharacters ? undefined : flush();
    },
    async complete() {
      await flush();
      await finish();
      isComplete = true;
    },
    async [Symbol.asyncDispose]() {
      if (!isComplete) await discard();
    },
  };
}
