import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type LocalServer, startLocalServer, temporaryDirectory } from './local-server.ts';
import { freePorts } from './ports.ts';

/** An Alertmanager of a test's own, which tells nobody. */
export interface LocalAlertmanager extends LocalServer {
  readonly url: string;
}

const run = promisify(execFile);
/** Debian's name for it, and its own. */
const names = ['prometheus-alertmanager', 'alertmanager'];

/** The first on the PATH that can be run. @throws when there is none. */
export async function findAlertmanager(): Promise<string> {
  for (const name of names) {
    const found = await run(name, ['--version']).then(
      () => true,
      () => false,
    );
    if (found) return name;
  }
  throw new Error('There is no Alertmanager on the PATH: install prometheus-alertmanager.');
}

/** Starts one on a free port and waits until it answers. @throws ServerDidNotStart with its log. */
export async function startLocalAlertmanager(): Promise<LocalAlertmanager> {
  const command = await findAlertmanager();
  const [port = 0] = await freePorts(1);
  const directory = temporaryDirectory('vigil-alertmanager-');
  const config = join(directory, 'alertmanager.yml');
  writeFileSync(config, 'route: { receiver: nobody }\nreceivers: [{ name: nobody }]\n');
  const url = `http://127.0.0.1:${port}`;
  const args = [
    `--config.file=${config}`,
    `--storage.path=${directory}`,
    `--web.listen-address=127.0.0.1:${port}`,
    '--cluster.listen-address=',
  ];
  const ready = async (): Promise<boolean> => (await fetch(`${url}/-/ready`)).ok;
  const name = 'alertmanager';
  return startLocalServer(
    { name, command, args, directory, ready, startDeadlineMs: 20_000 },
    { url },
  );
}
