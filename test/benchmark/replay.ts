/**
 * A replay beside a Flink job in batch mode, under the same rules, and a DuckDB query that only counts,
 * over the same file. What both say must be the same: otherwise it ends with an error.
 *
 *     node test/benchmark/replay.ts [--incidents 250000] [--rounds 5] [--out FOLDER]
 */
import { glob, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { benchReplay, timed } from '@vigil/cli/bench/replay-bench';
import { tableOf } from '@vigil/cli/bench/replay-table';
import type { Instant } from '@vigil/domain/time/instant';
import { vigil } from '../integration/vigil-process.ts';
import { strips } from './chart.ts';
import { buildPeers, peerCommand } from './contenders/build.ts';
import { alertKey } from './history.ts';

const { values } = parseArgs({
  options: {
    incidents: { type: 'string', default: '250000' },
    rounds: { type: 'string', default: '5' },
    out: { type: 'string', default: fileURLToPath(new URL('figures', import.meta.url)) },
  },
});
const policy = fileURLToPath(new URL('./policy.json', import.meta.url));
const heapMebibytes = 2_048;
const from = '2025-01-01T00:00:00.000Z';
const until = '2026-02-01T00:00:00.000Z';

await buildPeers();
const folder = await mkdtemp(join(tmpdir(), 'vigil-replay-beside-'));
try {
  const facts = join(folder, 'facts.ndjson');
  await run(
    'generate',
    '--incidents',
    values.incidents,
    '--from',
    from,
    '--days',
    '365',
    '--out',
    facts,
  );
  const flinkOut = join(folder, 'flink');
  const environment = {
    FACTS: facts,
    OUT: flinkOut,
    POLICY: policy,
    UNTIL: String(Date.parse(until)),
    THREADS: String(availableParallelism()),
  };
  const [command, ...args] = await peerCommand('flink-replay', heapMebibytes);
  const flink = async () => {
    await rm(flinkOut, { recursive: true, force: true });
    return timed(command, args, environment);
  };
  await flink();
  const terms = ['--policy', policy, '--until', until, '--no-report'];
  const out = join(folder, 'out');
  await run('replay', '--facts', facts, '--out', out, ...terms);
  const alerts = await alertsOf([join(out, 'alerts.ndjson')]);
  const theirs = await alertsOf(await written(flinkOut));
  const differing = alerts.symmetricDifference(theirs).size;
  if (differing > 0) throw new Error(`${differing} alerts differ`);

  const result = await benchReplay({
    ...{ facts, rounds: Number(values.rounds), replay: terms },
    others: [{ name: 'Flink batch', file: facts, run: flink }],
    onRun: (done, all) => console.error(`${done} of ${all}`),
  });
  await mkdir(values.out, { recursive: true });
  const measured = result.series.flatMap(({ name, file, taken }) =>
    taken.map(({ seconds }) => ({ of: `${name}, ${file}`, figure: seconds })),
  );
  await writeFile(join(values.out, 'replay.json'), `${JSON.stringify(result)}\n`);
  await writeFile(join(values.out, 'replay.svg'), strips('seconds, the whole process →', measured));
  console.log(`${tableOf(result)}\n\nBoth said the same ${alerts.size} alerts.`);
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function run(...args: readonly string[]): Promise<void> {
  const { status, stderr } = await vigil(args);
  if (status !== 0) throw new Error(stderr);
}

/** The files that a job has finished. */
async function written(out: string): Promise<readonly string[]> {
  const files: string[] = [];
  for await (const file of glob(join(out, '**/part-*'))) files.push(file);
  return files;
}

/** What identifies each alert; files without a line break at their end are not complete. */
async function alertsOf(files: readonly string[]): Promise<Set<string>> {
  const texts = await Promise.all(files.map((file) => readFile(file, 'utf8')));
  const lines = texts.flatMap((text) => text.split('\n').slice(0, -1));
  return new Set(
    lines.map((line) => {
      const { incidentId, target, phase, at } = JSON.parse(line);
      return alertKey({ incidentId, target, phase, at: new Date(at).getTime() as Instant });
    }),
  );
}
