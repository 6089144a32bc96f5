/** What a watchdog looks at. */
export interface Watched {
  /** How many fetches have come back since the start. */
  readonly fetches: () => number;
  /** By partition the offset it waits for, if there is something to fetch. */
  readonly awaited: () => readonly { readonly name: string; readonly offset: bigint | undefined }[];
  /** Whether the log would give a record from this offset on now. */
  readonly readable: (name: string, offset: bigint) => Promise<boolean>;
}

/** Looks in a row that find no progress before a consumer counts as stalled: about 20 s. */
export const STALLED_LOOKS = 20;

/**
 * Makes a look at a consumer, to be taken once a second. Progress is counted in looks, not by the clock:
 * a process that was stopped for a minute has missed one look, and its consumer deserves its chance.
 *
 * @returns a look, which returns why the consumer must be replaced, or `undefined`.
 */
export function watchdog(
  limits: { readonly sessionMs: number },
  watched: Watched,
): () => Promise<string | undefined> {
  let seenFetches = -1;
  let idleLooks = 0;
  const waiting = new Map<string, { readonly offset: bigint; looks: number }>();
  const idleLimit = Math.max(STALLED_LOOKS, Math.ceil((limits.sessionMs / 1_000) * 1.5));

  return async () => {
    const fetches = watched.fetches();
    idleLooks = fetches === seenFetches ? idleLooks + 1 : 0;
    seenFetches = fetches;
    if (idleLooks >= idleLimit) return 'The consumer has stopped fetching.';
    for (const { name, offset } of watched.awaited()) {
      const before = waiting.get(name);
      if (offset === undefined) waiting.delete(name);
      else if (before?.offset !== offset) waiting.set(name, { offset, looks: 0 });
      else before.looks += 1;
      const looks = waiting.get(name)?.looks ?? 0;
      if (offset === undefined || looks === 0 || looks % STALLED_LOOKS !== 0) continue;
      if (await watched.readable(name, offset)) {
        return `The consumer gives nothing of ${name} from ${offset} on, though there is more.`;
      }
    }
    return undefined;
  };
}
