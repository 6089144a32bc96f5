import { collectDefaultMetrics, Registry } from 'prom-client';

/**
 * The metrics of one program: those of Node itself, and what the program registers besides. Every
 * series carries the label `service`.
 */
export function createMetrics(service: string): Registry {
  const registry = new Registry();
  registry.setDefaultLabels({ service });
  collectDefaultMetrics({ register: registry });
  return registry;
}
