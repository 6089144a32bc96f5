import { type ChainHead, linkOf, origin } from '../src/ledger/chain.ts';
import type { ChainRecord } from '../src/ledger/chain-stretches.ts';
import { type ChainFinding, chainVerifier, type SignedHead } from '../src/ledger/verify-chain.ts';

export const partition = 3;

/** A record that follows `head`; `say` is what tells it from others. */
export function recordAfter(
  head: ChainHead,
  say: string,
): ChainRecord & { readonly link: ChainHead } {
  const linkable = { partition, key: `INC-${say}`, record: { kind: 'alert', alertId: say } };
  return { ...linkable, offset: '', link: linkOf(head, linkable) };
}

/** A ledger of so many records that nobody touched, at offsets with the gaps that transactions leave. */
export function ledger(count: number): ChainRecord[] {
  const records: ChainRecord[] = [];
  let head = origin;
  for (let i = 0; i < count; i++) {
    const record = recordAfter(head, `alert-${i}`);
    records.push({ ...record, offset: String(i + Math.floor(i / 3)) });
    head = record.link;
  }
  return records;
}

export function verdictOf(records: readonly ChainRecord[], ...heads: SignedHead[]) {
  const verifier = chainVerifier(heads);
  for (const record of records) verifier.take(record);
  const [verdict] = verifier.verdicts();
  if (verdict === undefined) throw new Error('nothing was taken');
  return verdict;
}

export const findingsOf = (records: readonly ChainRecord[], ...heads: SignedHead[]) =>
  verdictOf(records, ...heads).findings;

/** A finding in a word or two: what, which records, between which. */
function told(finding: ChainFinding): string {
  const of = finding.count === 1 ? '' : ` ${finding.count}`;
  return 'first' in finding
    ? `${finding.kind}${of} ${finding.first.alertId}`
    : `${finding.kind}${of} after ${finding.after?.alertId} before ${finding.before?.alertId}`;
}

export const tellingOf = (records: readonly ChainRecord[], ...heads: SignedHead[]) =>
  findingsOf(records, ...heads).map(told);

export const signedHead = (record: ChainRecord | undefined): SignedHead => {
  if (record?.link === undefined) throw new Error('has no link');
  return { partition, ...record.link };
};
