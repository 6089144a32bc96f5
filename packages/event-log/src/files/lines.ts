import { isUtf8 } from 'node:buffer';
import type { Piece } from './piece.ts';

/** Bytes a line may have at most; a fact has some 300. */
export const maxLineBytes = 1_048_576;
/** Bytes of a line that is too long that are kept, to see what it was. */
const keptOfLongLine = 4_096;

/** A line, numbered from 1. A text is valid UTF-8; bytes are what could not be taken as text. */
export type Line =
  | { readonly number: number; readonly text: string }
  | { readonly number: number; readonly bytes: Buffer; readonly reason: UnreadableLine };

export type UnreadableLine = 'line-too-long' | 'not-utf8';

const newline = 0x0a;
const byteOrderMark = '\uFEFF';

/** Whole lines as they stand in a file, without the last line break, and how far into the file they go. */
export interface Block {
  readonly bytes: Buffer;
  readonly position: number;
}

/** Cuts the pieces of one file at line breaks, so that each block can be read by itself. */
export async function* blocksOf(pieces: AsyncIterable<Piece>): AsyncGenerator<Block> {
  let rest: Buffer[] = [];
  let restBytes = 0;
  let position = 0;
  for await (const piece of pieces) {
    position = piece.position;
    const end = piece.bytes.lastIndexOf(newline);
    const tail = piece.bytes.subarray(end + 1);
    if (end !== -1) {
      yield { bytes: Buffer.concat([...rest, piece.bytes.subarray(0, end)]), position };
      rest = [];
      restBytes = 0;
    }
    restBytes += tail.length;
    // Of a line that never ends only as much is kept as shows that it is too long.
    if (tail.length > 0 && restBytes - tail.length <= maxLineBytes) rest.push(tail);
  }
  if (restBytes > 0) yield { bytes: Buffer.concat(rest), position };
}

/** The lines of one file, batch by batch; each batch with how far into the file it goes. */
export async function* linesOf(
  pieces: AsyncIterable<Piece>,
): AsyncGenerator<{ readonly lines: readonly Line[]; readonly position: number }> {
  let number = 1;
  for await (const { bytes, position } of blocksOf(pieces)) {
    const lines = split(bytes, number);
    number += lines.length;
    yield { lines, position };
  }
}

function split(bytes: Buffer, first: number): Line[] {
  // Decoding everything at once is several times as fast as line by line, and nearly always possible.
  if (isUtf8(bytes) && bytes.length <= maxLineBytes)
    return splitText(bytes.toString('utf8'), first);
  return [...boundsOf(bytes)].map(([start, end], index) =>
    lineOf(bytes.subarray(start, end), first + index),
  );
}

/** Where each line of a block begins and ends. */
export function* boundsOf(bytes: Buffer): Generator<readonly [start: number, end: number]> {
  let start = 0;
  while (start <= bytes.length) {
    const found = bytes.indexOf(newline, start);
    const end = found === -1 ? bytes.length : found;
    yield [start, end];
    start = end + 1;
  }
}

function splitText(text: string, first: number): Line[] {
  return text.split('\n').map((line, index) => textLine(line, first + index));
}

/** One line as text, or as bytes with why it is none. */
export function lineOf(bytes: Buffer, number: number): Line {
  if (bytes.length > maxLineBytes) {
    return { number, bytes: bytes.subarray(0, keptOfLongLine), reason: 'line-too-long' };
  }
  if (!isUtf8(bytes)) return { number, bytes, reason: 'not-utf8' };
  return textLine(bytes.toString('utf8'), number);
}

function textLine(text: string, number: number): Line {
  return { number, text: number === 1 && text.startsWith(byteOrderMark) ? text.slice(1) : text };
}
