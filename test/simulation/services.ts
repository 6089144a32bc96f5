import { breachDetector } from '@vigil/engine/detector';
import { factIntake } from '@vigil/engine/intake';
import type { Engine, Observation } from '@vigil/engine/ports';
import type { Trace } from './trace.ts';

/** The services that the simulation runs, as `vigil up` wires them: by name, the topics they read. */
const topicsOf = {
  'incident-consumer': ({ input }: Topics) => [
    input['incident-created'],
    input['incident-updated'],
  ],
  'attendance-consumer': ({ input }: Topics) => [input['officer-attended']],
  'breach-detector': ({ alerts }: Topics) => [alerts],
} as const;

type Topics = Engine['codec']['topics'];
type Role = keyof typeof topicsOf;
export const roles = Object.keys(topicsOf) as readonly Role[];

/** Starts the service that a machine is named after. */
export function startService(name: string, engine: Engine, maxBatchRecords: number): void {
  const role = roles.find((one) => name.startsWith(one));
  if (role === undefined) throw new Error(`${name} has no role`);
  void engine.log.subscribe({
    group: role,
    topics: topicsOf[role](engine.codec.topics),
    handlers: role === 'breach-detector' ? breachDetector(engine) : factIntake(engine),
    maxBatchRecords,
  });
}

/** Notes what a service says of itself. */
export function noteIn(trace: Trace, name: string, seen: Observation): void {
  switch (seen.event) {
    case 'released':
    case 'waiting':
      trace.add(`${name} ${seen.event} ${seen.partition}: ${seen.why}`);
      break;
    case 'owned':
    case 'rebuilt':
      trace.add(`${name} ${seen.event} ${seen.partition}`);
      break;
    case 'published': {
      const said = seen.records.map(
        ({ kind, alertId, revision }) => `${kind} ${alertId.slice(0, 8)}#${revision}`,
      );
      trace.add(`${name} published ${said.join(', ')}`);
    }
  }
}
