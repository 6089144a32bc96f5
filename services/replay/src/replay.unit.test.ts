import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parsePolicy } from '@vigil/domain/policy/parse';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ReplayRequest, replay } from './replay.ts';

const policy = parsePolicy(
  `targets:
  - { name: attendance, milestone: attended, grades: [priority], within: PT60M, warnAt: 0.75 }
objectives:
  - { name: within-the-hour, milestone: attended, grades: [priority], within: PT60M,
      target: 0.75, windows: [PT1H], minimumIncidents: 1 }
`,
  'policy.yaml',
);

let folder = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vigil-replay-'));
});

afterEach(() => rm(folder, { recursive: true }));

function event(id: string, type: string, incidentId: string, data: object): string {
  const attributes = { specversion: '1.0', id, source: 'urn:police:example:cad', type };
  return JSON.stringify({ ...attributes, subject: incidentId, data: { incidentId, ...data } });
}

const created = (incidentId: string, time: string): string =>
  event(`created-${incidentId}`, 'incident-created', incidentId, {
    createdAt: `2026-03-02T${time}Z`,
    forceId: 'example',
    grade: 'priority',
  });
const attended = (incidentId: string, time: string): string =>
  event(`attended-${incidentId}`, 'officer-attended', incidentId, {
    attendedAt: `2026-03-02T${time}Z`,
    unitId: 'EX21',
  });
const heartbeat = JSON.stringify({
  specversion: '1.0',
  id: 'heartbeat',
  source: 'urn:police:example:cad',
  type: 'feed-heartbeat',
  data: { source: 'urn:police:example:cad', at: '2026-03-02T12:00:00Z' },
});

const facts = [
  created('INC-1', '09:00:00'),
  created('INC-2', '09:30:00'),
  attended('INC-1', '10:10:00'),
  attended('INC-2', '10:20:00'),
  created('INC-3', '09:00:00'),
];

async function replayOf(
  lines: readonly string[],
  more: Partial<ReplayRequest> & { readonly out?: string } = {},
) {
  const file = join(folder, 'facts.ndjson');
  await writeFile(file, lines.join('\n'));
  return replay({ facts: [file], policy, out: join(folder, 'out'), ...more });
}

const written = (name: string, out = 'out') => readFile(join(folder, out, name), 'utf8');

describe('a replay', () => {
  it('goes to the last instant in the facts, a heartbeat being one', async () => {
    expect((await replayOf(facts)).until).toBe('2026-03-02T10:20:00.000Z');
    expect((await replayOf([...facts, heartbeat])).until).toBe('2026-03-02T12:00:00.000Z');
  });

  it('writes the same bytes whatever the order of the facts', async () => {
    await replayOf(facts, { out: join(folder, 'one') });
    await replayOf(facts.toReversed(), { out: join(folder, 'other') });
    for (const name of ['alerts.ndjson', 'outcomes.ndjson', 'summary.json']) {
      expect(await written(name, 'other')).toBe(await written(name, 'one'));
      expect(await written(name, 'one')).not.toBe('');
    }
  });

  it('orders outcomes by instant and incident, a settlement before a sample', async () => {
    await replayOf(facts);
    const lines = (await written('outcomes.ndjson')).trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { incidentId: 'INC-1', at: '2026-03-02T10:00:00.000Z', outcome: 'missed', areaId: '' },
      { incidentId: 'INC-3', at: '2026-03-02T10:00:00.000Z', outcome: 'missed' },
      { incidentId: 'INC-1', at: '2026-03-02T10:10:00.000Z', attendanceMs: 4_200_000 },
      { incidentId: 'INC-2', at: '2026-03-02T10:20:00.000Z', outcome: 'within' },
      { incidentId: 'INC-2', at: '2026-03-02T10:20:00.000Z', attendanceMs: 3_000_000 },
    ]);
  });

  it('counts what it read, left out, said and could not take', async () => {
    const rejected: number[] = [];
    const lost = attended('INC-9', '10:00:00');
    const summary = await replayOf([...facts, facts[0] ?? '', 'junk', lost, heartbeat], {
      onReject: ({ line }) => rejected.push(line),
    });
    expect(rejected).toEqual([7]);
    expect(summary).toMatchObject({
      policyVersion: policy.policyVersion,
      facts: { read: 7, duplicate: 1, rejected: 1, heartbeats: 1 },
      incidents: 3,
      alerts: { attendance: { breach: 2, cleared: 2, warning: 3 } },
      objectives: {
        'within-the-hour': { target: 0.75, overall: { within: 1, missed: 2, attended: 2 } },
      },
      dataQuality: { 'never-created': 1 },
    });
    expect(JSON.parse(await written('summary.json'))).toEqual(summary);
    expect(JSON.parse(await written('rejects.ndjson'))).toMatchObject({
      line: 7,
      original: 'junk',
    });
  });

  it('says nothing of what comes after the instant asked for', async () => {
    const until = Date.UTC(2026, 2, 2, 9, 45) as NonNullable<ReplayRequest['until']>;
    expect((await replayOf(facts, { until })).alerts).toEqual({ attendance: { warning: 2 } });
  });

  it('writes empty files when there is nothing to decide', async () => {
    expect(await replayOf([])).toMatchObject({ until: null, incidents: 0 });
    expect(await written('alerts.ndjson')).toBe('');
  });

  it('leaves an earlier replay as it was when the facts cannot be read', async () => {
    await replayOf(facts);
    const before = await written('summary.json');
    const cut = join(folder, 'cut.ndjson.gz');
    await writeFile(cut, '');
    const again = replay({ facts: [cut], policy, out: join(folder, 'out') });
    await expect(again).rejects.toMatchObject({ code: 'cut-short' });
    expect(await written('summary.json')).toBe(before);
    expect((await readdir(join(folder, 'out'))).sort()).toEqual([
      'alerts.ndjson',
      'outcomes.ndjson',
      'rejects.ndjson',
      'summary.json',
    ]);
  });
});
