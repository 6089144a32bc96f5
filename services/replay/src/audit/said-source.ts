import type { HistorySource } from '../history/history.ts';
import { saidLine } from '../history/partition.ts';
import type { ReadSaid, UnreadableSaid } from './said.ts';

/** What stood among what was said besides records about incidents. */
export interface SaidCounts {
  /** Records about incidents. */
  said: number;
  /** Records about feeds and objectives, which are not compared. */
  other: number;
  unreadable: number;
}

const linesAtOnce = 5_000;

/** What was said as a source that is brought together with the facts by incident. */
export function saidSource(
  said: AsyncIterable<ReadSaid>,
  onUnreadable: (record: UnreadableSaid) => void,
): { readonly source: HistorySource; readonly counts: SaidCounts } {
  const counts = { said: 0, other: 0, unreadable: 0 };
  async function* blocks() {
    let lines: string[] = [];
    const block = () => ({ file: 'said', lines: Buffer.from(lines.join('\n')) });
    for await (const read of said) {
      counts[read.kind] += 1;
      if (read.kind === 'unreadable') onUnreadable(read);
      if (read.kind !== 'said') continue;
      lines.push(saidLine(read.record));
      if (lines.length < linesAtOnce) continue;
      yield block();
      lines = [];
    }
    if (lines.length > 0) yield block();
  }
  return { source: { expectedBytes: 0, blocks }, counts };
}
