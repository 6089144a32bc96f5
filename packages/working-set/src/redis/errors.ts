/** Redis cannot be reached, or went away before it answered; what was asked may be asked again. */
export class WorkingSetUnavailable extends Error {
  override readonly name = 'WorkingSetUnavailable';
  readonly code = 'VIGIL_REDIS_UNAVAILABLE';
}

/** Why Redis may refuse, by its answer: our code, and what to do about it. */
const refusals = [
  [
    /^OOM/,
    'VIGIL_REDIS_OUT_OF_MEMORY',
    'it is out of memory: raise maxmemory, or let incidents go earlier (retainFor in the policy)',
  ],
  [
    /^READONLY/,
    'VIGIL_REDIS_READ_ONLY',
    'it is a replica: REDIS_URL must name the primary, or an address that follows it',
  ],
  [/^LOADING/, 'VIGIL_REDIS_LOADING', 'it is loading its data: wait, Vigil tries again'],
  [
    /^MISCONF/,
    'VIGIL_REDIS_CANNOT_SAVE',
    'it cannot save to disk and takes no writes: free disk space, see its log',
  ],
  [
    /^NOREPLICAS/,
    'VIGIL_REDIS_NO_REPLICAS',
    'it has fewer replicas than min-replicas-to-write asks for: bring one back',
  ],
  [
    /^(NOAUTH|WRONGPASS|NOPERM)/,
    'VIGIL_REDIS_LOGIN',
    'it refuses the login: check the user, password and rights behind REDIS_URL',
  ],
  [
    /^(CLUSTERDOWN|TRYAGAIN)/,
    'VIGIL_REDIS_CLUSTER_DOWN',
    'its cluster does not serve all slots: see "redis-cli cluster info"',
  ],
  [
    /^(MOVED|CROSSSLOT)/,
    'VIGIL_REDIS_IS_CLUSTER',
    'it is a node of a Redis Cluster: set REDIS_CLUSTER=true',
  ],
  [
    /cluster support disabled/,
    'VIGIL_REDIS_IS_NO_CLUSTER',
    'it is no cluster: set REDIS_CLUSTER=false, or name a node of a cluster in REDIS_URL',
  ],
  [
    /^(BUSY|UNKILLABLE)/,
    'VIGIL_REDIS_BUSY',
    'a script holds it up: see SLOWLOG and whoever else uses it',
  ],
  [
    /^WRONGTYPE/,
    'VIGIL_REDIS_FOREIGN_KEYS',
    'a key of this deployment is something else: use another VIGIL_DEPLOYMENT, or a Redis of its own',
  ],
] as const;

/** Every reason that Redis may have to refuse; the last for all that is not foreseen. */
export type RefusalCode = (typeof refusals)[number][1] | 'VIGIL_REDIS_REFUSED';

/** Redis answered with an error and stored nothing; the message says what to do. */
export class WorkingSetRefused extends Error {
  override readonly name = 'WorkingSetRefused';
  readonly code: RefusalCode;

  constructor(reply: Error) {
    const [, code, remedy] = refusals.find(([answer]) => answer.test(reply.message)) ?? [];
    super(`Redis refuses: ${remedy ?? firstWords(reply.message)}`, {
      cause: withoutCommand(reply),
    });
    this.code = code ?? 'VIGIL_REDIS_REFUSED';
  }
}

/** What went wrong, without the command: its arguments are incidents, and errors go to logs. */
export function withoutCommand(error: unknown): Error {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  const plain = new Error(firstWords(message));
  plain.name = name;
  return plain;
}

/** Redis quotes the arguments of a command that it does not know, after these words. */
function firstWords(message: string): string {
  return message.replace(/,? with args beginning with:.*$/s, '');
}
