/**
 * A process of its own that outlives a crashed test run just long enough to clean up after it. It is
 * told on its standard input, a line of JSON each, what its parent has started (`process`), what has
 * ended by itself (`ended`) and which folders are temporary (`directory`). When the input ends, the
 * parent is gone, however it died: what is still running is killed, and the folders are removed.
 */
import { rmSync } from 'node:fs';
import { createInterface } from 'node:readline';

/** One line that the reaper is told. */
export type Charge =
  | { readonly process: number }
  | { readonly ended: number }
  | { readonly directory: string };

const processes = new Set<number>();
const directories = new Set<string>();

for await (const line of createInterface({ input: process.stdin })) {
  const charge = JSON.parse(line) as Charge;
  if ('process' in charge) processes.add(charge.process);
  else if ('ended' in charge) processes.delete(charge.ended);
  else directories.add(charge.directory);
}

for (const pid of processes) {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended in the meantime, which is what was wanted.
  }
}
for (const directory of directories) {
  rmSync(directory, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
}
