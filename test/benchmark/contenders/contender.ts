import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { Alert } from '@vigil/domain/ledger/alert';
import type { Message } from 'kafkajs';
import type { Stage } from './stage.ts';

/** What a record on the alert topic says, or nothing where it neither raises nor takes back. */
export type Said = Omit<Alert, 'reason'> & { readonly taken: 'raised' | 'back' };

/** What decides about the facts of a stage and writes alerts to its alert topic. */
export interface Contender {
  readonly name: string;
  /** Starts its processes, which write no file outside `folder`. */
  start(stage: Stage, options: ContenderOptions): Promise<Running>;
  read(stage: Stage, record: AlertRecord): Promise<Said | undefined>;
}

export interface ContenderOptions {
  readonly policy: string;
  readonly folder: string;
}

/** A record of the alert topic. */
export interface AlertRecord extends Pick<Message, 'key'> {
  readonly partition: number;
  readonly offset: string;
  readonly timestamp: string;
  readonly value: Buffer | null;
}

export interface Running {
  /** When the last of its processes had begun to read, in milliseconds since the epoch; NaN before. */
  consumingSince(): number;
  /** @throws when a process has ended; the message has the end of what it wrote. */
  check(): void;
  stop(): Promise<void>;
}

const keptChars = 4_000;
const stopDeadlineMs = 20_000;

/** Processes of a contender, each of which writes `consuming` when it begins to read. */
export function watch(processes: readonly ChildProcess[], consuming: string): Running {
  const written = processes.map(() => '');
  const since = processes.map(() => Number.NaN);
  for (const [index, { stdout, stderr }] of processes.entries()) {
    for (const stream of [stdout, stderr]) {
      stream?.on('data', (data: Buffer) => {
        const text = `${written[index]}${data}`;
        if (Number.isNaN(since[index]) && text.includes(consuming)) since[index] = Date.now();
        written[index] = text.slice(-keptChars);
      });
    }
  }
  return {
    consumingSince: () => Math.max(...since),
    check() {
      for (const [index, { exitCode, signalCode }] of processes.entries()) {
        if (exitCode !== null || signalCode !== null) {
          throw new Error(`a process ended with ${exitCode ?? signalCode}: ${written[index]}`);
        }
      }
    },
    async stop() {
      await Promise.all(processes.map(end));
    },
  };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  const alarm = setTimeout(() => child.kill('SIGKILL'), stopDeadlineMs);
  await ended;
  clearTimeout(alarm);
}
