import { type ControlRoom, startControlRoom } from '@vigil/control-room/control-room';
import type { Connected } from '@vigil/deployment/connect';
import type { Configuration } from '@vigil/service-kit/configuration';
import type { Logger } from '@vigil/service-kit/logging';
import type { createMetrics } from '@vigil/service-kit/metrics';
import type { Tracer } from '@vigil/service-kit/tracing';

/** What a service is started with. */
export interface Setting extends Connected {
  readonly configuration: Configuration;
  readonly logger: Logger;
  readonly metrics: ReturnType<typeof createMetrics>;
  /** `undefined`: nothing is traced. */
  readonly tracer: Tracer | undefined;
}

/** Between two looks at all incidents; those that fall due or are spoken of are seen at once. */
const scanMs = 60_000;

/** Starts the control room as deployed. @throws what `startControlRoom` throws. */
export async function startRoom(setting: Setting): Promise<ControlRoom> {
  const { engine, codec, log, configuration, logger, metrics } = setting;
  const { host, port, operators, oidc } = configuration.room;
  const room = await startControlRoom({
    ...{ engine, codec, logger, metrics, host, port, operators, scanMs },
    ...(oidc === undefined ? {} : { oidc }),
    partitions: await log.partitions(codec.topics.alerts),
    // Where nothing else serves them, and only this machine can ask.
    health: configuration.http === undefined && oidc === undefined,
    speed: 1,
    rehearsal: false,
  });
  logger.info('serves the control room', { host, port: Number(new URL(room.url).port) });
  return room;
}
