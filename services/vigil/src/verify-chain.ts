import { readFile } from 'node:fs/promises';
import { openCheckpoint } from '@vigil/replay/chain/checkpoint';
import { readLedgerFile } from '@vigil/replay/chain/ledger-file';
import { verdictLines, verifyLedger } from '@vigil/replay/chain/verify-ledger';
import { openLedgerTopic } from './ledger-topic.ts';

/**
 * Checks the hash chain of what an audit was held against.
 *
 * @param against - a file that `ledger export` wrote, or `kafka`.
 */
export async function verifyAgainst(
  against: string,
  { checkpoint, publicKey }: { readonly checkpoint?: string; readonly publicKey?: string },
): Promise<{ readonly lines: readonly string[]; readonly whole: boolean }> {
  const earlier =
    checkpoint === undefined || publicKey === undefined
      ? undefined
      : openCheckpoint(await readFile(checkpoint, 'utf8'), await readFile(publicKey));
  if (against !== 'kafka') {
    const verdict = await verifyLedger(readLedgerFile(against), earlier);
    return { lines: verdictLines(verdict), whole: verdict.outcome === 'whole' };
  }
  const topic = await openLedgerTopic();
  try {
    const verdict = await verifyLedger(
      topic.read(() => {}),
      earlier,
    );
    return { lines: verdictLines(verdict), whole: verdict.outcome === 'whole' };
  } finally {
    await topic.close();
  }
}
