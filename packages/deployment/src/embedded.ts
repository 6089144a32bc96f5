import { type Codec, openCodec } from '@vigil/contracts/codec';
import { embeddedSchemas } from '@vigil/contracts/schema-source';
import { topicNames } from '@vigil/contracts/topics';
import type { Policy } from '@vigil/domain/policy/policy';
import type { Clock, Engine, Observe } from '@vigil/engine/ports';
import { machineTimer } from '@vigil/engine/timer';
import { createInProcessLog } from '@vigil/event-log/in-process/log';
import { createMemoryWorkingSet } from '@vigil/working-set/memory/working-set';

/** An engine with everything it needs in this process: nothing survives the process. */
export interface Embedded {
  readonly engine: Engine;
  readonly codec: Codec;
  readonly partitions: number;
  close(): Promise<void>;
}

export interface EmbeddedOptions {
  readonly policy: Policy;
  readonly clock: Clock;
  readonly observe: Observe;
  readonly partitions: number;
  /** Milliseconds of real time between two looks for work. */
  readonly tickMs: number;
}

/** Makes the in-process log and the in-memory working set, behind the same ports as Kafka and Redis. */
export async function openEmbedded(options: EmbeddedOptions): Promise<Embedded> {
  const { policy, clock, observe, partitions, tickMs } = options;
  const topics = topicNames();
  const codec = await openCodec(embeddedSchemas(), topics, policy);
  const log = createInProcessLog({
    clock,
    caughtUpEveryMs: tickMs * 2,
    topics: {
      ...Object.fromEntries(Object.values(topics.input).map((topic) => [topic, { partitions }])),
      [topics.alerts]: { partitions },
      [topics.openBreaches]: { partitions, compacted: true },
      [topics.deadLetters]: { partitions },
      [topics.actions]: { partitions },
    },
  });
  const workingSet = createMemoryWorkingSet();
  return {
    engine: {
      log,
      workingSet,
      codec,
      policy,
      clock,
      timer: machineTimer,
      deployment: 'embedded',
      tickMs,
      observe,
    },
    codec,
    partitions,
    async close() {
      await log.close();
      await workingSet.close();
    },
  };
}
