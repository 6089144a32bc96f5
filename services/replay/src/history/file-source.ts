import { piecesOf } from '@vigil/event-log/files/bytes';
import { type FactFile, findFiles } from '@vigil/event-log/files/find-files';
import { blocksOf } from '@vigil/event-log/files/lines';
import { ParquetReader, rowsAtOnce } from '@vigil/event-log/files/parquet';
import type { OnProgress } from '@vigil/event-log/files/read-facts';
import type { HistorySource } from './history.ts';

/** How much larger facts are than their compressed file, about; it only sets how work is divided. */
const inflation = { '.gz': 12, '.zst': 14, '.parquet': 14 } as const;
/** What standard input is taken for. */
const unknownBytes = 256 * 1024 * 1024;

const byteOrderMark = Buffer.from([0xef, 0xbb, 0xbf]);

/**
 * Facts in files, or `-`.
 *
 * @throws FactsFileError when a file is missing; while reading, when one cannot be read to its end.
 */
export async function fileSource(
  named: readonly string[],
  onRead?: OnProgress,
): Promise<HistorySource> {
  const files = await findFiles(named);
  const all = files.reduce((sum, { bytes }) => sum + bytes, 0);
  return {
    expectedBytes: files.reduce((sum, file) => sum + expectedBytes(file), 0),
    async *blocks() {
      let before = 0;
      for (const file of files) {
        if (file.name.endsWith('.parquet')) {
          for await (const rows of rowsOf(file)) {
            yield { file: file.name, lines: rows };
            onRead?.(before + (file.bytes * rows.to) / rows.plan.rows, all);
          }
          before += file.bytes;
          continue;
        }
        let first = true;
        for await (const { bytes, position } of blocksOf(piecesOf(file))) {
          const marked = first && bytes.subarray(0, 3).equals(byteOrderMark);
          yield { file: file.name, lines: marked ? bytes.subarray(3) : bytes };
          first = false;
          onRead?.(before + position, all);
        }
        before += file.bytes;
      }
    },
  };
}

/** The threads read the rows, each some of them. */
async function* rowsOf({ name }: FactFile) {
  const reader = await ParquetReader.open();
  const plan = await reader.plan(name);
  reader.close();
  for (let from = 0; from < plan.rows; from += rowsAtOnce) {
    yield { plan, from, to: Math.min(plan.rows, from + rowsAtOnce) };
  }
}

function expectedBytes({ name, bytes }: FactFile): number {
  if (name === '-') return unknownBytes;
  const kind = Object.entries(inflation).find(([ending]) => name.endsWith(ending));
  return bytes * (kind?.[1] ?? 1);
}
