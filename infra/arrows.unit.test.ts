import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const repository = fileURLToPath(new URL('..', import.meta.url));
const execute = promisify(execFile);

/** A small tree with the rooms of the real one and every kind of forbidden import in it. */
const files: Record<string, string> = {
  'packages/domain/src/value.ts': 'export type Value = number;\nexport const value: Value = 1;\n',
  'packages/domain/src/hash.ts':
    "import { createHash } from 'node:crypto';\nimport { z } from 'zod';\nexport const hash = [createHash, z];\n",
  'packages/domain/src/reads-a-file.ts':
    "import { readFileSync } from 'node:fs';\nexport { readFileSync };\n",
  'packages/domain/src/talks-to-kafka.ts': "import { Kafka } from 'kafkajs';\nexport { Kafka };\n",
  'packages/domain/src/knows-the-engine.ts':
    "import type { Apply } from '@vigil/engine/apply';\nexport type Known = Apply;\n",
  'packages/working-set/src/port.ts':
    "import type { Value } from '@vigil/domain/value';\nexport interface WorkingSet { value: Value }\n",
  'packages/working-set/src/memory.ts':
    "import type { WorkingSet } from './port.ts';\nexport const memory: WorkingSet = { value: 1 };\n",
  'packages/engine/src/apply.ts':
    "import type { WorkingSet } from '@vigil/working-set/port';\nexport type Apply = WorkingSet;\n",
  'packages/engine/src/knows-an-adapter.ts':
    "import { memory } from '@vigil/working-set/memory';\nexport { memory };\n",
  'packages/engine/src/opens-a-socket.ts':
    "import { connect } from 'node:net';\nexport { connect };\n",
  'packages/engine/src/adapter.unit.test.ts':
    "import { memory } from '@vigil/working-set/memory';\nvoid memory;\n",
  'packages/service-kit/src/knows-the-domain.ts':
    "export const load = () => import('@vigil/domain/value');\n",
  'packages/engine/src/chicken.ts':
    "import { egg } from './egg.ts';\nexport const chicken = () => egg;\n",
  'packages/engine/src/egg.ts':
    "import { chicken } from './chicken.ts';\nexport const egg = () => chicken;\n",
  'packages/engine/src/forgotten.ts': 'export const forgotten = 1;\n',
  'packages/event-log/src/reader.ts': 'export interface LogReader { read(): void }\n',
  'packages/event-log/src/port.ts': 'export interface EventLog { append(): void }\n',
  'packages/event-log/src/files/read-facts.ts':
    "import type { LogReader } from '../reader.ts';\nexport type Facts = LogReader;\n",
  'packages/event-log/src/files/facts-to-kafka.ts':
    "import { publish } from '../kafka/publisher.ts';\nexport const send = publish;\n",
  'packages/event-log/src/kafka/publisher.ts': "export { Kafka as publish } from 'kafkajs';\n",
  'services/replay/src/reads.ts':
    "import type { Facts } from '@vigil/event-log/files/read-facts';\nimport type { LogReader } from '@vigil/event-log/reader';\nexport type Read = Facts | LogReader;\n",
  'services/replay/src/names-the-log.ts':
    "import type { EventLog } from '@vigil/event-log/port';\nexport type Live = EventLog;\n",
  'services/replay/src/publishes-by-a-detour.ts':
    "import { send } from '@vigil/event-log/files/facts-to-kafka';\nexport { send };\n",
  'services/replay/src/main.ts': "import { value } from '@vigil/domain/value';\nvoid value;\n",
  'services/vigil/src/main.ts': "import '../../replay/src/main.ts';\n",
  'services/breach-detector/src/main.ts': "import '../../replay/src/main.ts';\n",
};

