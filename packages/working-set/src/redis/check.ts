import type { Redis } from 'ioredis';
import { asked, connectToRedis, type RedisOptions } from './connection.ts';

/** Something about a Redis that an operator should know before Vigil uses it. */
export interface RedisFinding {
  readonly code: RedisFindingCode;
  /** `error`: Vigil must not run on it. `warning`: it runs, and something is worse. `info`: as it is. */
  readonly severity: 'error' | 'warning' | 'info';
  readonly what: string;
  readonly remedy: string;
}

export type RedisFindingCode =
  | 'VIGIL_REDIS_TOO_OLD'
  | 'VIGIL_REDIS_EVICTS'
  | 'VIGIL_REDIS_IS_CLUSTER'
  | 'VIGIL_REDIS_READ_ONLY'
  | 'VIGIL_REDIS_CANNOT_SAVE'
  | 'VIGIL_REDIS_MEMORY_LOW'
  | 'VIGIL_REDIS_NOT_PERSISTENT'
  | 'VIGIL_CLOCK_OFF';

/** The oldest Redis that the adapter is meant for; Valkey says 7.2. */
const oldest = { major: 6, minor: 2 } as const;
/** The part of maxmemory in use from which an operator is warned. */
const memoryLow = 0.8;
/** A clock that is wrong by more raises alerts so much too early or too late, in milliseconds. */
const clockOffMs = 1_000;

/**
 * Looks at the Redis behind a URL, of a cluster at every primary. It only asks INFO, which hosted
 * services allow where they do not allow CONFIG.
 *
 * @returns what was found, errors first; a finding that several nodes share is given once.
 * @throws WorkingSetUnavailable when Redis does not answer, WorkingSetRefused when it says no.
 */
export async function checkRedis(
  options: RedisOptions & { readonly clock?: () => number },
): Promise<readonly RedisFinding[]> {
  const client = await connectToRedis(options);
  try {
    const nodes = 'nodes' in client ? client.nodes('master') : [client];
    const infos = await Promise.all(nodes.map((node) => asked(node.info(), options.answerMs)));
    const findings = [
      ...infos.flatMap((info) => findingsOf(fieldsOf(info), options.cluster)),
      ...(await clockFindings(nodes[0] ?? client, options)),
    ];
    const order = ['error', 'warning', 'info'];
    return [...new Map(findings.map((finding) => [finding.code, finding])).values()].sort(
      (a, b) => order.indexOf(a.severity) - order.indexOf(b.severity),
    );
  } finally {
    client.disconnect();
  }
}

/** Whether this machine and that of Redis agree on what time it is. */
async function clockFindings(
  node: Pick<Redis, 'time'>,
  { clock = Date.now, answerMs }: RedisOptions & { readonly clock?: () => number },
): Promise<readonly RedisFinding[]> {
  const before = clock();
  const [seconds = 0, microseconds = 0] = (await asked(node.time(), answerMs)).map(Number);
  const after = clock();
  // Somewhere between asking and being answered.
  const off = (before + after) / 2 - (seconds * 1_000 + microseconds / 1_000);
  if (Math.abs(off) - (after - before) / 2 <= clockOffMs) return [];
  return [
    {
      code: 'VIGIL_CLOCK_OFF',
      severity: 'warning',
      what: `the clock of this machine is ${(Math.abs(off) / 1_000).toFixed(1)} s ${off > 0 ? 'ahead of' : 'behind'} that of Redis`,
      remedy: 'see that both keep time (NTP): an alert is early or late by as much',
    },
  ];
}

/** INFO as a map: `name:value` lines under headings. */
function fieldsOf(info: string): ReadonlyMap<string, string> {
  return new Map(
    info.split('\r\n').flatMap((line) => {
      const colon = line.indexOf(':');
      return colon > 0 ? [[line.slice(0, colon), line.slice(colon + 1)] as const] : [];
    }),
  );
}

/** What the answer to INFO of one node shows. */
export function findingsOf(
  info: ReadonlyMap<string, string>,
  asCluster: boolean,
): readonly RedisFinding[] {
  const findings: RedisFinding[] = [];
  const find = (
    severity: RedisFinding['severity'],
    code: RedisFindingCode,
    what: string,
    remedy: string,
  ) => findings.push({ code, severity, what, remedy });

  const version = info.get('redis_version') ?? '0.0';
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major < oldest.major || (major === oldest.major && minor < oldest.minor)) {
    find(
      'error',
      'VIGIL_REDIS_TOO_OLD',
      `Redis is ${version}`,
      `use Redis ${oldest.major}.${oldest.minor} or later, or Valkey`,
    );
  }
  const policy = info.get('maxmemory_policy') ?? 'unknown';
  if (policy !== 'noeviction') {
    find(
      'error',
      'VIGIL_REDIS_EVICTS',
      `maxmemory-policy is ${policy}: Redis may throw incidents away, and nobody would be told`,
      'set maxmemory-policy to noeviction',
    );
  }
  if (info.get('cluster_enabled') === '1' && !asCluster) {
    find(
      'error',
      'VIGIL_REDIS_IS_CLUSTER',
      'Redis is a node of a cluster',
      'set REDIS_CLUSTER=true',
    );
  }
  if (info.get('role') === 'slave') {
    find(
      'error',
      'VIGIL_REDIS_READ_ONLY',
      'Redis is a replica and takes no writes',
      'name the primary in REDIS_URL, or an address that follows it',
    );
  }
  const failing = ['rdb_last_bgsave_status', 'aof_last_write_status'].filter(
    (field) => info.get(field) === 'err',
  );
  if (failing.length > 0) {
    find(
      'error',
      'VIGIL_REDIS_CANNOT_SAVE',
      `Redis cannot save (${failing.join(', ')}) and may take no writes`,
      'free disk space; see the log of Redis',
    );
  }
  const [used, most] = [Number(info.get('used_memory') ?? 0), Number(info.get('maxmemory') ?? 0)];
  if (most > 0 && used > memoryLow * most) {
    find(
      'warning',
      'VIGIL_REDIS_MEMORY_LOW',
      `${Math.round((100 * used) / most)} % of maxmemory are in use; when all is, no fact is taken in`,
      'raise maxmemory, or let incidents go earlier (retainFor in the policy)',
    );
  }
  if (info.get('aof_enabled') === '0') {
    find(
      'info',
      'VIGIL_REDIS_NOT_PERSISTENT',
      'Redis keeps no append-only file: after a restart the facts since its last snapshot are read again, and until then nothing new is raised',
      'set appendonly to yes for a quicker start; nothing is lost without',
    );
  }
  return findings;
}
