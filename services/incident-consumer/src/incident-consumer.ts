import { factIntake } from '@vigil/engine/intake';
import type { Engine } from '@vigil/engine/ports';
import type { Running } from '@vigil/event-log/port';

/** Takes in what is known of incidents: their creation, changes, allocation, contact, closing. */
export function startIncidentConsumer(engine: Engine, maxBatchRecords: number): Promise<Running> {
  const { input } = engine.codec.topics;
  return engine.log.subscribe({
    group: `${engine.deployment}-incident-consumer`,
    topics: [input['incident-created'], input['incident-updated']],
    handlers: factIntake(engine),
    maxBatchRecords,
  });
}
