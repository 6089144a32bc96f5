import { isUtf8 } from 'node:buffer';
import type { Piece } from './bytes.ts';

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

/** The lines of one file, batch by batch; each batch with how far into the file it goes. */
export async function* linesOf(
  pieces: AsyncIterable<Piece>,
): AsyncGenerator<{ readonly lines: readonly Line[]; readonly position: number }> {
  let number = 1;
  let rest: Buffer[] = [];
  let restBytes = 0;
  let position = 0;
  for await (const piece of pieces) {
    position = piece.position;
    const end = piece.bytes.lastIndexOf(newline);
    const tail = piece.bytes.subarray(end + 1);
    if (end !== -1) {
      const whole = Buffer.concat([...rest, piece.bytes.subarray(0, end)]);
      const lines = split(whole, number);
      number += lines.length;
      rest = [];
      restBytes = 0;
      yield { lines, position };
    }
    restBytes += tail.length;
    // Of a line that never ends only as much is kept as shows that it is too long.
    if (tail.length > 0 && restBytes - tail.length <= maxLineBytes) rest.push(tail);
  }
  if (restBytes > 0) yield { lines: split(Buffer.concat(rest), number), position };
}

function split(bytes: Buffer, first: number): Line[] {
  // Decoding everything at once is several times as fast as line by line, and nearly always possible.
  if (isUtf8(bytes) && bytes.length <= maxLineBytes)
    return splitText(bytes.toString('utf8'), first);
  const lines: Line[] = [];
  let start = 0;
  while (start <= bytes.length) {
    const found = bytes.indexOf(newline, start);
    const end = found === -1 ? bytes.length : found;
    lines.push(lineOf(bytes.subarray(start, end), first + lines.length));
    start = end + 1;
  }
  return lines;
}

function splitText(text: string, first: number): Line[] {
  return text.split('\n').map((line, index) => textLine(line, first + index));
}

function lineOf(bytes: Buffer, number: number): Line {
  if (bytes.length > maxLineBytes) {
    return { number, bytes: bytes.subarray(0, keptOfLongLine), reason: 'line-too-long' };
  }
  if (!isUtf8(bytes)) return { number, bytes, reason: 'not-utf8' };
  return textLine(bytes.toString('utf8'), number);
}

function textLine(text: string, number: number): Line {
  return { number, text: number === 1 && text.startsWith(byteOrderMark) ? text.slice(1) : text };
}
