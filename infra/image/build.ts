/**
 * Makes the folder that is the image: `node infra/image/build.ts FOLDER`. It needs the dependencies and the
 * page of the control room, and no Docker.
 */
import { existsSync, readdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { buildPage } from '../toolchain/page.mjs';
import { bundleInto } from './bundle.ts';
import { pnpm } from './pnpm.ts';
import { writeSbom } from './sbom.ts';

const [to] = process.argv.slice(2);
if (to === undefined) {
  process.stderr.write('usage: node infra/image/build.ts FOLDER\n');
  process.exit(2);
}
const folder = resolve(to);
const isImage = existsSync(join(folder, 'dist/main.mjs'));
if (existsSync(folder) && readdirSync(folder).length > 0 && !isImage) {
  process.stderr.write(
    `${folder} holds something else than an image: name a new or empty folder\n`,
  );
  process.exit(2);
}
await buildPage(process.execPath);
await rm(folder, { recursive: true, force: true });
// What cannot be bundled, as the lockfile has it.
await pnpm('--filter', '@vigil/image', 'deploy', '--prod', '--prefer-offline', folder);
// They name the folder that it was built in, and nothing reads them.
for (const name of [
  ...['package.json', 'pnpm-lock.yaml', 'pnpm-workspace.yaml'],
  ...['node_modules/.modules.yaml', 'node_modules/.pnpm-workspace-state-v1.json'],
  'node_modules/.pnpm/lock.yaml',
]) {
  await rm(join(folder, name), { force: true });
}
await bundleInto(folder);
await writeSbom(join(folder, 'sbom.cdx.json'));
