import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { IncidentId, InputTopic } from '@vigil/domain/facts/fact';
import type { Instant } from '@vigil/domain/time/instant';
import { checkCommit } from '../commit-check.ts';
import {
  CommitUnknown,
  type Shard,
  type ShardMode,
  type ShardState,
  type StoredIncident,
  type StoredIncidentRow,
  type WorkingSet,
} from '../port.ts';
import { argumentsOf, resultOf } from './commit-arguments.ts';
import {
  asked as answered,
  bounds,
  type Client,
  connectToRedis,
  type RedisOptions,
} from './connection.ts';
import { WorkingSetUnavailable } from './errors.ts';

const lua = (name: string): string => readFileSync(new URL(name, import.meta.url), 'utf8');
const scripts = {
  vigilCommit: { lua: lua('./commit-6.lua'), numberOfKeys: 6 },
  vigilOutbox: { lua: lua('./outbox-2.lua'), numberOfKeys: 2, readOnly: true },
} as const;
type Scripts = Record<keyof typeof scripts, (keysAndArguments: string[]) => Promise<string[]>>;

/**
 * Opens the working set in Redis.
 *
 * A commit that was sent when the connection broke is sent again by the client. Every commit has a key
 * of its own that is written with it and kept for `bounds.rememberedSeconds`: the script finds it and
 * repeats the answer, so a commit that is sent twice is stored once. When no answer comes within
 * `answerMs` the caller gets {@link CommitUnknown}: it may be stored, or be stored yet.
 *
 * @throws WorkingSetUnavailable when Redis does not answer.
 * @throws WorkingSetRefused when it refuses the login.
 */
export async function openRedisWorkingSet(options: RedisOptions): Promise<WorkingSet> {
  const client = await connectToRedis(options);
  for (const [name, script] of Object.entries(scripts)) client.defineCommand(name, script);
  return over(client, options.answerMs);
}

/** The key of a part of a shard. The hash tag keeps the parts in one slot of a cluster. */
function keyOf({ deployment, partition }: Shard, part: string): string {
  return `vigil:{${deployment}-${partition}}:${part}`;
}

function over(client: Client, answerMs: number = bounds.answerMs): WorkingSet {
  const run = client as unknown as Scripts;
  const asked = <T>(answer: Promise<T>): Promise<T> => answered(answer, answerMs);
  return {
    async shard(shard) {
      return stateOf(await asked(client.hgetall(keyOf(shard, 'meta'))));
    },
    async incidents(shard, ids) {
      const found = new Map<IncidentId, StoredIncident>();
      for (let from = 0; from < ids.length; from += bounds.incidentsPerRead) {
        const some = ids.slice(from, from + bounds.incidentsPerRead);
        const values = await asked(client.hmget(keyOf(shard, 'incidents'), ...some));
        for (const [i, id] of some.entries()) {
          const value = values[i];
          if (typeof value === 'string') found.set(id, incidentOf(value));
        }
      }
      return found;
    },
    async due(shard, upTo, limit) {
      const key = keyOf(shard, 'due');
      const flat = await asked(
        client.zrangebyscore(key, '-inf', upTo, 'WITHSCORES', 'LIMIT', 0, limit),
      );
      return pairsOf(flat).map(([id, score]) => ({
        id: id as IncidentId,
        due: Number(score) as Instant,
      }));
    },
    async outbox(shard, limit) {
      const keys = [keyOf(shard, 'meta'), keyOf(shard, 'outbox')];
      const [first, ...entries] = await asked(run.vigilOutbox([...keys, String(limit)]));
      return entries.map((entry, i) => ({ sequence: Number(first) + i, entry }));
    },
    async slots(shard) {
      const all = await asked(client.hgetall(keyOf(shard, 'slots')));
      return new Map(Object.entries(all).map(([key, count]) => [key, Number(count)]));
    },
    async *scan(shard, limit) {
      // A hash that shrinks while it is scanned may show an incident twice.
      const seen = new Set<string>();
      let cursor = '0';
      do {
        const key = keyOf(shard, 'incidents');
        const [next, flat] = await asked(client.hscan(key, cursor, 'COUNT', limit));
        cursor = next;
        const rows: StoredIncidentRow[] = [];
        for (const [id, value] of pairs(flat)) {
          if (seen.has(id)) continue;
          seen.add(id);
          rows.push({ id: id as IncidentId, ...incidentOf(value) });
        }
        if (rows.length > 0) yield rows;
      } while (cursor !== '0');
    },
    async commit(shard, commit) {
      checkCommit(commit);
      const keys = ['meta', 'incidents', 'due', 'slots', 'outbox', `done:${randomUUID()}`];
      const sent = run.vigilCommit(
        keys.map((part) => keyOf(shard, part)).concat(argumentsOf(commit)),
      );
      try {
        return resultOf(await asked(sent));
      } catch (error) {
        if (!(error instanceof WorkingSetUnavailable)) throw error;
        throw new CommitUnknown('Redis did not say whether it stored the commit; load again', {
          cause: error,
        });
      }
    },
    async sizes(shard) {
      const [incidents, due, outbox] = await asked(
        Promise.all([
          client.hlen(keyOf(shard, 'incidents')),
          client.zcard(keyOf(shard, 'due')),
          client.llen(keyOf(shard, 'outbox')),
        ]),
      );
      return { incidents, due, outbox };
    },
    async close() {
      await asked(client.quit()).catch(() => client.disconnect());
    },
  };
}

function stateOf(meta: Readonly<Record<string, string>>): ShardState {
  const under = <T>(prefix: string, read: (text: string) => T): Map<string, T> =>
    new Map(
      Object.entries(meta)
        .filter(([field]) => field.startsWith(prefix))
        .map(([field, text]) => [field.slice(prefix.length), read(text)]),
    );
  const instant = (text: string): Instant => Number(text) as Instant;
  const { mode, ledgerOffset } = meta;
  return {
    mode: mode as ShardMode | undefined,
    offsets: under('o:', BigInt) as Map<InputTopic, bigint>,
    watermarks: under('w:', instant) as Map<InputTopic, Instant>,
    rebuildTo: under('r:', BigInt) as Map<InputTopic, bigint>,
    ledgerOffset: ledgerOffset === undefined ? undefined : BigInt(ledgerOffset),
    heard: under('h:', instant),
    notes: under('n:', String),
  };
}

function incidentOf(value: string): StoredIncident {
  const bar = value.indexOf('|');
  return { version: Number(value.slice(0, bar)), record: value.slice(bar + 1) };
}

function* pairs(flat: readonly string[]): Generator<readonly [string, string]> {
  for (let i = 0; i + 1 < flat.length; i += 2) yield [flat[i] ?? '', flat[i + 1] ?? ''];
}
const pairsOf = (flat: readonly string[]) => [...pairs(flat)];
