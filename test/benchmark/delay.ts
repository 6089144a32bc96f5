/**
 * Measures the detection delay: from the instant at which a breach is due until a `read_committed`
 * subscriber has its record, less the policy's `grace`, which is how long Vigil waits on purpose. With
 * many open incidents in the working set; first while nothing is said, then with many events a second.
 *
 *     node test/benchmark/delay.ts [--open 1000000] [--seconds 60] [--due 50] [--events 2000]
 *       [--partitions 4] [--out FOLDER] [--cpu-prof FOLDER]
 *
 * Not measured: the time of a fact from its source to the log, and of an alert from the log to a person.
 * Source, subscriber, servers and services share a machine, and so a clock.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type Instant, plus } from '@vigil/domain/time/instant';
import { findRealServers, type ServerAddresses } from '../servers/real-servers.ts';
import { until } from '../servers/until.ts';
import { histogram } from './chart.ts';
import { type Deployment, now, openDeployment } from './deployment.ts';
import { measuredOn, quantile, table } from './figures.ts';
import { busyFact, created, openIncidents } from './incidents.ts';
import { addressed, encode, sendAll } from './messages.ts';
import type { Services } from './services.ts';
import { subscribe } from './subscriber.ts';

export interface DelayOptions {
  /** Incidents that are open all the while and fall due later. */
  readonly open: number;
  /** How long incidents fall due, and how many each second. */
  readonly seconds: number;
  readonly due: number;
  /** Facts a second in the second part. */
  readonly events: number;
  readonly partitions: number;
  /** A folder for CPU profiles of the services. */
  readonly profiles?: string;
}

/** One breach: milliseconds beyond `due` + `grace` until it was decided, and until it was read. */
interface Detected {
  readonly raised: number;
  readonly read: number;
}

export interface DelayResult {
  readonly measuredOn: string;
  readonly loadedPerSecond: number;
  /** By what the stream did meanwhile. */
  readonly parts: Readonly<Record<string, readonly Detected[]>>;
  /** Facts a second that were sent in the second part. */
  readonly eventsPerSecond: number;
}

const hour = 3_600_000;
const targetMs = 100;
const tickMs = 50;
/** From sending the incidents that will fall due until the first of them does. */
const leadMs = 10_000;

/** Measures both parts on a deployment of its own. */
export async function measureDelay(
  servers: ServerAddresses,
  options: DelayOptions,
): Promise<DelayResult> {
  const { open, partitions, profiles } = options;
  const deployment = await openDeployment(servers, `delay-${process.pid}`, { partitions });
  try {
    const services = await deployment.start(profiles === undefined ? {} : { profiles });
    const readAt = new Map<string, { readonly raisedAt: Instant; readonly receivedAt: number }>();
    const unsubscribe = await subscribe(deployment, (record, receivedAt) => {
      if (record.kind !== 'alert' || record.phase !== 'breach') return;
      readAt.set(record.incidentId, { raisedAt: record.raisedAt, receivedAt });
    });
    try {
      await services.joined();
      const began = performance.now();
      await openIncidents(deployment, 0, open, now());
      await deployment.level(services, 3_600_000);
      const loadedPerSecond = open / ((performance.now() - began) / 1_000);

      const part = async (name: string, meanwhile: (end: number) => Promise<number>) => {
        const dues = await sendDue(deployment, services, name, options);
        const sent = await meanwhile(Math.max(...dues.values()));
        await until(() => dues.keys().every((id) => readAt.has(id)) || services.failed(), {
          what: 'every breach to be read',
          deadlineMs: 120_000,
        });
        services.check();
        const detected = [...dues].flatMap(([id, due]): Detected[] => {
          const one = readAt.get(id);
          const from = due + deployment.policy.grace;
          return one === undefined
            ? []
            : [{ raised: one.raisedAt - from, read: one.receivedAt - from }];
        });
        return { detected, sent };
      };
      const silent = await part('silent', async (end) => {
        await sleep(Math.max(0, end - Date.now()));
        return 0;
      });
      const busy = await part('busy', (end) => sendBusily(deployment, options, end));
      return {
        measuredOn: await measuredOn(servers, deployment.redis),
        loadedPerSecond,
        eventsPerSecond: busy.sent,
        parts: { 'silent stream': silent.detected, 'busy stream': busy.detected },
      };
    } finally {
      await services.stop();
      await unsubscribe();
    }
  } finally {
    await deployment.close();
  }
}

