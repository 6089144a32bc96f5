import { startAttendanceConsumer } from '@vigil/attendance-consumer/attendance-consumer';
import { startBreachDetector } from '@vigil/breach-detector/breach-detector';
import { principals } from '@vigil/contracts/rights';
import { countBacklog } from '@vigil/deployment/backlog';
import { connect } from '@vigil/deployment/connect';
import { observeWith } from '@vigil/deployment/observe';
import { countSizes } from '@vigil/deployment/sizes';
import { isUnreachable } from '@vigil/deployment/unreachable';
import { watchVitalSigns } from '@vigil/deployment/vital-signs';
import type { Engine, Observe } from '@vigil/engine/ports';
import type { Running } from '@vigil/event-log/port';
import { startIncidentConsumer } from '@vigil/incident-consumer/incident-consumer';
import { type Configuration, loadConfiguration } from '@vigil/service-kit/configuration';
import { watchEventLoop } from '@vigil/service-kit/event-loop';
import { countReasons, startHealthServer } from '@vigil/service-kit/health';
import { createLogger } from '@vigil/service-kit/logging';
import { createMetrics } from '@vigil/service-kit/metrics';
import { openTracer } from '@vigil/service-kit/open-tracer';
import { createLifetime } from '@vigil/service-kit/shutdown';
import { Argument, type Command } from 'commander';
import pRetry from 'p-retry';
import { readPolicyFile } from '../policy-file.ts';
import { type Setting, startRoom } from '../room.ts';
import { startDeliveries } from '../start-deliveries.ts';

type Start = (setting: Setting) => Promise<Running>;

/** The services that decide, by name. */
export const engineServices = {
  'incident-consumer': startIncidentConsumer,
  'attendance-consumer': startAttendanceConsumer,
  'breach-detector': startBreachDetector,
} as const;

/** The services of a deployment, by name. */
const services = {
  'incident-consumer': onEngine(startIncidentConsumer),
  'attendance-consumer': onEngine(startAttendanceConsumer),
  'breach-detector': onEngine(startBreachDetector),
  'control-room': startRoom,
  delivery: startDeliveries,
} as const satisfies Record<ServiceName, Start>;
export type ServiceName = (typeof principals)[number];

function onEngine(start: (engine: Engine, maxBatchRecords: number) => Promise<Running>): Start {
  return ({ engine, configuration }) => start(engine, configuration.batchRecords);
}

/** `vigil run SERVICE`: one service as deployed. */
export function register(program: Command): void {
  program
    .command('run')
    .description('run one service on the Kafka, Redis and registry that the environment names')
    .addArgument(new Argument('<service>').choices(principals))
    .action(async (service: ServiceName) => {
      process.exit(await run(service, [service], loadConfiguration(process.env)));
    });
}

/**
 * Runs services in this process until a signal.
 * @returns the exit status: 0, or 1 when something failed.
 */
export async function run(
  name: string,
  names: readonly ServiceName[],
  configuration: Configuration,
): Promise<number> {
  const logger = createLogger({ service: name, level: configuration.logLevel });
  const lifetime = createLifetime({ logger, shutdownMs: configuration.shutdownMs });
  const metrics = createMetrics(name);
  const { servers } = configuration;
  if (servers === undefined) {
    logger.fatal('set KAFKA_BROKERS, REDIS_URL and SCHEMA_REGISTRY_URL, or use "vigil up"');
    return 2;
  }
  let missing: string | undefined = 'it has not joined its groups yet';
  const signs = watchVitalSigns(metrics);
  const eventLoop = watchEventLoop();
  lifetime.onStop('event-loop watch', () => eventLoop.stop());
  const ready = { started: () => missing, 'event-loop': eventLoop.check, ...signs.ready };
  countReasons(metrics, ready);
  if (configuration.http !== undefined) {
    const { host, port } = configuration.http;
    const health = await startHealthServer({
      host,
      port,
      metrics,
      live: signs.live,
      ready,
    });
    lifetime.onStop('health', () => health.close());
    logger.info('serves health and metrics', { host: health.host, port: health.port });
  }
  return lifetime.end(
    (async () => {
      const policy = await readPolicyFile(configuration.policy);
      const { deployment } = configuration;
      const tracer = await openTracer(configuration.traces, { service: name, deployment, logger });
      if (tracer !== undefined) lifetime.onStop('traces', () => tracer.close());
      const observing = observeWith(logger, metrics);
      const observe: Observe = (observation) => {
        signs.observe(observation);
        observing(observation);
      };
      const begin = async (): Promise<Running[]> => {
        const connected = await connect(configuration, servers, policy, logger, {
          ...{ services: names, observe, signs, tracer },
        });
        const { workingSet } = connected.engine;
        try {
          const setting = { ...connected, configuration, logger, metrics, tracer };
          const running = await startAll(names, setting);
          lifetime.onStop('connections', () => connected.close());
          countSizes(metrics, workingSet, deployment, signs.owned);
          countBacklog(metrics, connected.engine, signs.owned);
          return running;
        } catch (error) {
          await connected.close();
          throw error;
        }
      };
      const running = await pRetry(begin, {
        ...{ retries: Number.POSITIVE_INFINITY, signal: lifetime.stopping, randomize: true },
        ...{ minTimeout: 500, maxTimeout: 10_000 },
        shouldRetry: ({ error }) => isUnreachable(error),
        onFailedAttempt({ error, attemptNumber }) {
          missing = error.message.slice(0, 200);
          const fields = { attempt: attemptNumber, error };
          if (isUnreachable(error)) logger.warn('waits for a server that it needs', fields);
        },
      }).catch((error: unknown) => {
        if (lifetime.stopping.aborted) return [];
        throw error;
      });
      for (const one of running) lifetime.onStop('service', () => one.stop());
      missing = undefined;
      logger.info('started', { policyVersion: policy.policyVersion });
      await Promise.race(running.map(({ failed }) => failed));
    })(),
  );
}

/** Starts all, or none: what was started before one failed is stopped. */
async function startAll(names: readonly ServiceName[], setting: Setting): Promise<Running[]> {
  const running: Running[] = [];
  try {
    for (const name of names) running.push(await services[name](setting));
    return running;
  } catch (error) {
    await Promise.all(running.map((one) => one.stop()));
    throw error;
  }
}
