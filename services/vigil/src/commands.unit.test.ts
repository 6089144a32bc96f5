import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';

const main = fileURLToPath(new URL('./main.ts', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'vigil-commands-'));
const facts = join(folder, 'facts.ndjson');
const out = join(folder, 'out');

writeFileSync(
  facts,
  `${JSON.stringify({
    specversion: '1.0',
    id: 'f1',
    source: 'urn:police:example:cad',
    type: 'incident-created',
    subject: 'INC-1',
    data: {
      incidentId: 'INC-1',
      createdAt: '2026-03-02T09:00:00Z',
      grade: 'priority',
      forceId: 'example',
      childInvolvement: 'involved',
    },
  })}\nJane Doe\n`,
);

afterAll(() => rmSync(folder, { recursive: true }));

function vigil(args: readonly string[], input = '') {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...args], {
    input,
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

describe('the exit status is 2, and nothing is on standard output,', { timeout: 20_000 }, () => {
  it.each([
    ['an unknown command', ['nonsense'], 'unknown command'],
    ['replay without facts', ['replay', '--out', out], 'name the facts with --facts'],
    ['--as known', ['replay', '--facts', facts, '--out', out, '--as', 'known'], '--as known'],
    ['--from-kafka', ['replay', '--from-kafka', '--out', out], '--from-kafka'],
    ['facts that are not there', ['replay', '--facts', 'no.ndjson', '--out', out], 'no.ndjson'],
    [
      'an instant without offset',
      ['replay', '--facts', facts, '--out', out, '--until', '2026-03-02T10:00:00'],
      'has no offset',
    ],
    ['a policy that is not there', ['policy', 'check', 'no.yaml'], 'no.yaml'],
    ['explain --live', ['explain', 'INC-1', '--live'], '--live'],
  ])('for %s', (_, args, words) => {
    const { status, stdout, stderr } = vigil(args);
    expect(stderr).toContain(words);
    expect(stderr).not.toContain('    at ');
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  });
});

describe('vigil replay', { timeout: 20_000 }, () => {
  it('reports a line that is no fact by its number, quotes nothing of it, and goes on', () => {
    const { status, stdout, stderr } = vigil(['replay', '--facts', facts, '--out', out]);
    expect(stderr).toBe(`${facts}:2: is not JSON\n`);
    expect(stdout).toContain('facts: 1, duplicates among them: 0, lines rejected: 1');
    expect(status).toBe(0);
    expect(readdirSync(out).sort()).toEqual([
      'alerts.ndjson',
      'outcomes.ndjson',
      'rejects.ndjson',
      'summary.json',
    ]);
  });

  it('answers no with --strict when a line is no fact', () => {
    expect(vigil(['replay', '--facts', facts, '--out', out, '--strict']).status).toBe(1);
  });
});

describe('vigil policy check', { timeout: 20_000 }, () => {
  it('takes the policy that comes with Vigil', () => {
    const standard = fileURLToPath(new URL('../../../infra/policy.yaml', import.meta.url));
    const { status, stdout } = vigil(['policy', 'check', standard]);
    expect(stdout).toMatch(/valid; policy [0-9a-f]{12} with 7 targets, 1 objective/);
    expect(status).toBe(0);
  });

  it('answers no with the line and what was probably meant', () => {
    const { status, stdout } = vigil(['policy', 'check', '-'], 'grace: PT2S\ntargts: []\n');
    expect(stdout).toContain(
      '-:2: targts is not a key that a policy has here; did you mean targets?',
    );
    expect(status).toBe(1);
  });
});

describe('vigil explain', { timeout: 20_000 }, () => {
  it('tells the story up to the instant asked for', () => {
    const until = ['--until', '2026-03-02T10:30:00Z'];
    const { status, stdout } = vigil(['explain', 'INC-1', '--facts', facts, ...until]);
    expect(stdout).toContain(
      'Mon, 2 Mar 2026, 10:00:00 GMT (after 1 h)\n  ! Breach: child-priority-attendance.',
    );
    expect(status).toBe(0);
  });

  it('answers no when no fact is about the incident', () => {
    expect(vigil(['explain', 'INC-2', '--facts', facts]).status).toBe(1);
  });
});
