import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AlertId } from '@vigil/domain/ledger/alert';
import { formatInstant, type Instant } from '@vigil/domain/time/instant';
import { vigil } from '../integration/vigil-process.ts';
import type { Rig } from './rig.ts';

/** The ids of the alerts about incidents that `vigil replay` of a file says should exist at an instant. */
export async function replayed(
  { folder, policy }: Pick<Rig, 'folder' | 'policy'>,
  file: string,
  name: string,
  end: Instant,
): Promise<AlertId[]> {
  const out = join(folder, name);
  const { status, stderr } = await vigil([
    ...['replay', '--facts', file, '--policy', policy],
    ...['--until', formatInstant(end), '--out', out],
  ]);
  if (status !== 0) throw new Error(stderr);
  const alerts = (await readFile(join(out, 'alerts.ndjson'), 'utf8')).trim().split('\n');
  return alerts.flatMap((line) => {
    const { alertId, incidentId } = JSON.parse(line);
    return incidentId === undefined ? [] : [alertId as AlertId];
  });
}
