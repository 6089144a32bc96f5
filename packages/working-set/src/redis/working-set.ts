import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { IncidentId, InputTopic } from '@vigil/domain/facts/fact';
import type { Instant } from '@vigil/domain/time/instant';
import { Cluster, Redis } from 'ioredis';
import type {
  Commit,
  CommitResult,
  Shard,
  ShardMode,
  ShardState,
  StoredIncident,
  StoredIncidentRow,
  WorkingSet,
} from '../port.ts';
import { WorkingSetRefused, WorkingSetUnavailable } from './errors.ts';

/** How to reach Redis. */
export interface RedisOptions {
  /** redis:// or rediss://; of a cluster, any node. */
  readonly url: string;
  readonly cluster: boolean;
}

/** Bounds of the adapter. */
export const bounds = {
  /** Fields of one HMGET, so that one answer stays a few hundred kilobytes. */
  incidentsPerRead: 1_000,
  /** Times a command is sent again after the connection was lost; then the caller is told. */
  resends: 10,
  connectMs: 5_000,
  /** The longest wait between two attempts to connect. */
  reconnectMs: 1_000,
} as const;

const script = readFileSync(new URL('./commit-6.lua', import.meta.url), 'utf8');
const keyCount = 6;

type Client = Redis | Cluster;
type Commands = { vigilCommit(...args: string[]): Promise<string[]> };

/**
 * Opens the working set in Redis.
 *
 * A commit that was sent when the connection broke is sent again by the client; its last key tells
 * the script that it was stored already. So a commit is never applied twice.
 *
 * @throws WorkingSetUnavailable when Redis does not answer.
 */
export async function openRedisWorkingSet(options: RedisOptions): Promise<WorkingSet> {
  const client = clientFor(options);
  client.defineCommand('vigilCommit', { numberOfKeys: keyCount, lua: script });
  // Errors are told to whoever waits for an answer; a listener keeps them from ending the process.
  client.on('error', () => {});
  try {
    await client.connect();
    await client.ping();
  } catch (error) {
    client.disconnect();
    throw new WorkingSetUnavailable('could not connect to Redis; check REDIS_URL', {
      cause: error,
    });
  }
  return over(client);
}

function clientFor({ url, cluster }: RedisOptions): Client {
  const retryStrategy = (attempt: number) => Math.min(attempt * 50, bounds.reconnectMs);
  const common = {
    maxRetriesPerRequest: bounds.resends,
    enableAutoPipelining: true,
    connectTimeout: bounds.connectMs,
  };
  if (!cluster) return new Redis(url, { ...common, retryStrategy, lazyConnect: true });
  const { hostname, port, username, password, protocol } = new URL(url);
  return new Cluster([{ host: hostname, port: Number(port || 6_379) }], {
    lazyConnect: true,
    enableAutoPipelining: true,
    clusterRetryStrategy: retryStrategy,
    redisOptions: {
      ...common,
      ...(username === '' ? {} : { username: decodeURIComponent(username) }),
      ...(password === '' ? {} : { password: decodeURIComponent(password) }),
      ...(protocol === 'rediss:' ? { tls: {} } : {}),
    },
  });
}

const keyNames = ['meta', 'incidents', 'due', 'slots', 'outbox'] as const;

/** The key of a part of a shard. The hash tag keeps the parts in one slot of a cluster. */
function keyOf({ deployment, partition }: Shard, part: string): string {
  return `vigil:{${deployment}-${partition}}:${part}`;
}

