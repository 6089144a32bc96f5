import type { LedgerRecord } from '@vigil/domain/ledger/alert';
import { type ChainHead, chainHeader, formatLink, linkOf } from '@vigil/domain/ledger/chain';
import type { OutgoingRecord, Publisher } from '@vigil/event-log/port';
import type { Commit, Shard } from '@vigil/working-set/port';
import { about } from './commit-decisions.ts';
import type { OutboxMessage } from './decide.ts';
import { messagesOf, outboxEntry } from './outbox.ts';
import { type Engine, limits } from './ports.ts';
import { type PartitionLedger, progressOfRecord, ShardForgot } from './remember.ts';
import { during, type Step, type Trace } from './tracing.ts';
import { isOutOfTurn, takeTurn } from './turns.ts';

/**
 * Publishes what stands first in the outbox, in one transaction, and takes it out.
 *
 * An entry that was published already (the answer got lost, or the working set forgot that it was) is
 * only taken out: `told` knows. Each record is linked to the one before it; the head of the chain moves
 * only when the log has answered, and whoever got no answer reads it anew.
 *
 * @returns how many entries were taken out; 0 when the outbox is empty.
 * @throws ShardForgot when the working set is not the one whose owner this is: it forgot.
 */
export async function publishOutbox(
  engine: Engine,
  shard: Shard,
  publisher: Publisher,
  ledger: PartitionLedger,
): Promise<number> {
  const { workingSet, observe } = engine;
  const entries = await workingSet.outbox(shard, limits.decisionsPerTransaction);
  const [first, last] = [entries[0], entries.at(-1)];
  if (first === undefined || last === undefined) return 0;
  const fresh: OutboxMessage[] = [];
  for (const entry of entries) {
    for (const message of untold(messagesOf(entry), ledger)) {
      fresh.push(message);
      // Already now: it may stand in the outbox twice. Where this fails what was said is learned anew.
      if (message.to === 'ledger') tell(ledger, message.record);
    }
  }
  let end: bigint | undefined;
  if (fresh.length > 0) {
    // What it forgot may have been decided otherwise since, and would be said in other words.
    const { ledgerOffset } = await workingSet.shard(shard);
    if (ledgerOffset !== ledger.offset) throw new ShardForgot('it forgot what was published');
    const { outgoing, head, steps } = encode(engine, shard, fresh, ledger.head);
    end = await during(steps, () => publisher.publish(outgoing));
    ledger.head = head;
    const records = fresh.flatMap((message) => (message.to === 'ledger' ? [message.record] : []));
    observe({ event: 'published', partition: shard.partition, records });
  }
  const result = await workingSet.commit(shard, {
    trimOutbox: { from: first.sequence, through: last.sequence },
    ...(end === undefined ? {} : { ledgerOffset: { from: ledger.offset, to: end } }),
  });
  if (result.outcome !== 'committed')
    throw new ShardForgot(`its outbox changed (${result.outcome})`);
  ledger.offset = end ?? ledger.offset;
  return entries.length;
}

/**
 * Commits, with what is to be said of feeds or objectives. No incident's version guards that: whoever
 * was replaced, and has not read what was said since, is refused.
 *
 * @throws ShardForgot when it was refused for that.
 */
export async function sayAsOwner(
  { workingSet }: Engine,
  shard: Shard,
  ledger: PartitionLedger,
  records: readonly LedgerRecord[],
  commit: Commit,
): Promise<void> {
  const offset = ledger.offset ?? 0n;
  const result = await workingSet.commit(shard, {
    ...commit,
    expectMode: 'live',
    outbox: records.map((record) => outboxEntry([{ to: 'ledger', record }])),
    ...(records.length === 0 ? {} : { ledgerOffset: { from: ledger.offset, to: offset } }),
  });
  if (result.outcome === 'stale-ledger') throw new ShardForgot('more was said than is known here');
  if (result.outcome === 'committed' && records.length > 0) ledger.offset = offset;
}

type Outgoing = OutgoingRecord & { readonly topic: string };

/** The records of messages, those of the ledger linked from `head` on, and where the chain then ends. */
function encode(
  { codec, tracing }: Engine,
  { partition }: Shard,
  messages: readonly OutboxMessage[],
  from: ChainHead,
): {
  readonly outgoing: readonly Outgoing[];
  readonly head: ChainHead;
  readonly steps: readonly Step[];
} {
  let head = from;
  const steps: Step[] = [];
  const traceOf = (message: OutboxMessage, topic: string): Trace | undefined => {
    const { trace } = message;
    if (trace === undefined) return undefined;
    const step = tracing?.publishing(topic, partition, about(message), messages.length, trace);
    if (step !== undefined) steps.push(step);
    return step?.trace ?? trace;
  };
  const outgoing = messages.map((message): Outgoing => {
    if (message.to !== 'ledger') {
      const { incidentId, target, breach } = message;
      const topic = codec.topics.openBreaches;
      const encoded = codec.encodeOpenBreach(incidentId, target, breach);
      return { ...encoded, headers: { ...encoded.headers, ...traceOf(message, topic) }, topic };
    }
    const { content, ...encoded } = codec.encodeLedger(message.record);
    const link = linkOf(head, { partition, key: encoded.key, record: content });
    head = link;
    const topic = codec.topics.alerts;
    const trace = traceOf(message, topic);
    const headers = { ...encoded.headers, ...trace, [chainHeader]: formatLink(link) };
    return { ...encoded, headers, topic };
  });
  return { outgoing, head, steps };
}

/**
 * What of a decision has not been said. What is in breach was said with the alerts: where those stand on the
 * topic already it is not said again, for a shard that forgot would show a breach that has ended since.
 */
function untold(
  messages: readonly OutboxMessage[],
  { told, turns }: PartitionLedger,
): readonly OutboxMessage[] {
  const isTold = ({ record }: LedgerMessage): boolean =>
    (told.get(record.alertId) ?? 0) >= progressOfRecord(record) || isOutOfTurn(turns, record);
  const left = messages.filter((message) => message.to !== 'ledger' || !isTold(message));
  const isOfLedger = ({ to }: OutboxMessage): boolean => to === 'ledger';
  return messages.some(isOfLedger) && !left.some(isOfLedger) ? [] : left;
}

type LedgerMessage = Extract<OutboxMessage, { readonly to: 'ledger' }>;

function tell({ told, turns }: PartitionLedger, record: LedgerRecord): void {
  takeTurn(turns, record);
  told.delete(record.alertId);
  told.set(record.alertId, progressOfRecord(record));
  for (const oldest of told.keys()) {
    if (told.size <= limits.rememberedAlerts) break;
    told.delete(oldest);
  }
}