const refused = [
  ['the domain reading a file', 'domain-is-pure: packages/domain/src/reads-a-file.ts → fs'],
  [
    'the domain importing a client library',
    'domain-dependencies: packages/domain/src/talks-to-kafka.ts → node_modules/kafkajs/index.js',
  ],
  [
    'the domain importing a type of another room',
    'packages-domain-imports: packages/domain/src/knows-the-engine.ts → packages/engine/src/apply.ts',
  ],
  [
    'the engine importing an adapter',
    'packages-engine-imports: packages/engine/src/knows-an-adapter.ts → packages/working-set/src/memory.ts',
  ],
  ['the engine opening a socket', 'engine-does-no-io: packages/engine/src/opens-a-socket.ts → net'],
  [
    'the service kit loading the domain on demand',
    'packages-service-kit-imports: packages/service-kit/src/knows-the-domain.ts → packages/domain/src/value.ts',
  ],
  [
    'a service importing another',
    'services-are-strangers: services/breach-detector/src/main.ts → services/replay/src/main.ts',
  ],
  [
    'a replay naming the type of a live log',
    'replay-only-reads: services/replay/src/names-the-log.ts → packages/event-log/src/port.ts',
  ],
  [
    'a replay that comes to a publisher through others',
    'replay-only-reads: services/replay/src/publishes-by-a-detour.ts → packages/event-log/src/kafka/publisher.ts',
  ],
  [
    'a replay that comes to a client of Kafka',
    'replay-only-reads: services/replay/src/publishes-by-a-detour.ts → node_modules/kafkajs/index.js',
  ],
  ['a cycle', 'no-cycles: packages/engine/src/chicken.ts → packages/engine/src/egg.ts'],
  [
    'a file nobody imports',
    'no-orphans: packages/engine/src/forgotten.ts → packages/engine/src/forgotten.ts',
  ],
];
const expected = new Set(refused.map(([, violation]) => violation));

let tree: string;
let found: string[];

beforeAll(async () => {
  tree = await mkdtemp(join(tmpdir(), 'arrows-'));
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(tree, path)), { recursive: true });
    await writeFile(join(tree, path), text);
  }
  await mkdir(join(tree, 'node_modules/@vigil'), { recursive: true });
  const dependencies = { zod: '*', kafkajs: '*' };
  for (const name of ['domain', 'working-set', 'event-log', 'engine', 'service-kit']) {
    const named = { name: `@vigil/${name}`, type: 'module', dependencies };
    const manifest = { ...named, exports: { './*': './src/*.ts' } };
    await writeFile(join(tree, `packages/${name}/package.json`), JSON.stringify(manifest));
    await symlink(join(tree, 'packages', name), join(tree, 'node_modules/@vigil', name));
  }
  for (const name of Object.keys(dependencies)) {
    const folder = join(tree, 'node_modules', name);
    await mkdir(folder);
    await writeFile(join(folder, 'package.json'), JSON.stringify({ name, main: 'index.js' }));
    await writeFile(join(folder, 'index.js'), '');
  }
  await writeFile(join(tree, 'tsconfig.json'), '{}');
  found = await violations();
}, 30_000);

afterAll(() => rm(tree, { recursive: true, force: true }));

/** `rule: from → to` of everything the real rules have against the tree. */
async function violations(): Promise<string[]> {
  const cruiser = join(repository, 'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs');
  const config = join(repository, '.dependency-cruiser.mjs');
  const argv = [cruiser, `--config=${config}`, '--output-type=json', 'packages', 'services'];
  const { stdout } = await execute(process.execPath, argv, { cwd: tree, maxBuffer: 1 << 26 });
  const {
    summary,
  }: { summary: { violations: { from: string; to: string; rule: { name: string } }[] } } =
    JSON.parse(stdout);
  return summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} → ${to}`).sort();
}

describe('the arrows between rooms', () => {
  it.each(refused)('refuse %s', (_, violation) => {
    expect(found).toContain(violation);
  });

  it('refuse nothing else', () => {
    expect(found.filter((violation) => !expected.has(violation))).toEqual([]);
  });
});
