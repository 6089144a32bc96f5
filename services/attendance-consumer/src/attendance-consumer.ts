import { factIntake } from '@vigil/engine/intake';
import type { Engine } from '@vigil/engine/ports';
import type { Running } from '@vigil/event-log/port';

/** Takes in who attended, who was stood down, and which child was seen. */
export function startAttendanceConsumer(engine: Engine, maxBatchRecords: number): Promise<Running> {
  return engine.log.subscribe({
    group: `${engine.deployment}-attendance-consumer`,
    topics: [engine.codec.topics.input['officer-attended']],
    handlers: factIntake(engine),
    maxBatchRecords,
  });
}
