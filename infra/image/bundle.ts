/** The program as the image has it: one bundle with source maps, and the files that it reads beside it. */
import { cp, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { type OutputChunk, type Plugin, rolldown } from 'rolldown';
import { root } from '../toolchain/here.mjs';
import { licencesOf } from './licences.ts';
import manifest from './package.json' with { type: 'json' };

/** What is started by its path, by the name that it has in the bundle. */
const entries = {
  main: join(root, 'services/vigil/src/main.ts'),
  worker: join(root, 'services/replay/src/history/worker.ts'),
};

/** What is native, starts threads from files of its own, or is read as files: what the image installs. */
const outside = Object.keys(manifest.dependencies);
const isOutside = (id: string): boolean =>
  outside.some((name) => id === name || id.startsWith(`${name}/`));

/** They name their folder, but read nothing from it: ioredis shortens stacks, commander says so in examples. */
const harmless = /\/node_modules\/(ioredis|commander)\//;

/** Files that our code finds from its own place; they stand in the image where they stand here. */
const assets = [
  'packages/working-set/src/redis',
  'infra/policy.yaml',
  'services/control-room/page/dist',
];
const isAsset = (path: string): boolean => !path.endsWith('.ts') && !path.endsWith('/testing');

/**
 * Writes the bundle into `dist` of the folder, and beside it what it reads and the licences of what is in it.
 * Everything else that it needs stands in `package.json` here.
 */
export async function bundleInto(folder: string): Promise<void> {
  const dist = join(folder, 'dist');
  const bundle = await rolldown({
    cwd: root,
    input: entries,
    platform: 'node',
    external: isOutside,
    plugins: [keepPlaces],
    // One, of mappersmith, which looks by it whether there is a process.
    checks: { eval: false },
    // A warning in the log of a build is read by nobody.
    onwarn(warning) {
      throw new Error(warning.message);
    },
  });
  const { output } = await bundle.write({
    dir: dist,
    format: 'esm',
    // Not minified: a stack has the names of functions, and it is nothing beside DuckDB.
    sourcemap: true,
    sourcemapPathTransform: (source, map) => inImage(resolve(dirname(map), source)),
    entryFileNames: '[name].mjs',
    chunkFileNames: '[name]-[hash].mjs',
  });
  await bundle.close();
  await Promise.all(assets.map((asset) => copy(asset, folder)));
  const chunks = output.filter((one): one is OutputChunk => one.type === 'chunk');
  const modules = chunks.flatMap(({ moduleIds }) => moduleIds);
  await writeFile(join(folder, 'licences.txt'), await licencesOf(modules));
}

/** Where a source would stand in the image, from `dist`; nothing of the machine that built it. */
function inImage(path: string): string {
  return join('..', relative(root, path)).replaceAll(sep, '/');
}

/** Lets our modules find files from where they were, though they are now in `dist`. */
const keepPlaces: Plugin = {
  name: 'keep-places',
  transform(code, id) {
    if (id.includes('/node_modules/')) {
      if (!/\b__(dirname|filename)\b|\bimport\.meta\.(url|dirname|filename)\b/.test(code)) return;
      if (harmless.test(id)) return;
      this.error(`${id} reads files beside itself: name its package in package.json`);
    }
    const place = `new URL('${inImage(id)}', import.meta.url).href`;
    const changed = code.replaceAll(
      /new URL\('([^']+\.ts)', import\.meta\.url\)|import\.meta\.url/g,
      (_, program: string | undefined) => {
        if (program === undefined) return place;
        const started = resolve(dirname(id), program);
        const entry = Object.entries(entries).find(([, path]) => path === started)?.[0];
        if (entry === undefined) this.error(`${id} starts ${program}: name it in "entries"`);
        return `new URL('./${entry}.mjs', import.meta.url)`;
      },
    );
    // Lines stay where they were, and columns to the left of it.
    return { code: changed, map: null };
  },
};

async function copy(asset: string, folder: string): Promise<void> {
  const from = join(root, asset);
  await mkdir(dirname(join(folder, asset)), { recursive: true });
  await cp(from, join(folder, asset), { recursive: true, filter: isAsset });
}
