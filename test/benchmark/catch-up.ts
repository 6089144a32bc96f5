/**
 * Measures what happens after an outage: the facts of some hours stand in the topics, stamped as they
 * came, and the services are started. Once with the working set as it was when the outage began, once
 * with nothing, so that it is rebuilt. How long until the first correct breach is read, until all that
 * are in breach now are, until the ledger is that of a replay; whether anything false was said on the
 * way; and whether what is most urgent came first.
 *
 *     node test/benchmark/catch-up.ts [--hours 6] [--incidents 45000] [--partitions 4] [--instances 1]
 *       [--out FOLDER] [--cpu-prof FOLDER]
 *
 * 45,000 in six hours are three times the national mean of 60,000 a day. Not measured: an outage that
 * ends while facts still come.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { formatCloudEvent } from '@vigil/domain/facts/cloud-event';
import type { AlertId } from '@vigil/domain/ledger/alert';
import { type Instant, plus } from '@vigil/domain/time/instant';
import type { Delivered } from '@vigil/generator/delivery';
import { generateFacts } from '@vigil/generator/generate';
import { replayed } from '../faults/replayed.ts';
import { findRealServers, type ServerAddresses } from '../servers/real-servers.ts';
import { until } from '../servers/until.ts';
import { type Deployment, now, openDeployment } from './deployment.ts';
import { measuredOn, table } from './figures.ts';
import { encode, sendAll } from './messages.ts';
import { levelUntil } from './outage.ts';
import { followLedger, type Read } from './said.ts';

export interface CatchUpOptions {
  readonly hours: number;
  /** Created in these hours. */
  readonly incidents: number;
  readonly partitions: number;
  /** Of each service. */
  readonly instances: number;
  /** A folder for CPU profiles of the services. */
  readonly profiles?: string;
}

export interface CaughtUp {
  readonly facts: number;
  /** Milliseconds from the start of the processes until all had joined their groups. */
  readonly joinedMs: number;
  /** Milliseconds from the start of the processes. */
  readonly firstMs: number;
  readonly openMs: number;
  readonly levelMs: number;
  /** Breaches that stand in the end and have not ended. */
  readonly open: number;
  readonly alerts: number;
  readonly retractions: number;
  /** Alerts that neither all facts mean nor those that had arrived when it was decided. */
  readonly falselyConfirmed: number;
  readonly falselyProvisional: number;
  /** Shares with a child in it: of the hundred breaches in breach now read first, and of all. */
  readonly childFirst: number;
  readonly childShare: number;
  /** Milliseconds from the start until the hundred most urgent had been read. */
  readonly urgentMs: number;
}

export interface CatchUpResult {
  readonly measuredOn: string;
  readonly incidents: number;
  /** By what was left of the working set. */
  readonly parts: Readonly<Record<string, CaughtUp>>;
}

const hour = 3_600_000;
const deadlineMs = 1_200_000;
/** How many of what is in breach now an operator looks at first. */
const first = 100;

