import type { LedgerRecord } from '@vigil/domain/ledger/alert';
import type { Observation, Observe } from '@vigil/engine/ports';
import type { Fields, Logger } from '@vigil/service-kit/logging';
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

/**
 * Turns what the engine observes into log lines and metrics; no incident's content is in either. How far
 * behind something is, is reckoned when the metrics are asked for: it grows where nothing is observed any more.
 *
 * @param clock - the wall clock, in milliseconds.
 */
export function observeWith(
  logger: Logger,
  registry: Registry,
  clock: () => number = Date.now,
): Observe {
  const metrics = metricsIn(registry, clock);
  return (observation) => {
    count(observation, metrics);
    log(observation, logger);
  };
}

/** Detection delays in seconds: from a poll's length to a day. */
const delayBuckets = [0.1, 0.5, 1, 2, 2.5, 3, 5, 10, 30, 60, 300, 3_600, 86_400];

function metricsIn(registry: Registry, clock: () => number) {
  const registers = [registry];
  /** Up to when, by partition. */
  const watermarks = new Map<number, number>();
  /** Up to when, by topic and partition. */
  const readTo = new Map<string, { topic: string; partition: number; at: number }>();
  return {
    facts: new Counter({
      name: 'vigil_facts_applied_total',
      help: 'Facts taken into the working set.',
      labelNames: ['topic'],
      registers,
    }),
    deadLetters: new Counter({
      name: 'vigil_dead_letters_total',
      help: 'Records put aside, by the reason.',
      labelNames: ['topic', 'reason'],
      registers,
    }),
    factsLost: new Counter({
      name: 'vigil_facts_lost_total',
      help: 'Offsets that the log no longer kept when they should have been read.',
      labelNames: ['topic'],
      registers,
    }),
    published: new Counter({
      name: 'vigil_ledger_records_total',
      help: 'Records published on the alert topic.',
      labelNames: ['kind', 'phase', 'confidence'],
      registers,
    }),
    delay: new Histogram({
      name: 'vigil_detection_delay_seconds',
      help: 'From when an alert was due to when it was raised, for alerts that are not late for a reason.',
      buckets: delayBuckets,
      registers,
    }),
    late: new Counter({
      name: 'vigil_late_alerts_total',
      help: 'Alerts raised late, by the reason.',
      labelNames: ['late'],
      registers,
    }),
    clock,
    watermarks,
    readTo,
    watermarkAge: new Gauge({
      name: 'vigil_watermark_age_seconds',
      help: 'How far the watermark of an owned partition is behind the wall clock.',
      labelNames: ['partition'],
      registers,
      collect() {
        this.reset();
        for (const [partition, at] of watermarks) this.set({ partition }, (clock() - at) / 1_000);
      },
    }),
    behind: new Gauge({
      name: 'vigil_read_behind_records',
      help: 'Records of an assigned partition that are still to be read.',
      labelNames: ['topic', 'partition'],
      registers,
    }),
    behindSeconds: new Gauge({
      name: 'vigil_read_behind_seconds',
      help: 'How far what was read of an assigned partition is behind the wall clock.',
      labelNames: ['topic', 'partition'],
      registers,
      collect() {
        this.reset();
        for (const { topic, partition, at } of readTo.values()) {
          this.set({ topic, partition }, (clock() - at) / 1_000);
        }
      },
    }),
    failures: new Counter({
      name: 'vigil_failures_total',
      help: 'Failures after which a partition was taken up again.',
      registers,
    }),
  };
}

function count(observation: Observation, metrics: ReturnType<typeof metricsIn>): void {
  switch (observation.event) {
    case 'facts-applied':
      metrics.facts.inc({ topic: observation.topic }, observation.facts);
      break;
    case 'dead-letter':
      metrics.deadLetters.inc({ topic: observation.topic, reason: observation.reason });
      break;
    case 'facts-lost':
      metrics.factsLost.inc(
        { topic: observation.topic },
        Number(observation.to - observation.from),
      );
      break;
    case 'published':
      for (const record of observation.records) {
        metrics.published.inc(ledgerLabels(record));
        if (record.kind !== 'alert') continue;
        if (record.late === undefined) metrics.delay.observe((record.raisedAt - record.at) / 1_000);
        else metrics.late.inc({ late: record.late });
      }
      break;
    case 'watermark':
      metrics.watermarks.set(observation.partition, metrics.clock() - observation.ageMs);
      break;
    case 'read': {
      const { topic, partition, behind, readTo: at } = observation;
      metrics.readTo.set(`${topic}-${partition}`, { topic, partition, at });
      metrics.behind.set({ topic, partition }, Number(behind));
      break;
    }
    case 'revoked':
      metrics.behind.remove({ topic: observation.topic, partition: observation.partition });
      metrics.readTo.delete(`${observation.topic}-${observation.partition}`);
      break;
    case 'released':
    case 'given-away':
      metrics.watermarks.delete(observation.partition);
      break;
    case 'failed':
      metrics.failures.inc();
      break;
    case 'owned':
    case 'rebuilt':
    case 'waiting':
    case 'assigned':
    case 'looked-after':
      break;
  }
}

/** Escalations count as one phase: their number is the policy's choice, and labels must be few. */
function ledgerLabels(record: LedgerRecord): Record<'kind' | 'phase' | 'confidence', string> {
  const phase = record.phase.startsWith('escalation') ? 'escalation' : record.phase;
  const confidence = record.kind === 'alert' ? record.confidence : '';
  return { kind: record.kind, phase, confidence };
}

function log(observation: Observation, logger: Logger): void {
  switch (observation.event) {
    case 'dead-letter': {
      const { topic, partition, offset, reason } = observation;
      logger.warn('put a record aside as a dead letter', { topic, partition, offset, reason });
      break;
    }
    case 'facts-lost': {
      const { topic, partition, from, to } = observation;
      const fields: Fields = { topic, partition, offset: from, count: Number(to - from) };
      logger.error('the log no longer keeps records that were never read', fields);
      break;
    }
    case 'owned': {
      const { partition, alreadySaid: known, rebuilding } = observation;
      const what = rebuilding ? 'owns the partition and rebuilds it' : 'owns the partition';
      logger.info(what, { partition, count: known });
      break;
    }
    case 'rebuilt':
      logger.info('rebuilt the partition from the log', { partition: observation.partition });
      break;
    case 'waiting':
      logger.info('waits for the shard', {
        topic: observation.topic,
        partition: observation.partition,
        reason: observation.why,
      });
      break;
    case 'released':
      logger.warn('gave the partition up', {
        partition: observation.partition,
        reason: observation.why,
      });
      break;
    case 'failed':
      logger.error('failed and takes the partition up again', {
        partition: observation.partition,
        error: observation.error,
      });
      break;
    case 'published':
      for (const record of observation.records) logRecord(record, logger);
      break;
    case 'facts-applied':
    case 'watermark':
    case 'assigned':
    case 'revoked':
    case 'read':
    case 'looked-after':
    case 'given-away':
      break;
  }
}

function logRecord(record: LedgerRecord, logger: Logger): void {
  if (record.kind === 'feed-alert') {
    logger.warn('published', { phase: record.phase, source: record.source });
  } else if (record.kind === 'objective-alert') {
    logger.warn('published', { phase: record.phase, target: record.objective });
  } else {
    const { kind, alertId, incidentId, target, phase } = record;
    logger.info('published', { reason: kind, alertId, incidentId, target, phase });
  }
}
