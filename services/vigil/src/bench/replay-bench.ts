/**
 * A replay side by side with the least work that could give one number of it: a single DuckDB query
 * over the same file, which counts priority incidents not attended within the hour. The query checks
 * nothing, takes no notice of regrading, reopening, stand-downs or children, and writes no ledger. And
 * with the floor of whatever reads NDJSON in JavaScript: its lines parsed on one thread, and dropped.
 */
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { arch, availableParallelism, cpus, platform, release, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type DuckDBConnection, DuckDBInstance, version as duckdbVersion } from '@duckdb/node-api';
import { piecesOf } from '@vigil/event-log/files/bytes';
import { blocksOf } from '@vigil/event-log/files/lines';

/** What one run took. */
export interface Taken {
  readonly seconds: number;
  /** The most memory the process had at once, where the system says so. */
  readonly peakMegabytes?: number;
}

/** A way of doing it. */
export interface Way {
  readonly name: string;
  /** The path of what it reads. */
  readonly file: string;
  run(): Promise<Taken>;
}

/** One way of doing it, and what its runs took. */
export interface Series {
  readonly name: string;
  readonly file: string;
  readonly megabytes: number;
  readonly taken: readonly Taken[];
}

export interface ReplayBench {
  readonly machine: string;
  readonly versions: string;
  readonly facts: number;
  readonly incidents: number;
  readonly rounds: number;
  readonly series: readonly Series[];
}

export interface ReplayBenchOptions {
  /** Facts as plain NDJSON; a Parquet file of the same is made, and removed. */
  readonly facts: string;
  readonly rounds: number;
  readonly onRun?: (done: number, all: number) => void;
  /** Further arguments of the replays. */
  readonly replay?: readonly string[];
  /** Other ways to be measured beside them. */
  readonly others?: readonly Way[];
}

/** Runs every way once a round, one after the other, so that a noisy machine is noisy for all. */
export async function benchReplay({
  facts: ndjson,
  rounds,
  onRun,
  replay = [],
  others = [],
}: ReplayBenchOptions): Promise<ReplayBench> {
  const folder = await mkdtemp(join(tmpdir(), 'vigil-bench-'));
  const instance = await DuckDBInstance.create(':memory:', {
    threads: String(availableParallelism()),
  });
  const connection = await instance.connect();
  try {
    const parquet = join(folder, 'facts.parquet');
    await connection.run(`COPY (SELECT * FROM ${readNdjson(ndjson)}) TO ${literal(parquet)}`);
    const out = join(folder, 'out');
    const ways: readonly Way[] = [
      { name: 'query', file: ndjson, run: () => query(connection, readNdjson(ndjson)) },
      { name: 'replay', file: ndjson, run: () => replayOf(ndjson, out, replay) },
      { name: 'JSON.parse alone', file: ndjson, run: () => parseOnly(ndjson) },
      { name: 'query', file: parquet, run: () => query(connection, literal(parquet)) },
      { name: 'replay', file: parquet, run: () => replayOf(parquet, out, replay) },
      ...others,
    ];
    const taken: Taken[][] = ways.map(() => []);
    for (let round = 0; round < rounds; round++) {
      for (const [index, { run }] of ways.entries()) {
        taken[index]?.push(await run());
        onRun?.(round * ways.length + index + 1, rounds * ways.length);
      }
    }
    const summary = JSON.parse(await readFile(join(out, 'summary.json'), 'utf8'));
    const series = ways.map(async ({ name, file }, index): Promise<Series> => {
      const megabytes = Math.round((await stat(file)).size / 1e6);
      return {
        name,
        file: file === parquet ? 'Parquet' : 'NDJSON',
        megabytes,
        taken: taken[index] ?? [],
      };
    });
    return {
      machine: `${cpus()[0]?.model ?? arch()}, ${availableParallelism()} cores, ${Math.round(totalmem() / 2 ** 30)} GiB, ${platform()} ${release()}`,
      versions: `Node ${process.versions.node}, DuckDB ${duckdbVersion()}`,
      facts: summary.facts.read,
      incidents: summary.incidents,
      rounds,
      series: await Promise.all(series),
    };
  } finally {
    connection.closeSync();
    instance.closeSync();
    await rm(folder, { recursive: true });
  }
}

/** The fields are named, so that DuckDB need not look at the file twice to find them. */
function readNdjson(file: string): string {
  const data = ['incidentId', 'forceId', 'grade', 'areaId', 'incidentType', 'setting']
    .concat(['childInvolvement', 'unitId', 'outcome', 'relatedIncidentId'])
    .map((name) => `${name} VARCHAR`)
    .concat(
      [
        'created',
        'updated',
        'allocated',
        'contacted',
        'attended',
        'seen',
        'aborted',
        'closed',
        'reopened',
      ].map((name) => `${name}At TIMESTAMP`),
      ['youngestAge INTEGER', 'childMarkers VARCHAR[]', 'reviewed BOOLEAN', 'childSeen BOOLEAN'],
      ['source VARCHAR', '"at" TIMESTAMP'],
    );
  const columns = `{id: 'VARCHAR', source: 'VARCHAR', type: 'VARCHAR', subject: 'VARCHAR', time: 'TIMESTAMP', data: 'STRUCT(${data.join(', ')})'}`;
  return `read_json(${literal(file)}, format = 'newline_delimited', columns = ${columns})`;
}

async function query(connection: DuckDBConnection, from: string): Promise<Taken> {
  const start = performance.now();
  await connection.runAndReadAll(`
    SELECT count(*) FROM (
      SELECT subject, min(data.createdAt) AS created, min(data.attendedAt) AS attended,
        arg_min(data.grade, data.createdAt) AS grade
      FROM ${from} GROUP BY subject)
    WHERE grade = 'priority' AND (attended IS NULL OR attended > created + INTERVAL 60 MINUTES)`);
  return { seconds: (performance.now() - start) / 1_000 };
}

/** Reads the lines of a file and parses each, on this thread. */
async function parseOnly(file: string): Promise<Taken> {
  const start = performance.now();
  for await (const { bytes } of blocksOf(piecesOf({ name: file, bytes: 0 }))) {
    for (const line of bytes.toString('utf8').split('\n')) if (line !== '') JSON.parse(line);
  }
  return { seconds: (performance.now() - start) / 1_000 };
}

const main = fileURLToPath(new URL('../main.ts', import.meta.url));

function replayOf(facts: string, out: string, further: readonly string[]): Promise<Taken> {
  return timed(process.execPath, [main, 'replay', '--facts', facts, '--out', out, ...further]);
}

/**
 * Runs a program to its end.
 *
 * @throws Error when its exit status is not 0; what it wrote on stderr stands on ours.
 */
export async function timed(
  command: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<Taken> {
  const start = performance.now();
  const child = spawn(command, args, {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  let peak: number | undefined;
  const looking = setInterval(async () => {
    const status = await readFile(`/proc/${child.pid}/status`, 'utf8').catch(() => '');
    const found = /VmHWM:\s+(\d+) kB/.exec(status)?.[1];
    if (found !== undefined) peak = Math.round(Number(found) / 1_024);
  }, 50);
  const { promise, resolve, reject } = Promise.withResolvers<number | null>();
  child.once('error', reject);
  child.once('exit', resolve);
  const status = await promise;
  clearInterval(looking);
  if (status !== 0) throw new Error(`${command} ended with ${status}; it says why above`);
  const seconds = (performance.now() - start) / 1_000;
  return peak === undefined ? { seconds } : { seconds, peakMegabytes: peak };
}

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
