import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

const main = fileURLToPath(new URL('./main.ts', import.meta.url));
let folder = '';

// Each case starts the program, which takes its time on a busy machine.
vi.setConfig({ testTimeout: 30_000 });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vigil-commands-'));
  const facts = [created, attended, attended];
  await write('facts.ndjson', `${facts.map((fact) => JSON.stringify(fact)).join('\n')}\n`);
  await write('mixed.ndjson', `${JSON.stringify(created)}\nnot a fact\n{}\n`);
  await write('empty.ndjson', '');
  await write('cut.ndjson.gz', gzipSync(JSON.stringify(created)).subarray(0, -9));
  await write('policy.yaml', policy);
  await write('misspelt.yaml', `${policy}    escalteAfter: [PT1H]\n`);
  await write('latin1.yaml', Buffer.from([0xe9]));
  await write('a-file', '');
  await mkdir(join(folder, 'a-folder'));
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

const created = {
  specversion: '1.0',
  id: 'f1',
  source: 'urn:police:example:cad',
  type: 'incident-created',
  subject: 'INC-1',
  data: {
    incidentId: 'INC-1',
    createdAt: '2026-03-02T09:00:00Z',
    grade: 'priority',
    childInvolvement: 'involved',
    forceId: 'example',
  },
};
const attended = {
  ...created,
  id: 'f2',
  type: 'officer-attended',
  data: { incidentId: 'INC-1', attendedAt: '2026-03-02T10:10:00Z', unitId: 'EX21' },
};
const policy = `targets:
  - name: attendance
    milestone: attended
    grades: [priority]
    within: PT60M
`;

async function write(name: string, content: string | Uint8Array): Promise<void> {
  await writeFile(join(folder, name), content);
}

