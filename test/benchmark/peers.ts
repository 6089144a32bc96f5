/**
 * Measures Vigil beside what people would use instead, on the same Kafka, topics, facts and rules. What
 * each has said in the end must be what `vigil replay` says of the facts: otherwise it ends with an error.
 *
 *     node test/benchmark/peers.ts [--incidents 100000] [--rounds 5] [--only vigil,flink]
 *         [--mode catch-up,live] [--plain] [--out FOLDER]
 *
 * `--only` takes beginnings of names. `--plain` gives a history without disorder, a policy of one target,
 * and compares breaches only: what a pattern of Flink's CEP can do, too. Pictures and everything measured
 * go to `figures`, or the folder of `--out`.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type Instant, plus } from '@vigil/domain/time/instant';
import { KAFKA_VERSION } from '../servers/jars.ts';
import { findRealServers } from '../servers/real-servers.ts';
import { strips } from './chart.ts';
import { buildPeers } from './contenders/build.ts';
import { writeFeed } from './contenders/feeder.ts';
import { flinkPattern, javaPeers } from './contenders/java-peers.ts';
import { type Feed, modes, type Result, run } from './contenders/run.ts';
import { openStage } from './contenders/stage.ts';
import { speed, tables } from './contenders/table.ts';
import { vigilItself } from './contenders/vigil.ts';
import { generatedHistory, plainHistory, replayed, sentinels } from './history.ts';

const { values } = parseArgs({
  options: {
    incidents: { type: 'string', default: '100000' },
    rounds: { type: 'string', default: '5' },
    only: { type: 'string', default: '' },
    mode: { type: 'string', default: modes.join(',') },
    plain: { type: 'boolean', default: false },
    out: { type: 'string', default: fileURLToPath(new URL('figures', import.meta.url)) },
  },
});
const incidents = Number(values.incidents);
const partitions = 4;
const sentinelIncidents = 40;
const policy = fileURLToPath(
  new URL(values.plain ? './plain-policy.json' : './policy.json', import.meta.url),
);
const contenders = [vigilItself, ...javaPeers, ...(values.plain ? [flinkPattern] : [])].filter(
  ({ name }) => values.only.split(',').some((beginning) => name.startsWith(beginning)),
);
const phases = values.plain ? { phases: ['breach'] as const } : {};
const chosenModes = modes.filter((mode) => values.mode.split(',').includes(mode));
if (contenders.length === 0) throw new Error(`no contender is called "${values.only}"`);

await buildPeers();
const servers = await findRealServers();
const folder = await mkdtemp(join(tmpdir(), 'vigil-peers-'));
try {
  const end = plus(Date.now() as Instant, -60_000);
  const { codec, clear } = await openStage(servers, `peers-${process.pid}`, partitions, 'broker');
  const feed = async (name: string, history: ReturnType<typeof sentinels>): Promise<Feed> => {
    const file = join(folder, `${name}.feed`);
    await writeFeed(file, history, { codec, partitions, end });
    const alerts = await replayed(history, { policy, end, folder, ...phases });
    return { file, facts: history.length, alerts };
  };
  const make = values.plain ? plainHistory : generatedHistory;
  const course = {
    ...{ servers, policy, partitions, ...phases },
    history: await feed('history', make(incidents, end)),
    sentinels: await feed('sentinels', sentinels(sentinelIncidents, end)),
  };
  await clear();

  const results: Result[] = [];
  for (let round = 1; round <= Number(values.rounds); round++) {
    for (const mode of chosenModes) {
      for (const [index, contender] of contenders.entries()) {
        const name = `peers-${process.pid}-${round}-${mode}-${index}`;
        const result = await run(course, contender, mode, name);
        results.push(result);
        console.error(`${round}  ${JSON.stringify(result)}`);
      }
    }
  }
  await mkdir(values.out, { recursive: true });
  for (const mode of chosenModes) {
    const some = results.filter((result) => result.mode === mode);
    const measured = some.map((result) => ({ of: result.contender, figure: speed(result) }));
    const name = join(values.out, `peers-${values.plain ? 'plain-' : ''}${mode}`);
    await writeFile(`${name}.json`, `${JSON.stringify(some)}\n`);
    await writeFile(`${name}.svg`, strips(`${mode}: facts a second →`, measured));
  }
  const { facts, alerts } = course.history;
  const gibibytes = Math.round(totalmem() / 2 ** 30);
  console.log(
    [
      `${cpus()[0]?.model ?? process.arch}, ${availableParallelism()} cores, ${gibibytes} GiB, servers and contenders on it; Node ${process.versions.node}, Kafka ${KAFKA_VERSION}.`,
      `${incidents} incidents, ${facts} facts, ${alerts.size} alerts, ${values.rounds} rounds; each time what stood was what a replay says.`,
      tables(results, vigilItself.name),
    ].join('\n\n'),
  );
} finally {
  await rm(folder, { recursive: true, force: true });
  await servers.stop();
}
