/** Facts in files: NDJSON, one CloudEvents object a line, plain or compressed (semantics 1). */
import type { FactProblem } from '@vigil/domain/facts/check-fact';
import { parseCloudEvent } from '@vigil/domain/facts/cloud-event';
import type { Fact, FeedHeartbeat } from '@vigil/domain/facts/fact';
import { piecesOf } from './bytes.ts';
import { findFiles } from './find-files.ts';
import { type Line, linesOf, maxLineBytes, type UnreadableLine } from './lines.ts';

/** Where a line stands. */
interface Place {
  readonly file: string;
  /** Counted from 1. */
  readonly line: number;
}

/** A line that is no fact. */
export interface RejectedLine extends Place {
  readonly kind: 'rejected';
  readonly reason: UnreadableLine | 'not-json' | 'not-a-fact';
  /** What is wrong, for people; it quotes nothing of the line. */
  readonly problems: readonly FactProblem[];
  /** The line as it stood: bytes where it is no text. Of a line that is too long, its beginning. */
  readonly original: string | Uint8Array;
}

/** What a line of a file of facts holds. */
export type ReadLine =
  | (Place & { readonly kind: 'fact'; readonly fact: Fact })
  | (Place & { readonly kind: 'heartbeat'; readonly heartbeat: FeedHeartbeat })
  | RejectedLine;

/** How far reading has come, in bytes as they lie on disk; nothing is known of standard input. */
export type OnProgress = (readBytes: number, allBytes: number) => void;

/**
 * Reads the facts of files in the order given, line by line; blank lines count but hold nothing.
 *
 * @param named - `.ndjson`, `.ndjson.gz`, `.ndjson.zst`, glob patterns, or `-` for standard input.
 * @throws FactsFileError when a file is not there, cannot be read, is cut short or damaged. All files
 * are looked for before the first is read.
 */
export async function* readFacts(
  named: readonly string[],
  onProgress?: OnProgress,
): AsyncGenerator<ReadLine> {
  for await (const batch of readFactBatches(named, onProgress)) yield* batch;
}

/** As {@link readFacts}, some thousand lines at a time: for millions of facts the quicker way. */
export async function* readFactBatches(
  named: readonly string[],
  onProgress?: OnProgress,
): AsyncGenerator<readonly ReadLine[]> {
  const files = await findFiles(named);
  const all = files.reduce((sum, { bytes }) => sum + bytes, 0);
  let before = 0;
  for (const file of files) {
    for await (const { lines, position } of linesOf(piecesOf(file))) {
      onProgress?.(before + position, all);
      yield lines.flatMap((line) => readLine(line, file.name) ?? []);
    }
    before += file.bytes;
  }
}

const unreadable: Readonly<Record<UnreadableLine, string>> = {
  'line-too-long': `is longer than ${maxLineBytes} bytes`,
  'not-utf8': 'is not UTF-8',
};

/**
 * What one line of a file of facts holds.
 *
 * @returns `undefined` for a blank line.
 */
export function readLine(line: Line, file: string): ReadLine | undefined {
  const place = { file, line: line.number };
  if ('bytes' in line) return unreadableLine(line, file);
  const { text } = line;
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    if (text.trim() === '') return undefined;
    // The parser's own message quotes the line.
    const problems = [{ path: '', message: 'is not JSON' }];
    return { kind: 'rejected', ...place, reason: 'not-json', problems, original: text };
  }
  const checked = parseCloudEvent(json);
  switch (checked.kind) {
    case 'fact':
      return { kind: 'fact', file, line: line.number, fact: checked.fact };
    case 'heartbeat':
      return { kind: 'heartbeat', ...place, heartbeat: checked.heartbeat };
    case 'rejected': {
      const { problems } = checked;
      return { kind: 'rejected', ...place, reason: 'not-a-fact', problems, original: text };
    }
  }
}

/** A line that is no text at all. */
export function unreadableLine(
  { number, reason, bytes }: Extract<Line, { readonly reason: unknown }>,
  file: string,
): RejectedLine {
  const problems = [{ path: '', message: unreadable[reason] }];
  return { kind: 'rejected', file, line: number, reason, problems, original: bytes };
}
