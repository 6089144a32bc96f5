/**
 * The ledger in a file: NDJSON, one record a line, in the order of the topic. A line is what the hash
 * covers (`key`, `partition`, `previous`, `record`, `sequence`), the `hash`, and the `offset`; a record
 * without a link has no `hash`, `previous` and `sequence`.
 */
import { parseLink } from '@vigil/domain/ledger/chain';
import type { ChainRecord } from '@vigil/domain/ledger/chain-stretches';
import { piecesOf } from '@vigil/event-log/files/bytes';
import { findFiles } from '@vigil/event-log/files/find-files';
import { type Line, linesOf } from '@vigil/event-log/files/lines';
import { z } from 'zod';

/** A line that holds no record of a ledger. */
export interface UnreadableLine {
  readonly kind: 'unreadable';
  readonly file: string;
  /** Counted from 1. */
  readonly line: number;
  /** Names the field and the problem; quotes nothing of the line. */
  readonly problem: string;
}

/** A line of an export of the ledger, without its line break. */
export function ledgerLine({ partition, offset, key, link, record }: ChainRecord): string {
  return JSON.stringify({ partition, offset, ...link, key, record });
}

/** Strict: what else stood in a line would be covered by no hash. */
const ledgerLineSchema = z.strictObject({
  partition: z.int().nonnegative(),
  offset: z.string().regex(/^\d{1,19}$/),
  sequence: z.unknown().optional(),
  previous: z.unknown().optional(),
  hash: z.unknown().optional(),
  key: z.string(),
  record: z.record(z.string(), z.unknown()).nullable(),
});

/**
 * Reads an export of the ledger; blank lines count but hold nothing.
 *
 * @param named - `.ndjson`, `.ndjson.gz` or `.ndjson.zst`, or `-` for standard input.
 * @throws FactsFileError when the file cannot be read to its end.
 */
export async function* readLedgerFile(
  named: string,
  onProgress: (read: number, all: number) => void = () => {},
): AsyncGenerator<ChainRecord | UnreadableLine> {
  for (const file of await findFiles([named])) {
    for await (const { lines, position } of linesOf(piecesOf(file))) {
      for (const line of lines) {
        const read = readLine(line, file.name);
        if (read !== undefined) yield read;
      }
      onProgress(position, file.bytes);
    }
  }
}

function readLine(line: Line, file: string): ChainRecord | UnreadableLine | undefined {
  const unreadable = (problem: string): UnreadableLine => ({
    ...{ kind: 'unreadable', file, line: line.number, problem },
  });
  if ('bytes' in line) return unreadable('is no text of a length that a record has');
  if (line.text.trim() === '') return undefined;
  let json: unknown;
  try {
    json = JSON.parse(line.text);
  } catch {
    return unreadable('is not JSON');
  }
  const parsed = ledgerLineSchema.safeParse(json);
  if (!parsed.success) {
    const fields = parsed.error.issues.map(({ path }) => path.join('.')).filter(Boolean);
    return unreadable(
      fields.length === 0
        ? 'does not have the fields of a record of the ledger, and no others'
        : `has no right ${[...new Set(fields)].join(', ')}`,
    );
  }
  const { sequence, previous, hash, ...record } = parsed.data;
  const link = parseLink(`${sequence} ${previous} ${hash}`);
  return { ...record, link, line: line.number };
}