/** Runs a command as a user does, in the folder of the files; words are its arguments. */
async function vigil(words: string, input = '') {
  // Servers that are named for other tests are none of these commands' business.
  const env = { ...process.env, KAFKA_BROKERS: '' };
  const child = spawn(process.execPath, [main, ...words.split(' ')], { cwd: folder, env });
  child.stdin.end(input);
  const [stdout, stderr, [status]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  return { stdout, stderr, status: status as unknown };
}

describe('vigil replay', () => {
  it('writes its files and says what they come to', async () => {
    const { stdout, stderr, status } = await vigil(
      'replay --facts facts.ndjson --policy policy.yaml --out new/out',
    );
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
    expect(stdout).toContain('facts: 3, duplicates among them: 1, lines rejected: 0, incidents: 1');
    expect(stdout).toContain('alerts: 2, breaches among them: 1, until 2026-03-02T10:10:00.000Z');
    const out = join(folder, 'new/out');
    expect((await readdir(out)).sort()).toEqual([
      'alerts.ndjson',
      'completeness.json',
      'outcomes.ndjson',
      'rejects.ndjson',
      'report-times.csv',
      'report.csv',
      'report.html',
      'report.json',
      'summary.json',
    ]);
    expect(JSON.parse(await readFile(join(out, 'summary.json'), 'utf8'))).toMatchObject({
      until: '2026-03-02T10:10:00.000Z',
      facts: { read: 3, duplicate: 1, rejected: 0 },
      incidents: 1,
      alerts: { attendance: { breach: 1, cleared: 1 } },
    });
  });

  it('reads standard input and the policy that comes with it', async () => {
    const { stdout, status } = await vigil('replay --facts - --out in', JSON.stringify(created));
    expect(stdout).toContain('facts: 1,');
    expect(status).toBe(0);
  });

  it('goes on past lines that are no facts, and keeps them', async () => {
    const { stderr, status } = await vigil('replay --facts mixed.ndjson --out mixed');
    expect(stderr).toBe('mixed.ndjson:2: is not JSON\nmixed.ndjson:3: specversion is required\n');
    expect(status).toBe(0);
    const rejects = await readFile(join(folder, 'mixed/rejects.ndjson'), 'utf8');
    expect(
      rejects
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toMatchObject([
      { file: 'mixed.ndjson', line: 2, reason: 'not-json', original: 'not a fact' },
      { file: 'mixed.ndjson', line: 3, reason: 'not-a-fact', original: '{}' },
    ]);
    expect((await vigil('replay --facts mixed.ndjson --out strict --strict')).status).toBe(1);
  });

  it('has nothing to say about an empty file', async () => {
    const { stdout, status } = await vigil('replay --facts empty.ndjson --out empty');
    expect(stdout).toContain('facts: 0,');
    expect(status).toBe(0);
    expect(await readFile(join(folder, 'empty/alerts.ndjson'), 'utf8')).toBe('');
  });

  it('leaves the last complete replay as it was when a file cannot be read to its end', async () => {
    await vigil('replay --facts facts.ndjson --policy policy.yaml --out kept');
    const before = await readFile(join(folder, 'kept/summary.json'), 'utf8');
    const { stderr, status } = await vigil('replay --facts facts.ndjson cut.ndjson.gz --out kept');
    expect(stderr).toContain('cut.ndjson.gz: ends in the middle of its compressed data');
    expect(status).toBe(2);
    expect(await readFile(join(folder, 'kept/summary.json'), 'utf8')).toBe(before);
    expect(await readdir(join(folder, 'kept'))).toHaveLength(9);
  });

  it('leaves no report of an earlier replay beside one that has none', async () => {
    await vigil('replay --facts facts.ndjson --out again');
    await vigil('replay --facts facts.ndjson --out again --no-report');
    expect((await readdir(join(folder, 'again'))).sort()).toEqual([
      'alerts.ndjson',
      'outcomes.ndjson',
      'rejects.ndjson',
      'summary.json',
    ]);
  });

  it.each([
    ['--facts nowhere.ndjson --out o', 'nowhere.ndjson: there is no such file'],
    ['--facts a-folder --out o', 'a-folder: is a directory'],
    ['--facts no*where --out o', 'no*where: matches no file'],
    ['--facts facts.ndjson --out a-file', 'a-file'],
    ['--facts facts.ndjson --policy nowhere.yaml --out o', 'nowhere.yaml: there is no such policy'],
    ['--facts facts.ndjson --policy a-folder --out o', 'a-folder: is a directory'],
    ['--facts facts.ndjson --policy latin1.yaml --out o', 'latin1.yaml: the policy is not UTF-8'],
    [
      '--facts facts.ndjson --policy misspelt.yaml --out o',
      'misspelt.yaml:6: targets[0].escalteAfter',
    ],
    ['--facts facts.ndjson --until 2026-03-02T10:00:00 --out o', 'has no offset'],
    ['--from-kafka --out o', 'KAFKA_BROKERS: missing: the topics are read with it'],
    ['--from-kafka --facts facts.ndjson --out o', 'either in files or on the topics'],
    ['--facts facts.ndjson --since 2026-03-02T10:00:00Z --out o', '--since goes with --from-kafka'],
    [
      '--from-kafka --since 2026-03-02T10:00:01Z --until 2026-03-02T10:00:00Z --out o',
      '--since is after --until',
    ],
    ['--facts - --policy - --out o', 'standard input cannot be both'],
    ['--facts facts.ndjson', '--out'],
    ['--out o', '--facts'],
    ['--facts facts.ndjson --out o --speling', 'unknown option'],
  ])('ends with status 2 and a reason on: %s', async (words, reason) => {
    const { stdout, stderr, status } = await vigil(`replay ${words}`);
    expect({ stdout, status }).toEqual({ stdout: '', status: 2 });
    expect(stderr).toContain(reason);
    // A stack is for defects.
    expect(stderr).not.toMatch(/\n +at /);
  });
});

describe('vigil policy check', () => {
  it('says that a policy is valid, and its version', async () => {
    const { stdout, stderr, status } = await vigil('policy check policy.yaml');
    expect(stdout).toMatch(
      /^policy\.yaml: valid; policy [0-9a-f]{12} with 1 target, 0 objectives\n$/,
    );
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
  });

  it('lists what is wrong, with status 1', async () => {
    const { stdout, stderr, status } = await vigil('policy check misspelt.yaml');
    expect(stdout).toBe(
      'misspelt.yaml:6: targets[0].escalteAfter is not a key that a policy has here; did you mean escalateAfter?\n',
    );
    expect({ stderr, status }).toEqual({ stderr: '', status: 1 });
    expect((await vigil('policy check -', '')).status).toBe(1);
  });

  it.each(['policy check nowhere.yaml', 'policy check', 'policy chek policy.yaml', 'policy'])(
    'ends with status 2 on: %s',
    async (words) => {
      const { stdout, status } = await vigil(words);
      expect({ stdout, status }).toEqual({ stdout: '', status: 2 });
    },
  );
});

describe('vigil explain', () => {
  it('tells the story of an incident in the time of the policy’s zone', async () => {
    const { stdout, stderr, status } = await vigil(
      'explain INC-1 --facts facts.ndjson --policy policy.yaml',
    );
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
    expect(stdout).toContain('10:00:00 GMT');
    expect(stdout.indexOf('Breach')).toBeGreaterThan(stdout.indexOf('The call came in'));
    expect(stdout.indexOf('Unit EX21 arrived')).toBeGreaterThan(stdout.indexOf('Breach'));
  });

  it('ends with status 1 when no fact is about the incident', async () => {
    expect((await vigil('explain INC-2 --facts facts.ndjson')).status).toBe(1);
  });

  it.each([
    'explain INC-1',
    'explain --facts facts.ndjson',
    'explain INC-1 --live',
    'explain INC-1 --facts nowhere',
  ])('ends with status 2 on: %s', async (words) => {
    const { stdout, status } = await vigil(words);
    expect({ stdout, status }).toEqual({ stdout: '', status: 2 });
  });
});

describe('vigil', () => {
  it('shows its commands when asked', async () => {
    const { stdout, status } = await vigil('--help');
    for (const command of ['up', 'run', 'replay', 'explain', 'policy', 'topics']) {
      expect(stdout).toMatch(new RegExp(`^  ${command} `, 'm'));
    }
    expect(status).toBe(0);
  });

  it.each(['replay --help', 'policy check --help', 'help replay'])(
    'shows help on: %s',
    async (words) => {
      const { stdout, status } = await vigil(words);
      expect(stdout).toContain('Usage: vigil');
      expect(status).toBe(0);
    },
  );

  it.each(['relpay', '--speling', 'constructor'])('ends with status 2 on: %s', async (words) => {
    const { stdout, stderr, status } = await vigil(words);
    expect({ stdout, status }).toEqual({ stdout: '', status: 2 });
    expect(stderr).not.toBe('');
  });
});