function over(client: Client): WorkingSet {
  const commands = client as unknown as Commands;
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
      const [entries, first] = await asked(
        Promise.all([
          client.lrange(keyOf(shard, 'outbox'), 0, limit - 1),
          client.hget(keyOf(shard, 'meta'), 'outboxFirst'),
        ]),
      );
      return entries.map((entry, i) => ({ sequence: Number(first) + i, entry }));
    },
    async slots(shard) {
      const all = await asked(client.hgetall(keyOf(shard, 'slots')));
      return new Map(Object.entries(all).map(([key, count]) => [key, Number(count)]));
    },
    async *scan(shard, limit) {
      let cursor = '0';
      do {
        const key = keyOf(shard, 'incidents');
        const [next, flat] = await asked(client.hscan(key, cursor, 'COUNT', limit));
        cursor = next;
        const rows = pairsOf(flat).map(
          ([id, value]): StoredIncidentRow => ({ id: id as IncidentId, ...incidentOf(value) }),
        );
        if (rows.length > 0) yield rows;
      } while (cursor !== '0');
    },
    async commit(shard, commit) {
      const keys = [
        ...keyNames.map((part) => keyOf(shard, part)),
        keyOf(shard, `done:${randomUUID()}`),
      ];
      return resultOf(await asked(commands.vigilCommit(...keys, ...argumentsOf(commit))));
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
      await client.quit().catch(() => client.disconnect());
    },
  };
}

/** What Redis refuses says why; anything else means that it could not be asked. */
async function asked<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof Error && error.name === 'ReplyError') throw new WorkingSetRefused(error);
    throw new WorkingSetUnavailable('Redis did not answer', { cause: error });
  }
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

/** ARGV of the script; see its head. */
function argumentsOf(commit: Commit): string[] {
  const {
    advance,
    expectMode,
    trimOutbox,
    watermark,
    heard,
    mode,
    rebuildTo,
    ledgerOffset,
    notes,
  } = commit;
  const incidents = commit.incidents ?? [];
  const slots = commit.slots ?? [];
  const dropSlots = commit.dropSlots ?? [];
  const outbox = commit.outbox ?? [];
  const head = {
    expectMode: expectMode === 'unprepared' ? '' : expectMode,
    advance: advance && {
      topic: advance.topic,
      from: advance.from === undefined ? '' : String(advance.from),
      to: String(advance.to),
    },
    trim: trimOutbox && { from: String(trimOutbox.from), through: String(trimOutbox.through) },
    watermark: watermark && { topic: watermark.topic, instant: String(watermark.instant) },
    heard: heard && latestOf(heard),
    mode,
    rebuildTo: rebuildTo && Object.fromEntries([...rebuildTo].map(([t, end]) => [t, String(end)])),
    ledgerOffset: ledgerOffset === undefined ? undefined : String(ledgerOffset),
    notes: notes && Object.fromEntries(notes),
    incidents: incidents.length,
    slots: slots.length,
    dropSlots: dropSlots.length,
    outbox: outbox.length,
  };
  return [
    JSON.stringify(head),
    ...incidents.flatMap(({ id, expected, record, due }) => [
      id,
      String(expected),
      record ?? '',
      due === undefined ? '' : String(due),
    ]),
    ...slots.flatMap(({ key, delta }) => [key, String(delta)]),
    ...dropSlots,
    ...outbox,
  ];
}

function latestOf(heard: NonNullable<Commit['heard']>): Record<string, string> {
  const latest = new Map<string, Instant>();
  for (const { key, instant } of heard) {
    if (instant > (latest.get(key) ?? Number.NEGATIVE_INFINITY)) latest.set(key, instant);
  }
  return Object.fromEntries([...latest].map(([key, instant]) => [key, String(instant)]));
}

function resultOf([outcome, ...rest]: readonly string[]): CommitResult {
  const [first = ''] = rest;
  switch (outcome) {
    case 'committed':
      return { outcome };
    case 'stale-mode':
      return { outcome, stored: first === '' ? undefined : (first as ShardMode) };
    case 'stale-offset':
      return { outcome, stored: first === '' ? undefined : BigInt(first) };
    case 'stale-outbox':
      return { outcome, first: first === '' ? undefined : Number(first) };
    case 'stale-incidents':
      return { outcome, ids: rest as IncidentId[] };
    default:
      throw new Error(`the commit script answered ${outcome}`);
  }
}
