import { startAttendanceConsumer } from '@vigil/attendance-consumer/attendance-consumer';
import { startBreachDetector } from '@vigil/breach-detector/breach-detector';
import type { Instant } from '@vigil/domain/time/instant';
import { type Engine, limits } from '@vigil/engine/ports';
import { machineTimer } from '@vigil/engine/timer';
import { shardWatermark } from '@vigil/engine/watermark';
import { openKafkaLog } from '@vigil/event-log/kafka/log';
import type { Running } from '@vigil/event-log/port';
import { startIncidentConsumer } from '@vigil/incident-consumer/incident-consumer';
import type { ServerAddresses } from '../servers/real-servers.ts';
import { until } from '../servers/until.ts';
import type { Deployment } from './deployment.ts';

const batchRecords = 500;

/**
 * Leaves a deployment as it is when all is well up to an instant and then everything stops: the services
 * run here for a moment, by a clock that stands at that instant.
 */
export async function levelUntil(
  { kafkaBrokers: brokers }: ServerAddresses,
  { name: deployment, codec, policy, workingSet, shards }: Deployment,
  instant: Instant,
): Promise<void> {
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
    await until(
      async () => {
        const states = await Promise.all(shards.map((shard) => workingSet.shard(shard)));
        return states.every(
          (state) => state.mode === 'live' && shardWatermark(state, policy) !== undefined,
        );
      },
      { what: 'every shard to be level', deadlineMs: 60_000 },
    );
  } finally {
    await Promise.all(running.map((one) => one.stop()));
    await log.close();
  }
}
