/**
 * Measures what happens after an outage: the facts of some hours stand in the topics, stamped as they
 * came, and the services are started. Once with the working set as it was when the outage began, once
 * with nothing, so that it is rebuilt. Two hours of facts before it were read and answered for, so that
 * incidents were open when everything stopped. How long until the first correct breach is read, until
 * all that are in breach now are, until the ledger is that of a replay; whether anything false was said
 * on the way; and whether what is most urgent came first.
 *
 *     node test/benchmark/catch-up.ts [--hours 6] [--incidents 45000] [--partitions 4] [--instances 1]
 *       [--rounds 5] [--image FOLDER] [--out FOLDER] [--cpu-prof FOLDER]
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
import { measuredOn, spread, table } from './figures.ts';
import { encode, sendAll } from './messages.ts';
import { levelUntil } from './outage.ts';
import { followLedger, type Read } from './said.ts';

export interface CatchUpOptions {
  readonly rounds: number;
  readonly hours: number;
  /** Created in these hours. */
  readonly incidents: number;
  readonly partitions: number;
  /** Of each service. */
  readonly instances: number;
  /** A folder for CPU profiles of the services. */
  readonly profiles?: string;
  /** The folder of the image, to run its program instead of the sources. */
  readonly image?: string;
}

export interface CaughtUp {
  /** That were to be read. */
  readonly facts: number;
  /** Milliseconds from the start of the processes until all had joined their groups. */
  readonly joinedMs: number;
  /** Milliseconds from the start of the processes. */
  readonly firstMs: number;
  readonly openMs: number;
  readonly levelMs: number;
  /** Breaches that stand in the end, have not ended, and had not been said before the outage. */
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
  /** Every round, by what was left of the working set. */
  readonly parts: Readonly<Record<'kept' | 'lost', readonly CaughtUp[]>>;
}

const hour = 3_600_000;
/** Of facts before the outage: longer than any target of the policy. */
const hoursBefore = 2;
const deadlineMs = 1_200_000;
/** How many of what is in breach now an operator looks at first. */
const first = 100;

