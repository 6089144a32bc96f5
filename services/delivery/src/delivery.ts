/** The delivery of alerts to receivers beyond the topics: each has a group of its own, and waits for no other. */
import { readFile } from 'node:fs/promises';
import type { OpenBreach } from '@vigil/domain/ledger/alert';
import type { Instant } from '@vigil/domain/time/instant';
import type { Running } from '@vigil/event-log/port';
import type { Logger } from '@vigil/service-kit/logging';
import type { Tracer } from '@vigil/service-kit/tracing';
import type { Registry } from 'prom-client';
import { alertmanagerOf, tellEveryMs } from './alertmanager.ts';
import { type Deliveries, DeliveriesError, type Receiver, type Secret } from './deliveries.ts';
import { type EventCodec, type Events, followEvents } from './follow-events.ts';
import { followLevels, type Levels } from './follow-levels.ts';
import { pagerDutyOf } from './pagerduty.ts';
import { isMeantFor } from './routing.ts';
import { send } from './send.ts';
import { trails } from './trail.ts';
import { webhookOf } from './webhook.ts';

export interface DeliveryOptions extends Pick<Events, 'log' | 'committed'> {
  readonly codec: EventCodec & Levels['codec'];
  readonly deployment: string;
  readonly deliveries: Deliveries;
  /** Where secrets are that are named by their variable. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly logger: Logger;
  readonly metrics: Registry;
  /** `undefined`: nothing is traced. */
  readonly tracer: Tracer | undefined;
}

/**
 * Starts to deliver to every receiver.
 * @throws DeliveriesError when a secret is not to be had; the error of the log when it cannot be read.
 */
export async function startDelivery(options: DeliveryOptions): Promise<Running> {
  const { deliveries, deployment, logger, metrics } = options;
  const ready = await Promise.all(
    deliveries.receivers.map(async (receiver) => ({
      receiver,
      secrets: await secretsOf(receiver, options.environment),
    })),
  );
  const trailOf = trails(logger, metrics);
  const stopping = new AbortController();
  const { signal } = stopping;
  const clock = (): Instant => Date.now() as Instant;
  const running: Running[] = [];
  for (const { receiver, secrets } of ready) {
    const { name } = receiver;
    const trail = trailOf(name);
    const common = {
      group: `${deployment}-delivery-${name}`,
      routes: deliveries.routes.filter((route) => route.receiver === name),
      log: options.log,
      ...{ codec: options.codec, isMeantFor, clock, trail },
      send: (request: Parameters<typeof send>[0]) =>
        send(request, { signal, onRetry: (attempt, error) => trail.retried(attempt, error) }),
    };
    if (receiver.kind === 'alertmanager') {
      const requestOf: Levels['requestOf'] = (levels) =>
        alertmanagerOf(levels, receiver.url, clock());
      const meant = (routes: Levels['routes'], breach: OpenBreach) => isMeantFor(routes, breach);
      running.push(
        await followLevels({ ...common, isMeantFor: meant, requestOf, tellEveryMs, signal }),
      );
    } else {
      const { committed, tracer } = options;
      const { summaryOver } = deliveries;
      const requestOf = requestsTo(receiver, secrets, clock);
      running.push(await followEvents({ ...common, committed, tracer, summaryOver, requestOf }));
    }
  }
  return {
    failed: Promise.race(running.map(({ failed }) => failed)),
    async stop() {
      stopping.abort();
      await Promise.all(running.map((one) => one.stop()));
    },
  };
}

function requestsTo(
  receiver: Exclude<Receiver, { readonly kind: 'alertmanager' }>,
  secrets: readonly string[],
  clock: () => Instant,
): Events['requestOf'] {
  if (receiver.kind === 'webhook') {
    return (message) => webhookOf(message, receiver.url, secrets, clock());
  }
  const [routingKey = ''] = secrets;
  return (message) => pagerDutyOf(message, receiver.url, routingKey);
}

async function secretsOf(
  receiver: Receiver,
  environment: DeliveryOptions['environment'],
): Promise<readonly string[]> {
  if (receiver.kind === 'alertmanager') return [];
  const wanted = receiver.kind === 'pagerduty' ? [receiver.routingKey] : receiver.secrets;
  return Promise.all(wanted.map((secret) => secretOf(receiver.name, secret, environment)));
}

async function secretOf(
  receiver: string,
  secret: Secret,
  environment: DeliveryOptions['environment'],
): Promise<string> {
  if ('env' in secret) {
    const value = environment[secret.env];
    if (value) return value;
    throw new DeliveriesError(`${receiver}: the variable ${secret.env} is not set`);
  }
  const text = await readFile(secret.file, 'utf8').catch((error: unknown) => {
    throw new DeliveriesError(`${receiver}: ${secret.file} cannot be read`, { cause: error });
  });
  return text.trim();
}
