/** Redis cannot be reached, or went away before it answered; what was asked may be asked again. */
export class WorkingSetUnavailable extends Error {
  override readonly name = 'WorkingSetUnavailable';
  readonly code = 'VIGIL_REDIS_UNAVAILABLE';
}

const remedies: readonly (readonly [RegExp, string])[] = [
  [/^OOM/, 'it is out of memory: raise maxmemory; its eviction policy must be noeviction'],
  [/^READONLY/, 'it is a replica: REDIS_URL must name the primary'],
  [/^LOADING/, 'it is loading its data: wait'],
  [/^MISCONF/, 'it cannot save to disk: free space, or see its log'],
  [/^NOAUTH|^WRONGPASS|^NOPERM/, 'it refuses the login: check the user and password in REDIS_URL'],
  [/^CLUSTERDOWN/, 'its cluster does not serve all slots: see "redis-cli cluster info"'],
];

/** Redis answered with an error; the message says what to do. */
export class WorkingSetRefused extends Error {
  override readonly name = 'WorkingSetRefused';
  readonly code = 'VIGIL_REDIS_REFUSED';

  constructor(reply: Error) {
    const remedy = remedies.find(([pattern]) => pattern.test(reply.message))?.[1];
    super(`Redis refuses: ${remedy ?? reply.message}`, { cause: reply });
  }
}
