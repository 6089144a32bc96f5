import { Cluster, Redis } from 'ioredis';
import { WorkingSetRefused, WorkingSetUnavailable, withoutCommand } from './errors.ts';

/** How to reach Redis. */
export interface RedisOptions {
  /** redis:// or rediss://; of a cluster, any node. It is asked for again before a new connection. */
  readonly url: string;
  readonly cluster: boolean;
  /** Milliseconds until a question without an answer is given up; {@link bounds} unless told. */
  readonly answerMs?: number;
}

/** Bounds of the adapter. */
export const bounds = {
  /** Incidents of one HMGET, so that one answer stays a few hundred kilobytes. */
  incidentsPerRead: 1_000,
  /** Attempts to connect until commands that wait for it are given up. */
  resends: 10,
  connectMs: 5_000,
  /** The longest wait between two attempts to connect. */
  reconnectMs: 1_000,
  /** Until a question without an answer is given up, however often it was sent. */
  answerMs: 15_000,
  /** Until a connection on which nothing comes any more is closed and made anew. */
  silentMs: 5_000,
  /**
   * How long a commit is remembered for when it is sent again: longer than any is kept for sending,
   * which is `resends` times `connectMs`, `silentMs` and `reconnectMs`. The client of a cluster may
   * keep one for longer, while no node answers; what the commit expects must refuse it then.
   */
  rememberedSeconds: 300,
} as const;

export type Client = Redis | Cluster;

/**
 * Connects, and keeps the connection: one that breaks is made anew, and what was asked is sent again.
 *
 * Commands are not pipelined automatically: ioredis would then wait for one batch of commands before
 * it sends the next, and would not follow a cluster that moves a slot for one command among several.
 *
 * @throws WorkingSetUnavailable when Redis does not answer.
 * @throws WorkingSetRefused when it refuses the login.
 */
export async function connectToRedis(options: RedisOptions): Promise<Client> {
  const client = clientFor(options);
  // Errors are told to whoever waits for an answer; a listener keeps them from ending the process.
  let lastError: unknown;
  client.on('error', (error) => {
    lastError = error;
  });
  try {
    await client.connect();
    await client.ping();
    return client;
  } catch (error) {
    client.disconnect();
    // A refused login ends the connection; why is told to the listener only. Of a cluster it is what
    // the last node said.
    for (const cause of [error, lastError, lastNodeError(lastError)]) {
      if (isReply(cause)) throw new WorkingSetRefused(cause);
    }
    throw new WorkingSetUnavailable('could not connect to Redis; check REDIS_URL', {
      cause: withoutCommand(error),
    });
  }
}

function clientFor(options: RedisOptions): Client {
  const { url, cluster } = options;
  const retryStrategy = (attempt: number) => Math.min(attempt * 50, bounds.reconnectMs);
  const common = {
    maxRetriesPerRequest: bounds.resends,
    connectTimeout: bounds.connectMs,
    socketTimeout: bounds.silentMs,
  };
  if (!cluster) {
    const client = new Redis(url, { ...common, retryStrategy, lazyConnect: true });
    // Its password may have been changed since: the next connection logs in with the one there is now.
    client.on('reconnecting', () => Object.assign(client.options, loginIn(options.url)));
    return client;
  }
  const { hostname, port, protocol } = new URL(url);
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  return new Cluster([{ host, port: Number(port || 6_379) }], {
    lazyConnect: true,
    clusterRetryStrategy: retryStrategy,
    redisOptions: {
      ...common,
      ...loginIn(url),
      ...(protocol === 'rediss:' ? { tls: {} } : {}),
    },
  });
}

function loginIn(url: string): { readonly username?: string; readonly password?: string } {
  const { username, password } = new URL(url);
  return {
    ...(username === '' ? {} : { username: decodeURIComponent(username) }),
    ...(password === '' ? {} : { password: decodeURIComponent(password) }),
  };
}

/**
 * The answer to a question.
 *
 * @throws WorkingSetRefused when Redis says no: it says why.
 * @throws WorkingSetUnavailable when it could not be asked or did not answer within `answerMs`.
 */
export async function asked<T>(answer: Promise<T>, answerMs: number = bounds.answerMs): Promise<T> {
  let alarm: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    alarm = setTimeout(
      () => reject(new Error(`there was no answer within ${answerMs} ms`)),
      answerMs,
    );
  });
  try {
    return await Promise.race([answer, late]);
  } catch (error) {
    if (isReply(error)) throw new WorkingSetRefused(error);
    throw new WorkingSetUnavailable('Redis did not answer; see that it runs and can be reached', {
      cause: withoutCommand(error),
    });
  } finally {
    clearTimeout(alarm);
  }
}

function lastNodeError(error: unknown): unknown {
  return error instanceof Error && 'lastNodeError' in error ? error.lastNodeError : undefined;
}

function isReply(error: unknown): error is Error {
  return error instanceof Error && error.name === 'ReplyError';
}
