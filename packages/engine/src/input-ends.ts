import { type InputTopic, inputTopics } from '@vigil/domain/facts/fact';
import { type Instant, later } from '@vigil/domain/time/instant';
import type { Commit, Shard, ShardState } from '@vigil/working-set/port';
import { type Engine, limits } from './ports.ts';

/** Where the input topics of a partition end, asked for after an instant. */
interface Ends {
  readonly askedAt: Instant;
  readonly offsets: ReadonlyMap<InputTopic, bigint>;
}

/** Input topics whose facts are in the working set up to where they once ended, and when that was. */
export type Reached = NonNullable<Commit['reached']>;

/**
 * What the owner of a shard learns of the input topics when something is due: it asks where they end, and
 * once so much is in the working set nothing can have come before the question. So it need not wait until
 * the consumers say by themselves that they are at the end.
 */
export interface InputEnds {
  /** What of the answer has been read by now. */
  reached(state: ShardState): Reached;
  /**
   * Asks, unless it was asked and all that was there then has yet to be read: lag is not asked away.
   *
   * @returns when the answer is there, or fails to come; nothing when none is under way.
   */
  ask(state: ShardState): Promise<void> | undefined;
}

/** Made once for the time in which a shard is owned. */
export function inputEnds(engine: Engine, { partition }: Shard): InputEnds {
  const { log, codec, clock, timer, observe } = engine;
  let latest: Ends | undefined;
  let asking: Promise<void> | undefined;
  let notBefore = 0;

  const isAwaited = ({ offsets, watermarks }: ShardState): boolean =>
    latest !== undefined &&
    [...latest.offsets].some(
      ([topic, end]) =>
        !isRead(offsets, topic, end) &&
        (watermarks.get(topic) ?? Number.NEGATIVE_INFINITY) < (latest?.askedAt ?? 0),
    );

  async function ask(): Promise<void> {
    const askedAt = clock();
    try {
      const topics = inputTopics.map((topic) => codec.topics.input[topic]);
      const ends = await log.ends(topics, partition);
      const offsets = new Map<InputTopic, bigint>();
      for (const topic of inputTopics) {
        const end = ends.get(codec.topics.input[topic]);
        if (end !== undefined) offsets.set(topic, end);
      }
      latest = { askedAt, offsets };
    } catch (error) {
      // The consumers ask too, if less often: what is due is not lost, and its owner goes on.
      const failure = error instanceof Error ? error : new Error(String(error));
      observe({ event: 'failed', partition, error: failure });
      notBefore = timer.elapsed() + limits.askAgainMs;
    } finally {
      asking = undefined;
    }
  }

  return {
    reached({ offsets }) {
      const { askedAt, offsets: ends } = latest ?? { askedAt: 0 as Instant, offsets: new Map() };
      return [...ends].flatMap(([topic, offset]) =>
        isRead(offsets, topic, offset) ? [{ topic, offset, instant: askedAt }] : [],
      );
    },
    ask(state) {
      if (asking !== undefined) return asking;
      if (timer.elapsed() < notBefore || isAwaited(state)) return undefined;
      asking = ask();
      return asking;
    },
  };
}

function isRead(offsets: ShardState['offsets'], topic: InputTopic, end: bigint): boolean {
  const offset = offsets.get(topic);
  return offset !== undefined && offset >= end;
}

/** The shard with the watermarks that follow from what was reached. */
export function withReached(state: ShardState, reached: Reached): ShardState {
  const watermarks = new Map(state.watermarks);
  for (const { topic, instant } of reached) {
    watermarks.set(topic, later(instant, watermarks.get(topic) ?? instant));
  }
  return { ...state, watermarks };
}
