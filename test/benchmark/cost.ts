/**
 * Measures what the live path costs: facts a second and seconds of CPU for a million facts, by how many
 * instances, partitions, open incidents and records a batch there are; beside the least that its stages
 * could take; and what an open incident and a slot of a window take in Redis.
 *
 *     node test/benchmark/cost.ts [--rounds 5] [--facts 30000] [--open 10000,100000,1000000]
 *       [--out FOLDER] [--cpu-prof FOLDER]
 *
 * A round gives each setting the same new facts (of ten days that are over)
 * and waits until all that they mean has been published. One thing is changed at a time, the rest is as
 * in the first setting. Rounds are interleaved: what slows the machine slows all settings. Not measured:
 * more than one machine, a broker that replicates.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { IncidentId } from '@vigil/domain/facts/fact';
import { plus } from '@vigil/domain/time/instant';
import { generateFacts } from '@vigil/generator/generate';
import { deciding } from '../integration/vigil-process.ts';
import { findRealServers, type ServerAddresses } from '../servers/real-servers.ts';
import { costCharts, costReport } from './cost-report.ts';
import type { CostOptions, CostResult, Run, Setting } from './cost-result.ts';
import { type Deployment, now, openDeployment } from './deployment.ts';
import { measuredOn } from './figures.ts';
import { floors, type Taken } from './floors.ts';
import { openIncidents } from './incidents.ts';
import { type Encoded, encode, sendAll } from './messages.ts';
import { bytesPerIncident, bytesPerSlot } from './redis-bytes.ts';
import type { Services } from './services.ts';

const day = 24 * 3_600_000;
/** Of the generator, with everything that happens to one. */
const factsPerIncident = 6;
const deadlineMs = 3_600_000;

/** The settings that are measured: one thing is changed at a time. */
export function settingsOf(open: readonly number[]): readonly Setting[] {
  const [first = 10_000, ...more] = open;
  const base: Setting = { instances: 1, partitions: 4, open: first, batch: 500 };
  return [
    base,
    ...[2, 4].map((instances) => ({ ...base, instances })),
    ...[1, 12].map((partitions) => ({ ...base, partitions })),
    ...more.map((open) => ({ ...base, open })),
    ...[100, 2_000].map((batch) => ({ ...base, batch })),
  ];
}

/** Measures every setting in every round, and the floors in the same rounds. */
export async function measureCost(
  servers: ServerAddresses,
  options: CostOptions,
  settings: readonly Setting[] = settingsOf(options.open),
  progress: (done: string) => void = () => undefined,
): Promise<CostResult> {
  const deployments: { readonly setting: Setting; readonly deployment: Deployment }[] = [];
  try {
    const perIncident: { open: number; bytes: number }[] = [];
    for (const [index, setting] of settings.entries()) {
      const name = `cost-${process.pid}-${index}`;
      const deployment = await openDeployment(servers, name, setting);
      deployments.push({ setting, deployment });
      const services = await deployment.start({ batchRecords: 1_000 });
      await running(services, async () => {
        await openIncidents(deployment, 0, setting.open, now());
        await deployment.level(services, deadlineMs);
      });
      const bytes = await bytesPerIncident(deployment);
      if (!perIncident.some(({ open }) => open === setting.open)) {
        perIncident.push({ open: setting.open, bytes });
      }
      progress(`${setting.open} open incidents in ${setting.partitions} partitions`);
    }
    const [base] = deployments;
    if (base === undefined) throw new Error('there is no setting to measure');
    const runs = new Map<Setting, Run[]>(settings.map((setting) => [setting, []]));
    const least = new Map<string, readonly Taken[]>();
    for (let round = 0; round < options.rounds; round++) {
      const encoded = history(base.deployment, options, round);
      for (const { setting, deployment } of deployments) {
        const profiles = deployment === base.deployment ? options.profiles : undefined;
        const run = await measure(deployment, setting, encoded, profiles);
        runs.get(setting)?.push(run);
        progress(`round ${round + 1}: ${JSON.stringify(setting)}`);
      }
      for (const [name, floor] of Object.entries(floors)) {
        const taken = await floor(base.deployment, encoded);
        least.set(name, [...(least.get(name) ?? []), taken]);
      }
    }
    return {
      measuredOn: await measuredOn(servers, base.deployment.redis),
      settings: [...runs].map(([setting, ones]) => ({ setting, runs: ones })),
      floors: Object.fromEntries(least),
      bytesPerIncident: perIncident,
      ...(await bytesPerSlot(base.deployment)),
    };
  } finally {
    for (const { deployment } of deployments) await deployment.close();
  }
}

