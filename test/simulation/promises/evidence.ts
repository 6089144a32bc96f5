import type { Codec } from '@vigil/contracts/codec';
import type { DeadLetter } from '@vigil/contracts/dead-letter';
import type { IncidentId } from '@vigil/domain/facts/fact';
import type { LedgerRecord, OpenBreach } from '@vigil/domain/ledger/alert';
import { chainHeader, parseLink } from '@vigil/domain/ledger/chain';
import { type ChainFinding, chainVerifier } from '@vigil/domain/ledger/verify-chain';
import type { Policy } from '@vigil/domain/policy/policy';
import type { Instant } from '@vigil/domain/time/instant';
import { type IncidentRecord, retired } from '@vigil/engine/incident-record';
import { deserialise } from '@vigil/engine/stored-incident';
import { shardWatermark } from '@vigil/engine/watermark';
import type { LogRecord } from '@vigil/event-log/port';
import type { PolicyInForce } from '../policies.ts';
import type { Rest } from '../rest.ts';
import type { Delivery } from '../story.ts';
import { rowsOf } from '../working-set-server.ts';
import { deployment, type World } from '../world.ts';

/** A delivery and the record it became. */
export interface Arrival {
  readonly delivery: Delivery;
  readonly record: LogRecord;
}

/** A record of the alert topic, and when readers could have it, by the true time. */
export interface Published {
  readonly record: LedgerRecord;
  readonly partition: number;
  readonly at: number;
}

/** One partition of the working set as it is at the end. */
export interface ShardAtEnd {
  readonly watermark: Instant;
  readonly slots: ReadonlyMap<string, number>;
  readonly incidents: ReadonlyMap<IncidentId, IncidentRecord | typeof retired>;
}

/** What is left of a run, seen from outside. */
export interface Evidence {
  readonly world: World;
  readonly rest: Rest;
  readonly arrivals: readonly Arrival[];
  readonly policies: readonly PolicyInForce[];
  /** The last of them. */
  readonly policy: Policy;
  /** By partition, each in order. */
  readonly ledger: readonly Published[];
  /** What is wrong with the hash chain of each partition. */
  readonly chain: readonly ChainFinding[];
  readonly openBreaches: ReadonlyMap<string, OpenBreach>;
  readonly deadLetters: readonly DeadLetter[];
  readonly shards: readonly ShardAtEnd[];
  readonly tickMs: number;
  readonly readEveryMs: number;
}

export type Seen = Pick<
  Evidence,
  'world' | 'rest' | 'arrivals' | 'policies' | 'policy' | 'tickMs' | 'readEveryMs'
> & {
  readonly codec: Codec;
  readonly partitions: number;
};

export async function gather({ codec, partitions, ...seen }: Seen): Promise<Evidence> {
  const { log, workingSet } = seen.world;
  const { topics } = codec;
  const ledger: Published[] = [];
  const chain = chainVerifier();
  const openBreaches = new Map<string, OpenBreach>();
  const deadLetters: DeadLetter[] = [];
  const shards: ShardAtEnd[] = [];
  for (let partition = 0; partition < partitions; partition++) {
    for (const { record, committedAt } of log.committed(topics.alerts, partition)) {
      ledger.push({ record: await codec.decodeLedger(record), partition, at: committedAt });
      chain.take({
        partition,
        offset: String(record.offset),
        key: String(record.key),
        link: parseLink(record.headers[chainHeader]),
        record: await codec.decodeLedgerContent(record),
      });
    }
    for (const { record } of log.committed(topics.openBreaches, partition)) {
      const breach = await codec.decodeOpenBreach(record);
      if (breach === undefined) openBreaches.delete(String(record.key));
      else openBreaches.set(String(record.key), breach);
    }
    for (const { record } of log.committed(topics.deadLetters, partition)) {
      deadLetters.push(await codec.decodeDeadLetter(record));
    }
    const shard = { deployment, partition };
    const store = workingSet.store();
    const rows = await rowsOf(store, shard);
    shards.push({
      watermark: shardWatermark(await store.shard(shard), seen.policy) ?? (0 as Instant),
      slots: await store.slots(shard),
      incidents: new Map(
        rows.map(({ id, record }) => [id, record === retired ? retired : deserialise(id, record)]),
      ),
    });
  }
  const findings = chain.verdicts().flatMap((verdict) => verdict.findings);
  return { ...seen, ledger, chain: findings, openBreaches, deadLetters, shards };
}

/** Whether a record can be taken in, by what is known of how it was made. */
export function isReadable({ delivery, record }: Arrival, { maxAhead }: Policy): boolean {
  const { fact, what } = delivery;
  return what === 'heartbeat' || (fact !== undefined && fact.at <= record.timestamp + maxAhead);
}

/** Names a record by where it stands. */
export const placeOf = (topic: string, partition: number, offset: bigint | string): string =>
  `${topic}-${partition} at ${offset}`;
