/** What the Dockerfile copies into the image, made and run here: only the container around it is missing. */
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { Spec, Validation } from '@cyclonedx/cyclonedx-library';
import { principals } from '@vigil/contracts/rights';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { started, startService, vigil } from '../integration/vigil-process.ts';
import { freePorts } from '../servers/ports.ts';
import { describeWithServers, testDeployment } from '../servers/servers.ts';
import { entryPoint } from './entry-point.ts';

const run = promisify(execFile);
const build = fileURLToPath(new URL('../../infra/image/build.ts', import.meta.url));
const lockfile = new URL('../../pnpm-lock.yaml', import.meta.url);

let folder: string;
let image: string;
/** What Node is given, as the entry point of the image has it. */
let program: string[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vigil-image-'));
  image = join(folder, 'image');
  await run(process.execPath, [build, image]);
  program = await entryPoint(image);
});

afterAll(() => rm(folder, { recursive: true, force: true }));

const ended = { status: 0, stderr: '' };

describe('the program in the image', () => {
  it('says what it can do', async () => {
    const help = await vigil(['--help'], {}, program);
    expect(help).toMatchObject({ ...ended, stdout: (await vigil(['--help'])).stdout });
  });

  it('finds its policy and the schemas', async () => {
    expect(
      await vigil(['policy', 'check', join(image, 'infra/policy.yaml')], {}, program),
    ).toMatchObject(ended);
    const plan = await vigil(['topics', 'plan'], {}, program);
    expect(plan).toMatchObject({ ...ended, stdout: (await vigil(['topics', 'plan'])).stdout });
  });

  it('decides a history in threads as the sources do, byte for byte', async () => {
    const facts = join(folder, 'facts.ndjson');
    const history = ['--incidents', '2000', '--from', '2026-03-01T00:00:00Z', '--out', facts];
    expect((await vigil(['generate', ...history], {}, program)).status).toBe(0);
    // Fewer bytes than these would be decided without a thread.
    expect((await readFile(facts)).byteLength).toBeGreaterThan(2 * 1024 * 1024);
    const replayed = async (by?: readonly string[]): Promise<Buffer> => {
      const out = await mkdtemp(join(folder, 'out-'));
      const replay = await vigil(['replay', '--facts', facts, '--out', out], {}, by);
      expect(replay.status, replay.stderr).toBe(0);
      return readFile(join(out, 'alerts.ndjson'));
    };
    const alerts = await replayed(program);
    expect(alerts.byteLength).toBeGreaterThan(0);
    expect(alerts.equals(await replayed())).toBe(true);
  });

  it('plays a day in one process, with the page of the control room', async () => {
    const facts = join(folder, 'day.ndjson');
    const history = ['--incidents', '20', '--days', '1', '--from', '2026-03-01T00:00:00Z'];
    expect((await vigil(['generate', ...history, '--out', facts], {}, program)).status).toBe(0);
    const played = ['--facts', facts, '--speed', '200000', '--port', '0', '--exit-when-done'];
    const up = await vigil(['up', ...played], {}, program);
    expect(up.status, up.stderr).toBe(0);
    const page = await readdir(join(image, 'services/control-room/page/dist'));
    expect(page).toContain('index.html');
  });

  it('names the line of the source where an error was thrown', async () => {
    const worker = pathToFileURL(join(image, 'dist/worker.mjs')).href;
    const options = program.filter((one) => one.startsWith('-'));
    const script = `(await import('${worker}')).route({ lines: 1 }).catch((error) => console.log(error.stack))`;
    const { stdout } = await run(process.execPath, [
      ...options,
      '--input-type=module',
      '-e',
      script,
    ]);
    expect(stdout).toMatch(/services\/replay\/src\/history\/worker\.ts:\d+/);
  });

  it('says nothing of the machine that built it', async () => {
    const root = fileURLToPath(new URL('../../', import.meta.url));
    for (const name of await readdir(join(image, 'dist'))) {
      expect((await readFile(join(image, 'dist', name), 'utf8')).includes(root), name).toBe(false);
    }
  });
});