/** Measures both outages, each on a deployment of its own. */
export async function measureCatchUp(
  servers: ServerAddresses,
  options: CatchUpOptions,
): Promise<CatchUpResult> {
  const end = now();
  const facts = [...outageFacts(options, end)];
  const folder = await mkdtemp(join(tmpdir(), 'vigil-catch-up-'));
  try {
    const file = join(folder, 'facts.ndjson');
    const lines = facts.map(({ fact }) => `${JSON.stringify(formatCloudEvent(fact))}\n`);
    await writeFile(file, lines.join(''));
    const parts: Record<string, CaughtUp> = {};
    let on = '';
    for (const name of ['kept', 'lost'] as const) {
      const { partitions } = options;
      const stamped = { partitions, stampedBy: 'producer' } as const;
      const deployment = await openDeployment(servers, `catch-up-${name}-${process.pid}`, stamped);
      try {
        if (name === 'kept')
          await levelUntil(servers, deployment, plus(end, -options.hours * hour));
        const policy = deployment.policyFile;
        const expected = new Set(await replayed({ folder, policy }, file, name, end));
        parts[name] = await catchUp(deployment, facts, expected, end, options);
        on = await measuredOn(servers, deployment.redis);
      } finally {
        await deployment.close();
      }
    }
    const incidents = new Set(facts.map(({ fact }) => fact.incidentId)).size;
    return { measuredOn: on, incidents, parts };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The facts of incidents of the last hours, in the order in which they reached the log. */
function* outageFacts(
  { hours, incidents }: CatchUpOptions,
  end: Instant,
): Generator<Delivered, void, undefined> {
  const day = 24 * hour;
  const began = plus(end, -hours * hour);
  const all = { incidents: Math.round((incidents * 24) / hours), seed: 6, days: 1 };
  const chosen = new Set<string>();
  for (const one of generateFacts({ ...all, from: plus(end, -day) })) {
    const { fact } = one;
    if (fact.type === 'incident-created' && fact.at >= began) chosen.add(fact.incidentId);
    if (one.deliveredAt >= began && chosen.has(fact.incidentId)) yield one;
  }
}

async function catchUp(
  deployment: Deployment,
  facts: readonly Delivered[],
  expected: ReadonlySet<AlertId>,
  end: Instant,
  { instances, profiles }: CatchUpOptions,
): Promise<CaughtUp> {
  const messages = facts.map(({ fact, deliveredAt }) =>
    encode(deployment.codec, fact, deliveredAt),
  );
  await sendAll(deployment, messages);
  const said = await followLedger(deployment, expected, end);
  try {
    const began = Date.now();
    const services = await deployment.start({
      instances,
      ...(profiles === undefined ? {} : { profiles: join(profiles, deployment.name) }),
    });
    try {
      await services.joined();
      const joinedMs = Date.now() - began;
      await until(() => said.isWhole() || services.failed(), {
        what: `the ${expected.size} alerts of the replay`,
        deadlineMs,
        pollMs: 100,
      });
      services.check();
      const since = (instant: number): number => instant - began;
      const open = said.open();
      const falsely = said.falselySaid(facts, deployment.policy);
      const read = open.map(({ readAt }) => readAt);
      const inOrder = open.toSorted((a, b) => a.readAt - b.readAt);
      return {
        facts: facts.length,
        joinedMs,
        firstMs: since(said.firstAt()),
        openMs: since(Math.max(...read)),
        levelMs: since(said.wholeAt()),
        open: open.length,
        alerts: expected.size,
        retractions: said.retractions(),
        falselyConfirmed: falsely.filter((one) => one.confidence === 'confirmed').length,
        falselyProvisional: falsely.filter((one) => one.confidence === 'provisional').length,
        childFirst: childShare(inOrder.slice(0, first)),
        childShare: childShare(open),
        urgentMs: since(Math.max(...read.slice(0, first))),
      };
    } finally {
      await services.stop();
    }
  } finally {
    await said.stop();
  }
}

/** Of breaches, those with a child in it. */
function childShare(some: readonly Read[]): number {
  return some.filter(({ alert }) => alert.child === 'involved').length / some.length;
}

/** The figures as Markdown. */
export function catchUpReport(options: CatchUpOptions, result: CatchUpResult): string {
  const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`;
  const count = (one: number): string => one.toLocaleString('en');
  const row = (what: string, figure: (one: CaughtUp) => string): string[] => [
    what,
    ...Object.values(result.parts).map(figure),
  ];
  return [
    result.measuredOn,
    '',
    `${count(result.incidents)} incidents created in ${options.hours} hours, ${options.partitions} partitions, ${options.instances} of each service; times are from the start of the processes.`,
    '',
    table(
      ['the working set was', ...Object.keys(result.parts)],
      [
        row('facts in the topics', ({ facts }) => count(facts)),
        row('all processes had joined their groups', ({ joinedMs }) => seconds(joinedMs)),
        row('first correct breach read', ({ firstMs }) => seconds(firstMs)),
        row('the 100 most urgent of those in breach now read', ({ urgentMs }) => seconds(urgentMs)),
        row('all in breach now read', ({ open, openMs }) => `${seconds(openMs)} (${count(open)})`),
        row('level with the replay', ({ levelMs }) => seconds(levelMs)),
        row('facts a second to level, the start included', ({ facts, levelMs }) =>
          count(Math.round(facts / (levelMs / 1_000))),
        ),
        row('alerts in the end', ({ alerts }) => count(alerts)),
        row('taken back on the way', ({ retractions }) => count(retractions)),
        row('false on the way, said as confirmed', (one) => count(one.falselyConfirmed)),
        row('false on the way, marked as provisional', (one) => count(one.falselyProvisional)),
        row('with a child: of the first 100 in breach now read, of all', (one) =>
          [one.childFirst, one.childShare]
            .map((share) => `${Math.round(share * 100)} %`)
            .join(', '),
        ),
      ],
    ),
    '',
  ].join('\n');
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      hours: { type: 'string', default: '6' },
      incidents: { type: 'string', default: '45000' },
      partitions: { type: 'string', default: '4' },
      instances: { type: 'string', default: '1' },
      out: { type: 'string', default: fileURLToPath(new URL('figures', import.meta.url)) },
      'cpu-prof': { type: 'string' },
    },
  });
  const options = {
    hours: Number(values.hours),
    incidents: Number(values.incidents),
    partitions: Number(values.partitions),
    instances: Number(values.instances),
    ...(values['cpu-prof'] === undefined ? {} : { profiles: values['cpu-prof'] }),
  };
  const servers = await findRealServers();
  try {
    const result = await measureCatchUp(servers, options);
    const report = catchUpReport(options, result);
    await mkdir(values.out, { recursive: true });
    await writeFile(
      join(values.out, 'catch-up.json'),
      `${JSON.stringify({ options, ...result })}\n`,
    );
    await writeFile(join(values.out, 'catch-up.md'), report);
    process.stdout.write(report);
  } finally {
    await servers.stop();
  }
}