/** Ten days that are over, of other incidents each round. */
function history(
  { codec }: Deployment,
  { facts }: Pick<CostOptions, 'facts'>,
  round: number,
): readonly Encoded[] {
  const incidents = Math.ceil(facts / factsPerIncident);
  const generated = generateFacts({
    ...{ incidents, seed: round + 1, days: 10 },
    from: plus(now(), -12 * day),
  });
  return [...generated].map(({ fact }) =>
    encode(codec, { ...fact, incidentId: `${round}-${fact.incidentId}` as IncidentId }),
  );
}

/** Lets processes run for a piece of work, and ends them whatever comes of it. */
async function running<T>(services: Services, work: () => Promise<T>): Promise<T> {
  try {
    await services.joined();
    return await work();
  } finally {
    await services.stop();
  }
}

async function measure(
  deployment: Deployment,
  { instances, batch }: Setting,
  encoded: readonly Encoded[],
  profiles: string | undefined,
): Promise<Run> {
  const services = await deployment.start({
    ...{ instances, batchRecords: batch },
    ...(profiles === undefined ? {} : { profiles }),
  });
  return running(services, async () => {
    // What it does at its start belongs to no fact.
    await deployment.level(services, deadlineMs);
    const used = async (): Promise<Run['cpu']> => ({
      ...(await services.cpuSeconds()),
      Redis: await cpuOfRedis(deployment),
    });
    const [before, began] = [await used(), performance.now()];
    await sendAll(deployment, encoded);
    await deployment.level(services, deadlineMs);
    const seconds = (performance.now() - began) / 1_000;
    const after = await used();
    const cpu = { ...after };
    for (const who of [...deciding, 'Redis'] as const) cpu[who] = after[who] - before[who];
    const cpuSeconds = Object.values(cpu).reduce((sum, one) => sum + one, 0);
    return { facts: encoded.length, seconds, cpuSeconds, cpu };
  });
}

async function cpuOfRedis({ redis }: Deployment): Promise<number> {
  const info = await redis.info('cpu');
  const used = ['used_cpu_user', 'used_cpu_sys'].map((name) =>
    Number(new RegExp(`^${name}:(\\S+)`, 'm').exec(info)?.[1]),
  );
  return used.reduce((sum, one) => sum + one, 0);
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      rounds: { type: 'string', default: '5' },
      facts: { type: 'string', default: '30000' },
      open: { type: 'string', default: '10000,100000,1000000' },
      out: { type: 'string', default: fileURLToPath(new URL('figures', import.meta.url)) },
      'cpu-prof': { type: 'string' },
    },
  });
  const options = {
    rounds: Number(values.rounds),
    facts: Number(values.facts),
    open: values.open.split(',').map(Number),
    ...(values['cpu-prof'] === undefined ? {} : { profiles: values['cpu-prof'] }),
  };
  const servers = await findRealServers();
  try {
    const result = await measureCost(servers, options, settingsOf(options.open), (done) =>
      process.stderr.write(`${done}\n`),
    );
    const report = costReport(options, result);
    await mkdir(values.out, { recursive: true });
    await writeFile(join(values.out, 'cost.json'), `${JSON.stringify({ options, ...result })}\n`);
    await writeFile(join(values.out, 'cost.md'), report);
    for (const [name, svg] of costCharts(result)) {
      await writeFile(join(values.out, `cost-${name}.svg`), svg);
    }
    process.stdout.write(report);
  } finally {
    await servers.stop();
  }
}
