import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const main = fileURLToPath(new URL('./main.ts', import.meta.url));
let folder: string;

const policyOf = (minutes: number): string => `
targets:
  - { name: attendance, milestone: attended, grades: [priority], within: PT${minutes}M, warnAt: 0.75 }
objectives:
  - { name: in-time, milestone: attended, grades: [priority], within: PT${minutes}M,
      target: 0.75, windows: [PT1H], minimumIncidents: 1 }
`;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vigil-audit-'));
  await writeFile(join(folder, 'policy.yaml'), policyOf(60));
  await writeFile(join(folder, 'longer.yaml'), policyOf(90));
  const generated = 'generate --incidents 300 --seed 3 --from 2026-03-01T00:00:00Z --days 3';
  await vigil(`${generated} --out facts.ndjson`);
  const replayed = await vigil('replay --facts facts.ndjson --policy policy.yaml --out replayed');
  expect(replayed.status).toBe(0);
});
afterAll(() => rm(folder, { recursive: true }));

async function vigil(words: string) {
  const env = { PATH: process.env['PATH'], HOME: folder };
  const child = spawn(process.execPath, [main, ...words.split(' ')], { cwd: folder, env });
  child.stdin.end();
  const [stdout, stderr, [status]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  return { stdout, stderr, status: status as unknown };
}

async function linesOf(name: string): Promise<string[]> {
  return (await readFile(join(folder, name), 'utf8')).trim().split('\n');
}

const audited = 'audit --facts facts.ndjson --policy policy.yaml';

describe('vigil audit', () => {
  it('finds no difference where all was said', async () => {
    const { stdout, stderr, status } = await vigil(
      `${audited} --against replayed/alerts.ndjson --out same`,
    );
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
    expect(stdout).toContain('What was said is what should have been said.');
    const alerts = (await linesOf('replayed/alerts.ndjson')).length;
    expect(JSON.parse(await readFile(join(folder, 'same/audit.json'), 'utf8'))).toMatchObject({
      ...{ agrees: true, expected: alerts, standing: alerts, findings: {} },
      records: { said: alerts, other: 0, unreadable: 0 },
    });
    expect(await readFile(join(folder, 'same/report.html'), 'utf8')).toContain('<!doctype html>');
  });

  it('finds exactly the alert that is deleted, the one altered and the one invented', async () => {
    const [gone = '', altered = '', ...rest] = await linesOf('replayed/alerts.ndjson');
    const other = JSON.parse(altered);
    const moved = { ...other, incidentId: `${other.incidentId}X` };
    const invented = { ...other, alertId: '00000000-0000-5000-8000-000000000000', target: 'tea' };
    const lines = [JSON.stringify(moved), ...rest, JSON.stringify(invented)];
    await writeFile(join(folder, 'tampered.ndjson'), lines.join('\n'));
    const { stdout, status } = await vigil(`${audited} --against tampered.ndjson --out tampered`);
    expect(status).toBe(1);
    expect(stdout).toContain('They differ.');
    const findings = (await linesOf('tampered/audit.ndjson')).map((line) => JSON.parse(line));
    expect(findings.sort((a, b) => (a.kind < b.kind ? -1 : 1))).toMatchObject([
      { kind: 'altered', alertId: other.alertId, fields: ['incidentId'] },
      { kind: 'missing', alertId: JSON.parse(gone).alertId },
      { kind: 'spurious', alertId: invented.alertId, target: 'tea' },
    ]);
  });

  it('tells what came late from what went wrong', async () => {
    const known = await vigil(
      'replay --facts facts.ndjson --policy policy.yaml --as known --out known',
    );
    expect(known.status).toBe(0);
    const lines = (await linesOf('known/alerts.ndjson')).map((line) => JSON.parse(line));
    expect(lines.some(({ knownAt, at }) => knownAt > at)).toBe(true);
    expect(lines.some(({ retractedAt }) => retractedAt !== undefined)).toBe(true);
    const said = lines.flatMap(({ knownAt, retractedAt, ...one }) => [
      { ...one, kind: 'alert', raisedAt: knownAt },
      ...(retractedAt === undefined ? [] : [{ ...one, kind: 'retraction' }]),
    ]);
    const file = join(folder, 'lived.ndjson');
    await writeFile(file, said.map((line) => JSON.stringify(line)).join('\n'));
    const asKnown = await vigil(`${audited} --as known --against lived.ndjson --out lived`);
    expect(asKnown.stdout).toContain('What was said is what should have been said.');
    expect(asKnown.status).toBe(0);
    const recorded = await vigil(`${audited} --against lived.ndjson --out recorded`);
    expect(recorded.status).toBe(1);
    expect(recorded.stdout).toContain('late, and does not say why');
  });

  it('names what it cannot read, and does not agree then', async () => {
    const [first = ''] = await linesOf('replayed/alerts.ndjson');
    const wrong = JSON.stringify({ ...JSON.parse(first), at: '2026-03-02', secret: 'Jane Doe' });
    await writeFile(join(folder, 'wrong.ndjson'), `${first}\n${wrong}\nno json\n`);
    const { stderr, status } = await vigil(`${audited} --against wrong.ndjson --out wrong`);
    expect(status).toBe(1);
    expect(stderr).toBe('wrong.ndjson:2: has no right at\nwrong.ndjson:3: is not JSON\n');
    const missing = await vigil(`${audited} --against nowhere.ndjson --out wrong`);
    expect(missing).toMatchObject({ status: 2 });
    expect(missing.stderr).toContain('nowhere.ndjson: there is no such file');
    expect(await vigil('audit --facts - --against -')).toMatchObject({ status: 2 });
  });

  it('states that everything read was decided about once', async () => {
    const text = await readFile(join(folder, 'replayed/completeness.json'), 'utf8');
    const { facts, incidents, objectives } = JSON.parse(text);
    expect(facts.different + facts.duplicates).toBe(facts.read);
    expect(incidents.created + incidents.notCreated).toBe(incidents.known);
    const outcomes = Object.values<number>(objectives[0].outcomes);
    expect(outcomes.reduce((sum, count) => sum + count, 0)).toBe(incidents.openings);
  });
});

describe('vigil policy diff', () => {
  it('says what another policy would have changed', async () => {
    const same = await vigil('policy diff policy.yaml policy.yaml --facts facts.ndjson');
    expect(same).toMatchObject({ status: 0, stderr: '' });
    expect(same.stdout).toContain('alerts gained: 0, lost: 0, moved: 0');
    const { stdout, status } = await vigil(
      'policy diff policy.yaml longer.yaml --facts facts.ndjson --json',
    );
    expect(status).toBe(0);
    const { alerts, objectives } = JSON.parse(stdout);
    const breaches = alerts.filter(({ phase }: { phase: string }) => phase === 'breach');
    expect(breaches.some(({ lost }: { lost: number }) => lost > 0)).toBe(true);
    expect(breaches.every(({ gained }: { gained: number }) => gained === 0)).toBe(true);
    const [{ before, after }] = objectives;
    expect(after.attainment).toBeGreaterThan(before.attainment);
  });
});