/** Measures both outages again and again, each time on a deployment of its own. */
export async function measureCatchUp(
  servers: ServerAddresses,
  options: CatchUpOptions,
): Promise<CatchUpResult> {
  const end = now();
  const began = plus(end, -options.hours * hour);
  const facts = [...factsOf(options, began, end)];
  const folder = await mkdtemp(join(tmpdir(), 'vigil-catch-up-'));
  try {
    const file = join(folder, 'facts.ndjson');
    const lines = facts.map(({ fact }) => `${JSON.stringify(formatCloudEvent(fact))}\n`);
    await writeFile(file, lines.join(''));
    const parts: Record<'kept' | 'lost', CaughtUp[]> = { kept: [], lost: [] };
    let on = '';
    let expected: ReadonlySet<AlertId> | undefined;
    for (let run = 0; run < options.rounds * 2; run++) {
      const name = run % 2 === 0 ? 'kept' : 'lost';
      const { partitions } = options;
      const stamped = { partitions, stampedBy: 'producer' } as const;
      const deployment = await openDeployment(servers, `catch-up-${process.pid}-${run}`, stamped);
      try {
        const policy = deployment.policyFile;
        expected ??= new Set(await replayed({ folder, policy }, file, 'expected', end));
        const before =
          name === 'kept' ? facts.filter(({ deliveredAt }) => deliveredAt < began) : [];
        await send(deployment, before);
        if (name === 'kept') await levelUntil(servers, deployment, began);
        await send(deployment, facts.slice(before.length));
        const caughtUp = await catchUp(deployment, facts, expected, end, options);
        parts[name].push({ facts: facts.length - before.length, ...caughtUp });
        on = await measuredOn(servers, deployment.redis);
      } finally {
        await deployment.close();
      }
    }
    const created = facts.filter(
      ({ fact }) => fact.type === 'incident-created' && fact.at >= began,
    );
    const incidents = new Set(created.map(({ fact }) => fact.incidentId)).size;
    return { measuredOn: on, incidents, parts };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The facts of the outage and of the hours before it, in the order in which they reached the log. */
function* factsOf(
  { hours, incidents }: CatchUpOptions,
  began: Instant,
  end: Instant,
): Generator<Delivered, void, undefined> {
  const day = 24 * hour;
  const first = plus(began, -hoursBefore * hour);
  const all = { incidents: Math.round((incidents * 24) / hours), seed: 6, days: 1 };
  const chosen = new Set<string>();
  for (const one of generateFacts({ ...all, from: plus(end, -day) })) {
    const { fact } = one;
    if (fact.type === 'incident-created' && fact.at >= first) chosen.add(fact.incidentId);
    if (one.deliveredAt >= first && chosen.has(fact.incidentId)) yield one;
  }
}

async function send(deployment: Deployment, facts: readonly Delivered[]): Promise<void> {
  await sendAll(
    deployment,
    facts.map(({ fact, deliveredAt }) => encode(deployment.codec, fact, deliveredAt)),
  );
}

async function catchUp(
  deployment: Deployment,
  facts: readonly Delivered[],
  expected: ReadonlySet<AlertId>,
  end: Instant,
  { instances, profiles, image }: CatchUpOptions,
): Promise<Omit<CaughtUp, 'facts'>> {
  const said = await followLedger(deployment, expected, end);
  try {
    const began = Date.now();
    const services = await deployment.start({
      instances,
      ...(profiles === undefined ? {} : { profiles: join(profiles, deployment.name) }),
      ...(image === undefined ? {} : { image }),
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
      const open = said.open().filter(({ alert }) => alert.raisedAt >= began);
      const falsely = said.falselySaid(facts, deployment.policy);
      const read = open.map(({ readAt }) => readAt);
      const inOrder = open.toSorted((a, b) => a.readAt - b.readAt);
      return {
        joinedMs,
        firstMs: since(said.firstAt(began)),
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
  const row = (
    what: string,
    figure: (one: CaughtUp) => number,
    { digits = 0, unit = '' } = {},
  ): string[] => [
    what,
    ...Object.values(result.parts).map((runs) => `${spread(runs.map(figure), digits)}${unit}`),
  ];
  const seconds = (what: string, ms: (one: CaughtUp) => number): string[] =>
    row(what, (one) => ms(one) / 1_000, { digits: 1, unit: ' s' });
  const percent = (what: string, share: (one: CaughtUp) => number): string[] =>
    row(what, (one) => 100 * share(one), { unit: ' %' });
  return [
    result.measuredOn,
    '',
    `${result.incidents.toLocaleString('en')} incidents created in ${options.hours} hours, ${options.partitions} partitions, ${options.instances} of each service, ${options.rounds} rounds, the ${options.image === undefined ? 'sources' : 'program of the image'}; times are from the start of the processes; medians, with the least and the most.`,
    '',
    table(
      ['the working set was', ...Object.keys(result.parts)],
      [
        row('facts to be read', ({ facts }) => facts),
        seconds('all processes had joined their groups', ({ joinedMs }) => joinedMs),
        seconds('first correct breach read', ({ firstMs }) => firstMs),
        seconds('the 100 most urgent of those in breach now read', ({ urgentMs }) => urgentMs),
        seconds('all in breach now read', ({ openMs }) => openMs),
        row('how many', ({ open }) => open),
        seconds('level with the replay', ({ levelMs }) => levelMs),
        row(
          'facts a second to level, the start included',
          ({ facts, levelMs }) => facts / (levelMs / 1_000),
        ),
        row('alerts in the end', ({ alerts }) => alerts),
        row('taken back on the way', ({ retractions }) => retractions),
        row('false on the way, said as confirmed', (one) => one.falselyConfirmed),
        row('false on the way, marked as provisional', (one) => one.falselyProvisional),
        percent('with a child, of the first 100 in breach now read', (one) => one.childFirst),
        percent('with a child, of all in breach now', (one) => one.childShare),
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
      rounds: { type: 'string', default: '5' },
      out: { type: 'string', default: fileURLToPath(new URL('figures', import.meta.url)) },
      image: { type: 'string' },
      'cpu-prof': { type: 'string' },
    },
  });
  const options = {
    hours: Number(values.hours),
    incidents: Number(values.incidents),
    partitions: Number(values.partitions),
    instances: Number(values.instances),
    rounds: Number(values.rounds),
    ...(values['cpu-prof'] === undefined ? {} : { profiles: values['cpu-prof'] }),
    ...(values.image === undefined ? {} : { image: values.image }),
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
