import type { Observation } from '@vigil/engine/ports';

/** Whether the partitions that this process was given get on. */
export interface Progress {
  observe(observation: Observation): void;
  /** The partitions that this process watches over. */
  owned(): Iterable<number>;
  /** Why somebody should not rely on it now; `undefined` when all get on. */
  check(): string | undefined;
  /** Why only another start can help; `undefined` while it may help itself. */
  stuck(): string | undefined;
}

/**
 * A partition without progress for so long is said. One that has nothing to read is still read to its
 * end twice a second, and a shard looked at forty times a second; a batch, or a rebalance, takes less.
 */
export const BEHIND_MS = 20_000;
/** Everything that recovers by itself has by now, given that the servers answer. */
export const STUCK_MS = 300_000;

/**
 * Watches the partitions.
 *
 * @param elapsed - milliseconds that only go forward.
 */
export function watchProgress(elapsed: () => number): Progress {
  /** By what is looked at: since when nothing was heard of it, and what was said last. */
  const seen = new Map<string, { at: number; why?: string }>();
  const reading = (topic: string, partition: number): string => `reading ${topic} ${partition}`;
  const owning = (partition: number): string => `watching over partition ${partition}`;
  const owned = new Set<number>();
  const note = (name: string, why?: string): void => {
    const at = why === undefined ? elapsed() : (seen.get(name)?.at ?? elapsed());
    seen.set(name, { at, ...(why === undefined ? {} : { why }) });
  };
  const first = (after: number): string | undefined => {
    for (const [name, { at, why }] of seen) {
      const still = elapsed() - at;
      if (still < after) continue;
      const because = why === undefined ? '' : `: ${why}`;
      return `${name} has stood still for ${Math.round(still / 1_000)} s${because}`;
    }
    return undefined;
  };
  return {
    observe(observation) {
      switch (observation.event) {
        case 'read':
        case 'assigned':
          note(reading(observation.topic, observation.partition));
          break;
        case 'revoked':
          seen.delete(reading(observation.topic, observation.partition));
          break;
        case 'looked-after':
          owned.add(observation.partition);
          note(owning(observation.partition));
          break;
        case 'given-away':
          owned.delete(observation.partition);
          seen.delete(owning(observation.partition));
          break;
        case 'released':
          note(owning(observation.partition), observation.why);
          break;
        case 'failed':
          note(owning(observation.partition), observation.error.message.slice(0, 200));
          break;
        case 'waiting':
          note(
            reading(observation.topic, observation.partition),
            `it waits for ${observation.why}`,
          );
      }
    },
    owned: () => owned,
    check: () => first(BEHIND_MS),
    stuck: () => first(STUCK_MS),
  };
}
