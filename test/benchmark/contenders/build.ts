import { execFile } from 'node:child_process';
import { glob, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { KAFKA_VERSION } from '../../servers/jars.ts';
import { findJava } from '../../servers/java.ts';

const run = promisify(execFile);
const sources = fileURLToPath(new URL('../peers', import.meta.url));
const built = fileURLToPath(new URL('../../../.cache/peers', import.meta.url));
const oldestJava = 17;
const buildDeadlineMs = 600_000;

/** Programs of test/benchmark/peers. */
export type PeerProgram = 'feeder' | 'kafka-streams' | 'flink' | 'flink-replay';

/** The project that a program belongs to, and its main class. */
const programs: Readonly<Record<PeerProgram, readonly [project: string, main: string]>> = {
  feeder: ['feeder', 'vigil.benchmark.feeder.Feeder'],
  'kafka-streams': ['kafka-streams', 'vigil.benchmark.streams.StreamsPeer'],
  flink: ['flink', 'vigil.benchmark.flink.FlinkPeer'],
  'flink-replay': ['flink', 'vigil.benchmark.flink.FlinkReplay'],
};

/** What Flink reaches into and Java no longer opens by itself, as in the configuration Flink comes with. */
const opened = ['java.base/java.util', 'java.base/java.lang', 'java.base/java.util.concurrent'];

/**
 * Builds the programs with Maven into `.cache`, unless that was done since their sources changed: from
 * Maven Central the first time, from what Maven keeps afterwards.
 *
 * @throws when Maven is missing or fails; the message has the end of what it wrote.
 */
export async function buildPeers(): Promise<void> {
  const mark = join(built, 'built-at');
  if ((await changedAt(mark)) > (await newestSource())) return;
  const goal = [
    '-f',
    sources,
    `-Dpeers.build=${built}`,
    `-Dkafka.version=${KAFKA_VERSION}`,
    'package',
  ];
  const quiet = ['--quiet', '--batch-mode', '--no-transfer-progress'];
  const options = { timeout: buildDeadlineMs, maxBuffer: Number.POSITIVE_INFINITY };
  try {
    await run('mvn', [...quiet, '--offline', ...goal], options);
  } catch {
    await run('mvn', [...quiet, ...goal], options);
  }
  await writeFile(mark, '');
}

/** @returns milliseconds since the epoch, 0 where there is no such file */
async function changedAt(file: string): Promise<number> {
  return (await stat(file).catch(() => undefined))?.mtimeMs ?? 0;
}

async function newestSource(): Promise<number> {
  let newest = 0;
  for await (const file of glob('**/*.{java,xml}', { cwd: sources })) {
    newest = Math.max(newest, await changedAt(join(sources, file)));
  }
  return newest;
}

/** A command line that runs a program which `buildPeers` has built, with a heap of so many MiB. */
export async function peerCommand(
  program: PeerProgram,
  heapMebibytes: number,
): Promise<readonly [command: string, ...args: string[]]> {
  const [project, main] = programs[program];
  return [
    await findJava(oldestJava),
    `-Xms${heapMebibytes}m`,
    `-Xmx${heapMebibytes}m`,
    '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn',
    ...(project === 'flink' ? opened.map((one) => `--add-opens=${one}=ALL-UNNAMED`) : []),
    '-cp',
    `${built}/${project}/*`,
    main,
  ];
}
