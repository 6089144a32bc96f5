import { Redis } from 'ioredis';
import { type LocalServer, startLocalServer, temporaryDirectory } from './local-server.ts';
import { freePorts } from './ports.ts';

/** What a test may choose about its Redis. */
export interface RedisOptions {
  /** Keeps every write in an append-only file, so that `restart` finds it again. Off unless told. */
  readonly appendOnly?: boolean;
  /** More `redis-server` settings, each as name and value: `[['maxmemory', '10mb']]`. */
  readonly settings?: readonly (readonly [name: string, value: string])[];
}

/** A Redis of a test's own. */
export interface LocalRedis extends LocalServer {
  readonly host: string;
  readonly port: number;
  readonly url: string;
}

const HOST = '127.0.0.1';
const START_DEADLINE_MS = 15_000;

/**
 * Starts `redis-server` on a free port of its own, in a temporary folder, and waits until it answers.
 *
 * @throws {ServerDidNotStart} with the end of its log; a plain error with the remedy when there is no
 * `redis-server` on the PATH.
 */
export async function startLocalRedis(options: RedisOptions = {}): Promise<LocalRedis> {
  const [port] = await freePorts(1);
  if (port === undefined) throw new Error('There is no free port.');
  const directory = temporaryDirectory('vigil-redis-');
  const settings: (readonly [string, string])[] = [
    ['bind', HOST],
    ['port', String(port)],
    ['dir', directory],
    ['save', ''],
    ['appendonly', options.appendOnly ? 'yes' : 'no'],
    ['appendfsync', 'always'],
    ...(options.settings ?? []),
  ];
  try {
    return await startLocalServer(
      {
        name: 'redis-server',
        command: 'redis-server',
        args: settings.flatMap(([name, value]) => [`--${name}`, value]),
        directory,
        ready: (pid) => answersAs(pid, port),
        startDeadlineMs: START_DEADLINE_MS,
      },
      { host: HOST, port, url: `redis://${HOST}:${port}` },
    );
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
      throw new Error(
        'There is no redis-server on the PATH: install Redis 7 or later, or give REDIS_URL.',
        { cause: error },
      );
    }
    throw error;
  }
}

/** Asks the pid too: what answers on the port may be another process that took it first. */
async function answersAs(pid: number, port: number): Promise<boolean> {
  const client = new Redis({ host: HOST, port, lazyConnect: true, retryStrategy: () => null });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const info = await client.info('server');
    return info.includes(`process_id:${pid}\r`);
  } finally {
    client.disconnect();
  }
}
