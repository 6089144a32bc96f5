/** What became of every delivery: a line in the log and a count. */
import type { Logger } from '@vigil/service-kit/logging';
import { Counter, Histogram, type Registry } from 'prom-client';

export interface Trail {
  readonly receiver: string;
  delivered(key: string, delayMs: number): void;
  /** So many levels were told; every half minute, hence no line each. */
  told(count: number): void;
  retried(attempt: number, error: unknown): void;
  refused(key: string, status: number): void;
}

/** Makes the trails of receivers, which share their metrics. */
export function trails(logger: Logger, metrics: Registry): (receiver: string) => Trail {
  const outcomes = new Counter({
    name: 'vigil_deliveries_total',
    help: 'Messages to receivers, by what became of them.',
    labelNames: ['receiver', 'outcome'],
    registers: [metrics],
  });
  const delays = new Histogram({
    name: 'vigil_delivery_delay_seconds',
    help: 'From when an alert was raised to when a receiver had taken it.',
    labelNames: ['receiver'],
    buckets: [0.1, 0.5, 1, 2, 5, 10, 30, 60, 300, 3_600, 86_400],
    registers: [metrics],
  });
  return (receiver) => ({
    receiver,
    delivered(key, delayMs) {
      outcomes.inc({ receiver, outcome: 'delivered' });
      delays.observe({ receiver }, delayMs / 1_000);
      logger.info('delivered', { receiver, key, durationMs: delayMs });
    },
    told(count) {
      outcomes.inc({ receiver, outcome: 'delivered' }, count);
      logger.debug('told what is in breach', { receiver, count });
    },
    retried(attempt, error) {
      outcomes.inc({ receiver, outcome: 'retried' });
      logger.warn('a delivery failed and is tried again', { receiver, attempt, error });
    },
    refused(key, status) {
      outcomes.inc({ receiver, outcome: 'refused' });
      logger.error('a receiver refused for good', { receiver, key, status });
    },
  });
}
