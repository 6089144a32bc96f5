/**
 * Lets everything run for long under load, with faults now and then, and draws what it used.
 *
 *     node test/faults/soak.ts [--minutes 60] [--rate 21] [--fault-every 5] [--seed 1] [--out FOLDER]
 *
 * The rate is in incidents a second; 21 are ten times the national peak (60,000 a day, three times the
 * mean). Ends with status 1 when anything was lost or said twice.
 */
import { appendFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { formatCloudEvent } from '@vigil/domain/facts/cloud-event';
import { topicOf } from '@vigil/domain/facts/fact';
import type { AlertId } from '@vigil/domain/ledger/alert';
import { type Instant, plus } from '@vigil/domain/time/instant';
import { openRedisWorkingSet } from '@vigil/working-set/redis/working-set';
import { Redis } from 'ioredis';
import { until } from '../servers/until.ts';
import { randomFrom } from '../simulation/random.ts';
import { faults } from './faults.ts';
import { replayed } from './replayed.ts';
import { openRig } from './rig.ts';
import { repeated } from './round.ts';
import { type Sample, takeSample } from './sampling.ts';
import { drawSoak } from './soak-chart.ts';
import { oneIncident, type Timed } from './traffic.ts';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '60' },
    rate: { type: 'string', default: '21' },
    'fault-every': { type: 'string', default: '5' },
    seed: { type: 'string', default: '1' },
    out: { type: 'string', default: fileURLToPath(new URL('soak', import.meta.url)) },
  },
});
const [minutes, rate, faultEvery] = [values.minutes, values.rate, values['fault-every']].map(
  Number,
);
const partitions = 4;
const minute = 60_000;
const tickMs = 250;
/** Those that are over soon: a soak shows what accumulates, the rounds show the faults. */
const chosen = [
  'incident-consumer: kill -9',
  'attendance-consumer: kill -9',
  'breach-detector: kill -9',
  'broker: kill -9 and start again',
  'Redis: kill -9, its append-only file is there',
  'Redis: FLUSHALL',
  'connections to Redis: cut again and again',
];

const random = randomFrom(Number(values.seed));
const policy = fileURLToPath(new URL('soak-policy.json', import.meta.url));
const rig = await openRig({ policy, fillable: false });
const redis = new Redis(rig.redis.url, { maxRetriesPerRequest: null });
redis.on('error', () => undefined);
const workingSet = await openRedisWorkingSet({ url: rig.redis.url, cluster: false });
const samples: Sample[] = [];
const happened: { readonly minutes: number; readonly name: string }[] = [];
let status = 1;
try {
  status = await soak();
} finally {
  await workingSet.close();
  redis.disconnect();
  await rig.close();
}
process.exit(status);

async function soak(): Promise<number> {
  const began = Date.now();
  const elapsed = (): number => (Date.now() - began) / minute;
  const end = began + (minutes ?? 0) * minute;
  const file = join(rig.folder, 'facts.ndjson');
  let sent = 0;
  let incidents = 0;
  let over = false;

  const byTick = new Map<number, Timed[]>();
  const tickOf = (instant: number): number => Math.max(tick, Math.floor(instant / tickMs));
  let tick = Math.floor(began / tickMs);

  async function produce(): Promise<void> {
    let owed = 0;
    for (; byTick.size > 0 || Date.now() < end; tick++) {
      if (Date.now() < end) owed += ((rate ?? 0) * tickMs) / 1_000;
      for (; owed >= 1; owed--) {
        const due = plus(Date.now() as Instant, random.between(8_000, 15_000));
        for (const one of oneIncident(
          `S-${incidents++}`,
          due,
          random,
          random.between(5_000, 60_000),
        )) {
          const at = tickOf(one.sendAt);
          byTick.set(at, [...(byTick.get(at) ?? []), one]);
        }
      }
      const facts = (byTick.get(tick) ?? []).map(({ fact }) => fact);
      byTick.delete(tick);
      if (facts.length > 0) {
        const lines = facts.map((fact) => `${JSON.stringify(formatCloudEvent(fact))}\n`);
        await appendFile(file, lines.join(''));
        const byTopic = Map.groupBy(facts, (fact) => rig.codec.topics.input[topicOf[fact.type]]);
        const topicMessages = [...byTopic].map(([topic, ones]) => ({
          topic,
          messages: ones.map((fact) => rig.codec.encodeFact(fact)),
        }));
        // The source keeps what it has to say while the broker is away.
        for (let taken = false; !taken; ) {
          taken = await rig.producer.sendBatch({ topicMessages }).then(
            () => true,
            () => sleep(500).then(() => false),
          );
        }
        sent += facts.length;
      }
      await sleep(Math.max(0, (tick + 1) * tickMs - Date.now()));
    }
  }

  async function disturb(): Promise<void> {
    while (Date.now() + (faultEvery ?? 0) * minute < end) {
      await sleep((faultEvery ?? 0) * minute);
      const name = random.pick(chosen);
      happened.push({ minutes: elapsed(), name });
      console.log(`${elapsed().toFixed(1)} min: ${name}`);
      await faults.find((one) => one.name === name)?.happen(rig, random);
    }
  }

  async function watch(): Promise<void> {
    while (!over) {
      const sample = await takeSample(elapsed(), rig.services, redis, workingSet, partitions).catch(
        () => undefined,
      );
      if (sample !== undefined) {
        samples.push(sample);
        const restarts = rig.services.reduce((sum, service) => sum + service.restarts(), 0);
        if (samples.length % 6 === 0) console.log(JSON.stringify({ ...sample, restarts }));
      }
      await sleep(10_000);
    }
  }

  const watching = watch();
  await Promise.all([produce(), disturb()]);
  const settled = Date.now() as Instant;
  const expected = new Set(await replayed(rig, file, 'soak', settled));
  const standing = (): Set<AlertId> =>
    new Set(
      [...rig.ledger.standing().values()].flatMap((one) =>
        'incidentId' in one && one.at <= settled ? [one.alertId] : [],
      ),
    );
  await until(() => expected.symmetricDifference(standing()).size === 0, {
    what: 'the ledger of the replay',
    deadlineMs: 180_000,
    pollMs: 1_000,
  }).catch(() => undefined);
  over = true;
  await watching;

  const final = standing();
  const said = {
    minutes,
    incidents,
    facts: sent,
    alerts: expected.size,
    lost: expected.difference(final).size,
    spurious: final.difference(expected).size,
    twice: repeated(rig.ledger.records.map((one) => `${one.kind} ${one.alertId} ${one.revision}`))
      .length,
    faults: happened.length,
    restarts: rig.services.reduce((sum, service) => sum + service.restarts(), 0),
  };
  console.log(said);
  await mkdir(values.out, { recursive: true });
  await writeFile(
    join(values.out, 'soak.json'),
    `${JSON.stringify({ said, happened, samples }, null, 1)}\n`,
  );
  for (const [name, svg] of drawSoak(samples, happened)) {
    await writeFile(join(values.out, `${name}.svg`), svg);
  }
  return said.lost + said.spurious + said.twice === 0 ? 0 : 1;
}