/**
 * Sends the incidents that will fall due, evenly spread, and waits until they are in the working set.
 *
 * @returns when each is due.
 */
async function sendDue(
  deployment: Deployment,
  services: Services,
  name: string,
  { seconds, due }: DelayOptions,
): Promise<ReadonlyMap<string, Instant>> {
  const first = plus(now(), leadMs);
  const dues = new Map(
    Array.from({ length: seconds * due }, (_, index) => [
      `${name}-${index}`,
      plus(first, Math.round((index * 1_000) / due)),
    ]),
  );
  const facts = [...dues].map(([id, at]) => encode(deployment.codec, created(id, plus(at, -hour))));
  await sendAll(deployment, facts);
  await deployment.level(services, 60_000);
  if (now() > first) throw new Error('the incidents were due before they were known; try again');
  return dues;
}

/** Sends facts at the rate until an instant. @returns how many a second it came to. */
async function sendBusily(
  { codec, send }: Deployment,
  { events, open }: DelayOptions,
  end: number,
): Promise<number> {
  const began = Date.now();
  let sent = 0;
  while (Date.now() < end) {
    const at = now();
    const owed = Math.floor(((at - began) * events) / 1_000) - sent;
    const facts = Array.from({ length: owed }, (_, i) =>
      encode(codec, busyFact(sent + i, open, at)),
    );
    if (owed > 0) await send(addressed(codec, facts));
    sent += owed;
    await sleep(Math.max(0, at + tickMs - Date.now()));
  }
  return sent / ((Date.now() - began) / 1_000);
}

/** The figures as Markdown. */
export function delayReport(options: DelayOptions, result: DelayResult): string {
  const { open, events, partitions } = options;
  const count = (one: number): string => Math.round(one).toLocaleString('en');
  const rows = Object.entries(result.parts).flatMap(([name, detected]) => {
    const row = (what: string, ms: readonly number[]): string[] => [
      `${name}: ${what}`,
      count(ms.length),
      ...[quantile(ms, 0.5), quantile(ms, 0.99), Math.max(...ms)].map(count),
      `${((100 * ms.filter((one) => one <= targetMs).length) / ms.length).toFixed(1)} %`,
    ];
    return [
      row(
        'until it is read',
        detected.map(({ read }) => read),
      ),
      row(
        'of it until it is decided',
        detected.map(({ raised }) => raised),
      ),
    ];
  });
  return [
    result.measuredOn,
    '',
    `${count(open)} open incidents in ${partitions} partitions, taken in at ${count(result.loadedPerSecond)} a second; ${count(result.eventsPerSecond)} of ${count(events)} events a second were sent in the busy part.`,
    '',
    table(['ms beyond grace', 'breaches', 'p50', 'p99', 'max', `within ${targetMs} ms`], rows),
    '',
  ].join('\n');
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      open: { type: 'string', default: '1000000' },
      seconds: { type: 'string', default: '60' },
      due: { type: 'string', default: '50' },
      events: { type: 'string', default: '2000' },
      partitions: { type: 'string', default: '4' },
      out: { type: 'string', default: fileURLToPath(new URL('figures', import.meta.url)) },
      'cpu-prof': { type: 'string' },
    },
  });
  const options = {
    open: Number(values.open),
    seconds: Number(values.seconds),
    due: Number(values.due),
    events: Number(values.events),
    partitions: Number(values.partitions),
    ...(values['cpu-prof'] === undefined ? {} : { profiles: values['cpu-prof'] }),
  };
  const servers = await findRealServers();
  try {
    const result = await measureDelay(servers, options);
    const report = delayReport(options, result);
    const measured = Object.entries(result.parts).flatMap(([of, detected]) =>
      detected.map(({ read }) => ({ of, ms: read })),
    );
    await mkdir(values.out, { recursive: true });
    await writeFile(join(values.out, 'delay.json'), `${JSON.stringify({ options, ...result })}\n`);
    await writeFile(join(values.out, 'delay.md'), report);
    await writeFile(
      join(values.out, 'delay.svg'),
      histogram('milliseconds beyond grace until a breach is read', measured, targetMs),
    );
    process.stdout.write(report);
  } finally {
    await servers.stop();
  }
}
