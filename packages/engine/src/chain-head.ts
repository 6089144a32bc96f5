import { type ChainHead, chainHeader, origin, parseLink } from '@vigil/domain/ledger/chain';
import type { Engine } from './ports.ts';

/** Offsets looked through at first; transactions that were aborted leave some without a record. */
const firstLook = 64n;

/**
 * Where the chain of a partition of the alert topic ends: the last committed record with a link. Read
 * after the earlier owner was fenced off, so that nobody publishes meanwhile.
 *
 * @returns the origin where there is no such record. Records without a link, from before there was a
 * chain, are passed over.
 */
export async function chainHead(
  { log, codec }: Pick<Engine, 'log' | 'codec'>,
  partition: number,
): Promise<ChainHead> {
  const { alerts } = codec.topics;
  const { first, end } = (await log.offsets(alerts)).get(partition) ?? { first: 0n, end: 0n };
  let to = end;
  for (let look = firstLook; to > first; look *= 4n) {
    const from = to - look > first ? to - look : first;
    const head = await lastLink({ log, codec }, partition, from, to);
    if (head !== undefined) return head;
    to = from;
  }
  return origin;
}

async function lastLink(
  { log, codec }: Pick<Engine, 'log' | 'codec'>,
  partition: number,
  from: bigint,
  to: bigint,
): Promise<ChainHead | undefined> {
  let last: ChainHead | undefined;
  for await (const records of log.readToEnd(codec.topics.alerts, partition, from)) {
    for (const { offset, headers } of records) {
      if (offset >= to) return last;
      last = parseLink(headers[chainHeader]) ?? last;
    }
  }
  return last;
}
