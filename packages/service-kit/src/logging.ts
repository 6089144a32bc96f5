/**
 * Logs: one JSON object a line on stderr, or a short line for people on a terminal.
 *
 * No personal data reaches a log, by construction: a message is a fixed text, and what varies goes
 * into the fields below, which have room for identifiers and numbers and for nothing else. A fact, a
 * record or a request cannot be passed. To log something new, name it here.
 */
import { type DestinationStream, type Level, type Logger as Pino, pino } from 'pino';

export type LogLevel = Level;

/** All that a log line may say besides its message. */
export interface Fields {
  readonly topic?: string;
  readonly partition?: number;
  readonly offset?: bigint;
  readonly group?: string;
  readonly member?: string;
  readonly incidentId?: string;
  readonly alertId?: string;
  /** A staff or role id, never a name. */
  readonly by?: string;
  readonly target?: string;
  readonly phase?: string;
  readonly source?: string;
  readonly policyVersion?: string;
  /** A code out of a fixed list, such as an error's. */
  readonly reason?: string;
  readonly count?: number;
  readonly bytes?: number;
  readonly attempt?: number;
  readonly durationMs?: number;
  readonly lagMs?: number;
  readonly step?: string;
  readonly signal?: string;
  readonly host?: string;
  readonly port?: number;
  readonly path?: string;
  /** The name of a receiver of deliveries, and the key of what it was sent. */
  readonly receiver?: string;
  readonly key?: string;
  readonly status?: number;
  readonly version?: string;
  readonly error?: unknown;
}

export interface Logger {
  debug(message: string, fields?: Fields): void;
  info(message: string, fields?: Fields): void;
  warn(message: string, fields?: Fields): void;
  error(message: string, fields?: Fields): void;
  fatal(message: string, fields?: Fields): void;
  /** A logger that adds these fields to every line. */
  with(fields: Fields): Logger;
}

export interface LoggerOptions {
  /** Which program this is, on every line. */
  readonly service: string;
  readonly level: LogLevel;
  /** Where lines go: stderr, if not said. */
  readonly destination?: DestinationStream;
}

/** A logger that writes each line before the call returns, so that a crash loses none. */
export function createLogger({ service, level, destination }: LoggerOptions): Logger {
  const lines = pino(
    {
      level,
      base: { service },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    destination ??
      (process.stderr.isTTY
        ? forPeople(process.stderr)
        : pino.destination({ dest: 2, sync: true })),
  );
  return over(lines);
}

function over(lines: Pino): Logger {
  const at =
    (level: LogLevel) =>
    (message: string, fields: Fields = {}) => {
      lines[level](safe(fields), message);
    };
  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    fatal: at('fatal'),
    with: (fields) => over(lines.child(safe(fields))),
  };
}

const longestText = 256;
const longestErrorText = 500;

/** Field by field, so that a caller who evades the types still logs scalars only. */
function safe(fields: Fields): Record<string, string | number | boolean | object> {
  const kept: Record<string, string | number | boolean | object> = {};
  for (const [name, value] of Object.entries(fields) as [string, unknown][]) {
    if (name === 'error') kept['error'] = describe(value);
    else if (typeof value === 'string') kept[name] = value.slice(0, longestText);
    else if (typeof value === 'bigint') kept[name] = value.toString();
    else if (typeof value === 'number' || typeof value === 'boolean') kept[name] = value;
  }
  return kept;
}

interface DescribedError {
  readonly name: string;
  readonly code?: string;
  readonly message?: string;
  readonly stack?: string;
  readonly cause?: DescribedError;
}

/**
 * An error for the log. Parsers quote their input in the message (`Unexpected token … in "…"`), and
 * the input may be about a person: of a SyntaxError only the place is kept. Other properties of
 * errors, in which libraries keep whole requests and replies, are left out.
 */
function describe(error: unknown, depth = 0): DescribedError {
  if (!(error instanceof Error)) return { name: typeof error };
  const code = 'code' in error && typeof error.code === 'string' ? { code: error.code } : {};
  const quotes = error instanceof SyntaxError;
  const frames = error.stack?.split('\n').filter((line) => /^\s+at /.test(line));
  return {
    name: error.name,
    ...code,
    ...(quotes ? {} : { message: error.message.slice(0, longestErrorText) }),
    ...(frames === undefined ? {} : { stack: frames.slice(0, 12).join('\n') }),
    ...(error.cause === undefined || depth === 3
      ? {}
      : { cause: describe(error.cause, depth + 1) }),
  };
}

/** Lines for people: `10:02:03.456 warn  breach-detector  message  name=value …` */
export function forPeople(stream: { write(text: string): unknown }): DestinationStream {
  return {
    write(line) {
      const { time, level, service, msg, error, ...fields } = JSON.parse(line) as Record<
        string,
        unknown
      >;
      const clock = String(time).slice(11, 23);
      const rest = Object.entries(fields).map(([name, value]) => `${name}=${String(value)}`);
      const { name, message, stack } = (error ?? {}) as Partial<DescribedError>;
      if (name !== undefined) rest.push(`${name}: ${message ?? ''}`);
      const head = [clock, String(level).padEnd(5), service, msg, ...rest].join('  ');
      stream.write(`${head}\n${stack === undefined ? '' : `${stack}\n`}`);
    },
  };
}
