import { plus } from '@vigil/domain/time/instant';
import type { Engine } from '@vigil/engine/ports';
import { Gauge, type Registry } from 'prom-client';

/** Incidents that are counted of one partition: beyond, it is many. */
const mostCounted = 1_000;

/**
 * Counts the incidents whose time to be looked at has passed, the policy's grace included, and that
 * nobody has looked at, whenever the metrics are asked for.
 *
 * @param owned - the partitions that this process watches over, at the moment.
 */
export function countBacklog(
  registry: Registry,
  {
    workingSet,
    deployment,
    policy,
    clock,
  }: Pick<Engine, 'workingSet' | 'deployment' | 'policy' | 'clock'>,
  owned: () => Iterable<number>,
): void {
  new Gauge({
    name: 'vigil_due_backlog',
    help: 'Incidents of a watched partition that are due to be looked at and were not; at most 1,000 are counted.',
    labelNames: ['partition'],
    registers: [registry],
    async collect() {
      const upTo = plus(clock(), -policy.grace);
      const counts = await Promise.all(
        [...owned()].map(async (partition) => {
          // Redis may be away: then there is nothing to count, and other metrics say that it is.
          const due = await workingSet
            .due({ deployment, partition }, upTo, mostCounted)
            .catch(() => undefined);
          return { partition, due };
        }),
      );
      this.reset();
      for (const { partition, due } of counts) {
        if (due !== undefined) this.set({ partition }, due.length);
      }
    },
  });
}
