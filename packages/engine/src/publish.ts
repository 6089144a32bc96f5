import type { LedgerRecord } from '@vigil/domain/ledger/alert';
import { progressOf } from '@vigil/domain/ledger/difference';
import type { Publisher } from '@vigil/event-log/port';
import type { Shard } from '@vigil/working-set/port';
import type { OutboxMessage } from './decide.ts';
import { type Engine, limits } from './ports.ts';
import type { Told } from './prepare.ts';

/** The working set went back in time: what was said must be learned again. */
export class ShardForgot extends Error {
  override readonly name = 'ShardForgot';
}

/**
 * Publishes what stands first in the outbox, in one transaction, and takes it out.
 *
 * An entry that was published already (the answer got lost, or the working set forgot that it was) is
 * only taken out: `told` knows.
 *
 * @returns how many entries were taken out; 0 when the outbox is empty.
 * @throws ShardForgot when the outbox is not the one that was read.
 */
export async function publishOutbox(
  engine: Engine,
  shard: Shard,
  publisher: Publisher,
  told: Told,
): Promise<number> {
  const { workingSet, codec, observe } = engine;
  const entries = await workingSet.outbox(shard, limits.recordsPerTransaction);
  const [first, last] = [entries[0], entries.at(-1)];
  if (first === undefined || last === undefined) return 0;
  const messages = entries.map(({ entry }) => JSON.parse(entry) as OutboxMessage);
  const fresh = messages.filter((message) => !isTold(message, told));
  let ledgerOffset: bigint | undefined;
  if (fresh.length > 0) {
    ledgerOffset = await publisher.publish(
      fresh.map((message) =>
        message.to === 'ledger'
          ? { ...codec.encodeLedger(message.record), topic: codec.topics.alerts }
          : {
              ...codec.encodeOpenBreach(message.incidentId, message.target, message.breach),
              topic: codec.topics.openBreaches,
            },
      ),
    );
    const records = fresh.flatMap((message) => (message.to === 'ledger' ? [message.record] : []));
    for (const record of records) tell(told, record);
    observe({ event: 'published', partition: shard.partition, records });
  }
  const result = await workingSet.commit(shard, {
    trimOutbox: { from: first.sequence, through: last.sequence },
    ...(ledgerOffset === undefined ? {} : { ledgerOffset }),
  });
  if (result.outcome !== 'committed')
    throw new ShardForgot(`its outbox changed (${result.outcome})`);
  return entries.length;
}

/** Open breaches are a state, not a story: saying one twice is saying it once. */
function isTold(message: OutboxMessage, told: Told): boolean {
  if (message.to !== 'ledger') return false;
  return (told.get(message.record.alertId) ?? 0) >= progressOfRecord(message.record);
}

function progressOfRecord(record: LedgerRecord): number {
  return progressOf({
    revision: record.revision,
    standing: record.kind !== 'retraction',
    provisional: record.kind === 'alert' && record.confidence === 'provisional',
  });
}

function tell(told: Told, record: LedgerRecord): void {
  told.delete(record.alertId);
  told.set(record.alertId, progressOfRecord(record));
  for (const oldest of told.keys()) {
    if (told.size <= limits.rememberedAlerts) break;
    told.delete(oldest);
  }
}
