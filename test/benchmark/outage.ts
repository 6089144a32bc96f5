import { startAttendanceConsumer } from '@vigil/attendance-consumer/attendance-consumer';
import { startBreachDetector } from '@vigil/breach-detector/breach-detector';
import type { Instant } from '@vigil/domain/time/instant';
import { type Engine, limits } from '@vigil/engine/ports';
import { machineTimer } from '@vigil/engine/timer';
import { openKafkaLog } from '@vigil/event-log/kafka/log';
import type { Running } from '@vigil/event-log/port';
import { startIncidentConsumer } from '@vigil/incident-consumer/incident-consumer';
import type { ServerAddresses } from '../servers/real-servers.ts';
import type { Deployment } from './deployment.ts';

const batchRecords = 500;

/**
 * Leaves a deployment as it is when all is well up to an instant and then everything stops: the services
 * run here until they have answered for what stands in the topics, by a clock that stands at that instant.
 */
export async function levelUntil(
  { kafkaBrokers: brokers }: ServerAddresses,
  measured: Deployment,
  instant: Instant,
): Promise<void> {
  const { name: deployment, codec, policy, workingSet } = measured;
  const log = openKafkaLog({ connection: { brokers, clientId: 'vigil' }, deployment });
  const engine: Engine = {
    ...{ log, workingSet, codec, policy, deployment, timer: machineTimer, tickMs: limits.tickMs },
    clock: () => instant,
    observe: () => undefined,
  };
  const running: Running[] = [];
  try {
    for (const start of [startBreachDetector, startIncidentConsumer, startAttendanceConsumer]) {
      running.push(await start(engine, batchRecords));
    }
    await measured.level({ failed: () => false, check: () => undefined }, 300_000);
  } finally {
    await Promise.all(running.map((one) => one.stop()));
    await log.close();
  }
}
