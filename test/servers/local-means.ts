import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { findAlertmanager } from './alertmanager.ts';
import { findJava } from './java.ts';
import { OLDEST_JAVA } from './kafka.ts';

/** Which servers a test can start for itself on this machine. */
export interface LocalMeans {
  readonly redis: boolean;
  readonly kafka: boolean;
  readonly alertmanager: boolean;
  readonly prometheus: boolean;
}

const run = promisify(execFile);

/** Looks for the programs that a local Redis and a local Kafka need; starts no server. */
export async function findLocalMeans(): Promise<LocalMeans> {
  const [redis, java, maven, alertmanager, prometheus] = await Promise.all([
    succeeds(run('redis-server', ['--version'])),
    succeeds(findJava(OLDEST_JAVA)),
    succeeds(run('mvn', ['--version'])),
    succeeds(findAlertmanager()),
    succeeds(run('prometheus', ['--version'])),
  ]);
  return { redis, kafka: java && maven, alertmanager, prometheus };
}

async function succeeds(attempt: Promise<unknown>): Promise<boolean> {
  return attempt.then(
    () => true,
    () => false,
  );
}
