/** How serious a message is. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** Where the event log writes what an operator may want to know; never the content of a record. */
export type Log = (
  level: LogLevel,
  message: string,
  fields: Readonly<Record<string, string | number | boolean>>,
) => void;

/** Says nothing. */
export const silent: Log = () => {};

/** An error in the form of log fields: its kind and its message, and the code if it has one. */
export function errorFields(error: unknown): Record<string, string> {
  if (!(error instanceof Error)) return { error: String(error) };
  const code = 'code' in error && typeof error.code === 'string' ? { code: error.code } : {};
  return { error: error.message, errorName: error.name, ...code };
}

/** How often the same warning may be said, in milliseconds. */
export const SELDOM_MS = 10_000;

const REMEMBERED_MESSAGES = 200;

/**
 * A log that says the same warning or error about the same thing only now and then; in between it is a
 * debug message. A broker that is away is tried several times a second, and is news once.
 */
export function seldom(log: Log, now: () => number = () => performance.now()): Log {
  const saidAt = new Map<string, number>();
  return (level, message, fields) => {
    if (level !== 'warn' && level !== 'error') return log(level, message, fields);
    const about = ['group', 'groupId', 'topic', 'partition', 'broker'].map((name) => fields[name]);
    const key = [message, ...about].join('\n');
    const before = saidAt.get(key);
    if (before !== undefined && now() - before < SELDOM_MS) return log('debug', message, fields);
    saidAt.delete(key);
    saidAt.set(key, now());
    for (const oldest of saidAt.keys()) {
      if (saidAt.size <= REMEMBERED_MESSAGES) break;
      saidAt.delete(oldest);
    }
    return log(level, message, fields);
  };
}
