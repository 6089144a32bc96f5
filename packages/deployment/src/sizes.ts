import type { WorkingSet } from '@vigil/working-set/port';
import { Gauge, type Registry } from 'prom-client';

/**
 * Counts what stands in the working set of the partitions that this process watches over, whenever the
 * metrics are asked for.
 *
 * @param owned - the partitions, at the moment.
 */
export function countSizes(
  registry: Registry,
  workingSet: WorkingSet,
  deployment: string,
  owned: () => Iterable<number>,
): void {
  new Gauge({
    name: 'vigil_working_set_size',
    help: 'What stands in the working set of a watched partition: incidents, those with a time to be looked at, alerts to be published.',
    labelNames: ['partition', 'of'],
    registers: [registry],
    async collect() {
      const counts = await Promise.all(
        [...owned()].map(async (partition) => {
          // Redis may be away: then there is nothing to count, and other metrics say that it is.
          const sizes = await workingSet.sizes({ deployment, partition }).catch(() => undefined);
          return { partition, sizes };
        }),
      );
      this.reset();
      for (const { partition, sizes } of counts) {
        for (const [of, count] of Object.entries(sizes ?? {})) this.set({ partition, of }, count);
      }
    },
  });
}
