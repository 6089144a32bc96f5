import type { IncidentId } from '@vigil/domain/facts/fact';
import type { AlertId, LedgerRecord } from '@vigil/domain/ledger/alert';
import { type ChainHead, chainHeader, parseLink } from '@vigil/domain/ledger/chain';
import { joinSaid, progressOf, type Said } from '@vigil/domain/ledger/difference';
import { later } from '@vigil/domain/time/instant';
import type { LogRecord } from '@vigil/event-log/port';
import type {
  IncidentChange,
  OutboxEntry,
  Shard,
  ShardState,
  WorkingSet,
} from '@vigil/working-set/port';
import { atOnce } from './at-once.ts';
import { deadLetter } from './dead-letter.ts';
import { retired, unknownIncident } from './incident-record.ts';
import { messagesOf } from './outbox.ts';
import { type Engine, limits, unreadableLedger } from './ports.ts';
import { deserialise, serialise } from './stored-incident.ts';
import { notesAfter, type Turns, takeTurn } from './turns.ts';

/** The working set went back in time: what was said must be learned again. */
export class ShardForgot extends Error {
  override readonly name = 'ShardForgot';
}

/** How far the story of each alert has been told on the alert topic, as far as its owner knows. */
export type Told = Map<AlertId, number>;

/** What the owner of a partition knows of it on the alert topic. */
export interface PartitionLedger {
  readonly told: Told;
  readonly turns: Turns;
  /** Up to where the incidents remember the topic, as the working set has it. */
  offset: bigint | undefined;
  /** Where its hash chain ends: the next record follows there. */
  head: ChainHead;
}

/** What is learned of a partition by reading what was said there. */
export type Remembered = Omit<PartitionLedger, 'head'>;

/**
 * Joins what some records show to what the incidents remember; each is then decided anew. In one piece
 * with that moves the offset up to which they remember, from where it is believed to be.
 *
 * While something waits in the outbox the offset stays: it may have been published, and this owner may
 * die before it takes it out; the next must find it in the topic again.
 *
 * @param state - of the shard before anything was remembered.
 * @throws ShardForgot when the working set forgot meanwhile what this rests on.
 */
export async function remember(
  engine: Engine,
  shard: Shard,
  state: ShardState,
  ledger: Remembered,
  records: readonly LogRecord[],
): Promise<void> {
  const { workingSet } = engine;
  const shown = new Map<IncidentId, Said[]>();
  let end = 0n;
  for (const record of records) {
    end = record.offset + 1n;
    const decoded = await decodeOrPutAside(engine, record);
    if (decoded === undefined) continue;
    ledger.told.set(decoded.alertId, progressOfRecord(decoded));
    takeTurn(ledger.turns, decoded);
    const said = saidBy(decoded);
    if (said === undefined) continue;
    shown.set(said.incidentId, [...(shown.get(said.incidentId) ?? []), said.said]);
  }
  for (;;) {
    const changes = await withSaid(workingSet, shard, shown);
    // After the incidents were loaded: what is not in it now was decided on what they say, or will be.
    const waiting = await workingSet.outbox(shard, limits.decisionsPerTransaction);
    const moves = waiting.length === 0;
    const result = await workingSet.commit(shard, {
      expectMode: state.mode ?? 'rebuilding',
      incidents: changes,
      ...(ledger.turns.size === 0 ? {} : { notes: recalled(state, ledger, waiting) }),
      ...(moves ? { ledgerOffset: { from: ledger.offset, to: end } } : {}),
    });
    if (result.outcome === 'stale-incidents') continue;
    if (result.outcome !== 'committed') {
      throw new ShardForgot(`it forgot while it was prepared (${result.outcome})`);
    }
    if (moves) ledger.offset = end;
    return;
  }
}

/**
 * What a record says; nothing when somebody else wrote it, for that must not silence the partition. One
 * that carries a link is Vigil's own: whoever cannot read what was said must not go on speaking.
 */
async function decodeOrPutAside(
  engine: Engine,
  record: LogRecord,
): Promise<LedgerRecord | undefined> {
  const { codec, log } = engine;
  try {
    return await codec.decodeLedger(record);
  } catch (error) {
    const unreadable = error instanceof Error && 'code' in error && error.code === unreadableLedger;
    if (!unreadable || parseLink(record.headers[chainHeader]) !== undefined) throw error;
    const detail = 'cannot be read, and carries no link of the chain: somebody else wrote it';
    const letter = deadLetter(engine, record, { reason: 'not-of-the-ledger', detail });
    await log.append(codec.topics.deadLetters, [letter]);
    return undefined;
  }
}

/** The incidents that do not remember what was shown, as they are when they do. */
async function withSaid(
  workingSet: WorkingSet,
  shard: Shard,
  shown: ReadonlyMap<IncidentId, readonly Said[]>,
): Promise<IncidentChange[]> {
  const stored = await workingSet.incidents(shard, [...shown.keys()]);
  const changes: IncidentChange[] = [];
  for (const [id, saidOfIt] of shown) {
    const known = stored.get(id);
    if (known?.record === retired) continue;
    const record = known === undefined ? unknownIncident : deserialise(id, known.record);
    const said = joinSaid(record.said, joinSaid([], saidOfIt));
    if (JSON.stringify(said) === JSON.stringify(record.said)) continue;
    const decidedTo = said.reduce(
      (latest, one) => later(latest, one.at),
      record.decidedTo ?? atOnce,
    );
    changes.push({
      id,
      expected: known?.version ?? 0,
      record: serialise({ ...record, said, decidedTo }),
      due: atOnce,
    });
  }
  return changes;
}

/** The shard's notes after what was said, and what is about to be: it stands in the outbox. */
function recalled(
  state: ShardState,
  { told, turns }: Remembered,
  outbox: readonly OutboxEntry[],
): ReadonlyMap<string, string> {
  const latest = new Map(turns);
  for (const message of outbox.flatMap(messagesOf)) {
    if (message.to === 'ledger' && !told.has(message.record.alertId)) {
      takeTurn(latest, message.record);
    }
  }
  return notesAfter(state, latest);
}

/** How far a record tells the story of its alert. */
export function progressOfRecord(record: LedgerRecord): number {
  return progressOf({
    revision: record.revision,
    standing: record.kind !== 'retraction',
    provisional: record.kind === 'alert' && record.confidence === 'provisional',
  });
}

/** What a record of the ledger shows of an alert's story; none for alerts that are not of an incident. */
function saidBy(
  record: LedgerRecord,
): { readonly incidentId: IncidentId; readonly said: Said } | undefined {
  if (record.kind === 'feed-alert' || record.kind === 'objective-alert') return undefined;
  const { alertId, incidentId, target, phase, at, revision } = record;
  const provisional = record.kind === 'alert' && record.confidence === 'provisional';
  const standing = record.kind !== 'retraction';
  return { incidentId, said: { alertId, target, phase, at, revision, standing, provisional } };
}
