import { breachDetector } from '@vigil/engine/detector';
import type { Engine } from '@vigil/engine/ports';
import type { Running } from '@vigil/event-log/port';

/** Raises what falls due and publishes it: one owner a partition of the alert topic. */
export async function startBreachDetector(
  engine: Engine,
  maxBatchRecords: number,
): Promise<Running> {
  const detector = breachDetector(engine);
  const running = await engine.log.subscribe({
    group: `${engine.deployment}-breach-detector`,
    topics: [engine.codec.topics.alerts],
    handlers: detector,
    maxBatchRecords,
  });
  return {
    failed: running.failed,
    async stop() {
      // The partitions are handed over only once nothing more is published from here.
      await detector.release();
      await running.stop();
    },
  };
}
