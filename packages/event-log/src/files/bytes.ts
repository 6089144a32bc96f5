import { createReadStream, type ReadStream } from 'node:fs';
import { pipeline, type Transform } from 'node:stream';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { FactsFileError, factsFileError } from './facts-file-error.ts';
import type { FactFile } from './find-files.ts';
import { piecesOfParquet } from './parquet.ts';
import type { Piece } from './piece.ts';

/** Bytes taken from a file or a decompressor at a time. */
const chunkBytes = 2 * 1024 * 1024;

/**
 * Reads a file from its beginning to its end, decompressed as its name says.
 *
 * @throws FactsFileError when it cannot be read, is cut short or damaged.
 */
export async function* piecesOf(file: FactFile): AsyncGenerator<Piece> {
  try {
    if (file.name === '-') yield* piecesOfInput();
    else if (file.name.endsWith('.gz')) yield* piecesOfMembers(file);
    else if (file.name.endsWith('.zst')) yield* piecesOfFrames(file);
    else if (file.name.endsWith('.parquet')) yield* piecesOfParquet(file);
    else yield* piecesOfStream(createReadStream(file.name, { highWaterMark: chunkBytes }));
  } catch (error) {
    throw factsFileError(file.name, error);
  }
}

async function* piecesOfInput(): AsyncGenerator<Piece> {
  let position = 0;
  for await (const bytes of process.stdin as AsyncIterable<Buffer>) {
    position += bytes.length;
    yield { bytes, position };
  }
}

async function* piecesOfStream(stream: ReadStream): AsyncGenerator<Piece> {
  for await (const bytes of stream as AsyncIterable<Buffer>) {
    yield { bytes, position: stream.bytesRead };
  }
}

/** Node reads one member after the other, and stops at bytes of zero, after which more may come. */
async function* piecesOfMembers(file: FactFile): AsyncGenerator<Piece> {
  const end = yield* decompressed(file, createGunzip, 0);
  const rest = createReadStream(file.name, { start: end, highWaterMark: chunkBytes });
  for await (const bytes of rest as AsyncIterable<Buffer>) {
    if (bytes.some((byte) => byte !== 0)) {
      throw new FactsFileError('corrupt', file.name, 'has more after the end of its data');
    }
  }
}

/** Node stops after the first frame of a zstd file; compressors that work in parallel write many. */
async function* piecesOfFrames(file: FactFile): AsyncGenerator<Piece> {
  let position = 0;
  do {
    position += yield* decompressed(file, createZstdDecompress, position);
  } while (position < file.bytes);
}

/** @returns how many bytes of the file the decompressor used. */
async function* decompressed(
  file: FactFile,
  create: (options: { readonly chunkSize: number }) => Transform & { bytesWritten: number },
  start: number,
): AsyncGenerator<Piece, number> {
  const source = createReadStream(file.name, { start, highWaterMark: chunkBytes });
  const decompressor = create({ chunkSize: chunkBytes });
  // What goes wrong in the source comes out of the decompressor, where it is waited for.
  pipeline(source, decompressor, () => {});
  for await (const bytes of decompressor as AsyncIterable<Buffer>) {
    yield { bytes, position: start + decompressor.bytesWritten };
  }
  return decompressor.bytesWritten;
}
