import { readFile } from 'node:fs/promises';
import { DeliveriesError, parseDeliveries } from '@vigil/delivery/deliveries';
import { startDelivery } from '@vigil/delivery/delivery';
import type { Running } from '@vigil/event-log/port';
import type { Setting } from './room.ts';

/** Starts the deliveries as deployed. @throws DeliveriesError when they are not named or not right. */
export async function startDeliveries(setting: Setting): Promise<Running> {
  const { codec, log, configuration, logger, metrics, tracer } = setting;
  const file = configuration.deliveries;
  if (file === undefined) {
    throw new DeliveriesError('set DELIVERIES_FILE to the receivers and routes');
  }
  const deliveries = parseDeliveries(await readFile(file, 'utf8'), file);
  return startDelivery({
    ...{ log, codec, deliveries, logger, metrics, tracer, environment: process.env },
    committed: (group, topic) => log.committed(group, topic),
    deployment: configuration.deployment,
  });
}
