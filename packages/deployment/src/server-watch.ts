import type { Histogram } from 'prom-client';

/** What is known of a server from how it answers. */
export interface ServerWatch {
  /** Does the call, and notes how long it took and whether it was answered. */
  measure<Answer>(call: string, work: () => Promise<Answer>): Promise<Answer>;
  /** Why the server is not to be relied on now; `undefined` when it is. */
  check(): string | undefined;
}

/** A failure counts once it has lasted so long: one that is repaired at once troubles nobody. */
export const FAILING_MS = 3_000;

/** How a watch is made. */
export interface ServerWatchOptions {
  /** Milliseconds that only go forward. */
  readonly elapsed: () => number;
  /** Whether an error shows that the server answers as it should: a fence, a version that moved on. */
  readonly isAnswer: (error: unknown) => boolean;
  /** Takes each call's seconds, by the name of the call. */
  readonly seconds?: Histogram<'call'>;
}

/** Watches one server. A call that hangs counts as one that fails. */
export function watchServer({ elapsed, isAnswer, seconds }: ServerWatchOptions): ServerWatch {
  let failing: { readonly since: number; reason: string } | undefined;
  const pending = new Set<{ readonly since: number }>();
  return {
    async measure(call, work) {
      const one = { since: elapsed() };
      pending.add(one);
      try {
        const answer = await work();
        failing = undefined;
        return answer;
      } catch (error) {
        if (isAnswer(error)) failing = undefined;
        else failing = { since: failing?.since ?? one.since, reason: reasonOf(error) };
        throw error;
      } finally {
        pending.delete(one);
        seconds?.observe({ call }, (elapsed() - one.since) / 1_000);
      }
    },
    check() {
      const now = elapsed();
      const [oldest] = pending;
      const hangs = oldest === undefined ? 0 : now - oldest.since;
      const fails = failing === undefined ? 0 : now - failing.since;
      if (Math.max(hangs, fails) < FAILING_MS) return undefined;
      if (fails >= FAILING_MS && failing !== undefined) {
        return `${failing.reason} (for ${Math.round(fails / 1_000)} s)`;
      }
      return `has not answered for ${Math.round(hangs / 1_000)} s`;
    },
  };
}

/** What went wrong without its arguments: messages of these errors name servers and codes only. */
function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message.slice(0, 200) : 'failed';
}