describeWithServers('the services in the image', ({ kafkaBrokers, redisUrl, registryUrl }) => {
  it('start on real servers, and end when they are told to', { timeout: 120_000 }, async () => {
    const deployment = testDeployment('image');
    const [roomPort = 0] = await freePorts(1);
    const deliveries = join(folder, 'deliveries.yaml');
    await writeFile(
      deliveries,
      "receivers: [{ name: desk, kind: webhook, url: 'http://127.0.0.1:1/', secrets: [{ env: DESK }] }]\n" +
        'routes: [{ receiver: desk }]\n',
    );
    const environment = {
      KAFKA_BROKERS: kafkaBrokers.join(','),
      REDIS_URL: redisUrl,
      SCHEMA_REGISTRY_URL: registryUrl,
      VIGIL_DEPLOYMENT: deployment,
      VIGIL_TOPIC_PREFIX: `${deployment}-`,
      VIGIL_PARTITIONS: '1',
      VIGIL_REPLICATION_FACTOR: '1',
      VIGIL_ROOM_PORT: String(roomPort),
      DELIVERIES_FILE: deliveries,
      DESK: `whsec_${Buffer.from('a secret that is long enough').toString('base64')}`,
    };
    // Without the warnings that Node keeps to itself where a package is not bundled.
    expect(await vigil(['topics', 'apply'], environment, program)).toMatchObject(ended);
    const running = principals.map((name) => startService(name, environment, program));
    try {
      await Promise.all(running.map(started));
      const page = await fetch(`http://127.0.0.1:${roomPort}/`);
      expect(await page.text()).toContain('<!doctype html>');
    } finally {
      const statuses = await Promise.all(running.map((service) => service.stop()));
      expect(statuses).toEqual(principals.map(() => 0));
    }
  });
});

/** Without the peers that a package was resolved with. */
const nameOf = (one: string): string => one.replace(/\(.*$/, '');
const platforms = z.array(z.string()).optional();
const dependencies = z.record(z.string(), z.string()).default({});
const lock = z.object({
  importers: z.record(
    z.string(),
    z.object({
      dependencies: z.record(z.string(), z.object({ version: z.string() })).default({}),
    }),
  ),
  packages: z.record(z.string(), z.object({ os: platforms, cpu: platforms, libc: platforms })),
  snapshots: z.record(z.string(), z.object({ dependencies, optionalDependencies: dependencies })),
});

describe('the build of the image', () => {
  it('empties no folder that holds something else', async () => {
    const other = await mkdtemp(join(folder, 'other-'));
    await writeFile(join(other, 'kept'), '');
    await expect(run(process.execPath, [build, other])).rejects.toThrow('something else');
    expect(await readdir(other)).toEqual(['kept']);
  });
});

describe('what is installed in the image beside the bundle', () => {
  it('is of the versions that the sources are tested with', async () => {
    const { importers } = lock.parse(parse(await readFile(lockfile, 'utf8')));
    const { 'infra/image': beside, ...others } = importers;
    for (const [name, { version }] of Object.entries(beside?.dependencies ?? {})) {
      if (version.startsWith('link:')) continue;
      const used = Object.values(others).flatMap((one) => one.dependencies[name]?.version ?? []);
      expect([...new Set(used)], name).toEqual([version]);
    }
  });
});

describe('the bill of materials in the image', () => {
  const read = (): Promise<string> => readFile(join(image, 'sbom.cdx.json'), 'utf8');

  it('is CycloneDX, by its own schema', async () => {
    const validator = new Validation.JsonStrictValidator(Spec.Version.v1dot7);
    expect(await validator.validate(await read())).toBeNull();
  });

  it('names what the lockfile has for the program and the page on this platform, and its licence', async () => {
    const { components } = z
      .object({
        components: z.array(
          z.object({
            group: z.string().optional(),
            name: z.string(),
            version: z.string(),
            licenses: z.array(z.record(z.string(), z.unknown())).min(1),
          }),
        ),
      })
      .parse(JSON.parse(await read()));
    const named = components
      .filter(({ group }) => group !== '@vigil')
      .map(
        ({ group, name, version }) => `${group === undefined ? '' : `${group}/`}${name}@${version}`,
      );
    expect(new Set(named)).toEqual(await needed());
  });

  /** By name and version, walked through the lockfile from the two that are in the image. */
  async function needed(): Promise<Set<string>> {
    const {
      importers,
      packages: known,
      snapshots,
    } = lock.parse(parse(await readFile(lockfile, 'utf8')));
    const seen = new Set<string>();
    const from = ['services/vigil', 'services/control-room/page'];
    const packages: string[] = [];
    const forHere = (one: string): boolean => {
      const { os, cpu, libc } = known[nameOf(one)] ?? {};
      return [
        [os, process.platform],
        [cpu, process.arch],
        [libc, 'glibc'],
      ].every(([those, here]) => those === undefined || those.includes(String(here)));
    };
    for (const place of from) {
      for (const [name, { version }] of Object.entries(importers[place]?.dependencies ?? {})) {
        if (!version.startsWith('link:')) packages.push(`${name}@${version}`);
        else from.push(join(place, version.slice('link:'.length)));
      }
    }
    for (const one of packages) {
      if (seen.has(one) || !forHere(one)) continue;
      seen.add(one);
      const { dependencies: needs = {}, optionalDependencies: mayNeed = {} } = snapshots[one] ?? {};
      for (const [name, version] of Object.entries({ ...needs, ...mayNeed })) {
        packages.push(`${name}@${version}`);
      }
    }
    return new Set([...seen].map(nameOf));
  }
});
