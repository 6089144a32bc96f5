import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { assess } from '@vigil/domain/assessment/assess';
import { parseCloudEvent } from '@vigil/domain/facts/cloud-event';
import type { Fact } from '@vigil/domain/facts/fact';
import { parsePolicy } from '@vigil/domain/policy/parse';
import { formatInstant, type Instant, parseInstant } from '@vigil/domain/time/instant';
import { afterAll, describe, expect, it } from 'vitest';
import { type ConformanceCase, conformanceCases, policyFile } from './cases.ts';

const main = fileURLToPath(new URL('../../services/vigil/src/main.ts', import.meta.url));
const policy = parsePolicy(readFileSync(policyFile, 'utf8'), 'policy.json');
const folder = mkdtempSync(join(tmpdir(), 'vigil-conformance-'));

afterAll(() => rmSync(folder, { recursive: true }));

it('there are cases', () => {
  expect(conformanceCases.length).toBeGreaterThanOrEqual(43);
});

describe('assess decides', () => {
  it.each(conformanceCases)('$name', ({ facts, until, alerts, outcomes }) => {
    const incidents = Map.groupBy(facts.map(factOf), ({ incidentId }) => incidentId);
    const decided = [...incidents.values()].map((own) => assess(own, policy, instantOf(until)));
    const said = decided.flatMap((assessment) =>
      assessment.alerts.map(({ at, incidentId, target, phase, reason }) => ({
        at: formatInstant(at),
        incidentId,
        target,
        phase,
        ...(reason === undefined ? {} : { reason }),
      })),
    );
    const counted = decided.flatMap(({ settlements, samples }) => [
      ...settlements.map(({ incidentId, objective, at, outcome }) => ({
        incidentId,
        objective,
        at: formatInstant(at),
        outcome,
      })),
      ...samples.map(({ incidentId, objective, at, attendanceMs }) => ({
        incidentId,
        objective,
        at: formatInstant(at),
        attendanceMs,
      })),
    ]);
    expect(inOrder(said)).toEqual(inOrder(alerts));
    expect(inOrder(counted)).toEqual(inOrder(outcomes));
  });
});

describe('vigil replay writes, byte for byte', () => {
  it.concurrent.each(conformanceCases)('$name', { timeout: 30_000 }, async (conformanceCase) => {
    const { name, alerts, outcomes } = conformanceCase;
    const { status, stderr } = await replay(conformanceCase);
    expect(stderr).toBe('');
    expect(status).toBe(0);
    const written = (file: string) => readFileSync(join(folder, name, file), 'utf8');
    expect(written('alerts.ndjson')).toBe(alerts.map(alertLine).join(''));
    // A case leaves out where an outcome counts; that stands at the end of the line.
    const place =
      /,"forceId":"[^"]+","areaId":"[^"]*","child":"(involved|not-involved|unknown)"}\n/g;
    expect(written('outcomes.ndjson').replaceAll(place, '}\n')).toBe(
      outcomes.map((outcome) => `${JSON.stringify(outcome)}\n`).join(''),
    );
    expect(written('rejects.ndjson')).toBe('');
  });
});

async function replay({ name, facts, until }: ConformanceCase) {
  const out = join(folder, name);
  const args = ['replay', '--facts', '-', '--policy', policyFile, '--until', until, '--out', out];
  const child = spawn(process.execPath, [main, ...args], { stdio: ['pipe', 'ignore', 'pipe'] });
  child.stdin.end(facts.map((fact) => `${JSON.stringify(fact)}\n`).join(''));
  const [stderr, [status]] = await Promise.all([text(child.stderr), once(child, 'close')]);
  return { status: status as unknown, stderr };
}

/** The identity is computed here once more, from the contract and not from the code under test. */
function alertLine({ at, incidentId, target, phase, reason }: ConformanceCase['alerts'][number]) {
  const namespace = Buffer.from('bc214b0b06845a1593253a2315fe97f5', 'hex');
  const digest = createHash('sha1')
    .update(namespace)
    .update([incidentId, target, phase, at].join('\n'))
    .digest()
    .subarray(0, 16);
  digest.writeUInt8((digest.readUInt8(6) & 0x0f) | 0x50, 6);
  digest.writeUInt8((digest.readUInt8(8) & 0x3f) | 0x80, 8);
  const alertId = digest.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
  return `${JSON.stringify({ alertId, at, incidentId, target, phase, reason })}\n`;
}

function factOf(event: unknown): Fact {
  const parsed = parseCloudEvent(event);
  if (parsed.kind !== 'fact') throw new Error(`a case has what is no fact: ${parsed.kind}`);
  return parsed.fact;
}

function instantOf(written: string): Instant {
  const instant = parseInstant(written);
  if (typeof instant !== 'number') throw new Error(`until ${instant.problem}`);
  return instant;
}

/** `assess` knows one incident; the order between incidents is the replay's. */
function inOrder<T extends object>(entries: readonly T[]): readonly string[] {
  return entries.map((entry) => JSON.stringify(entry)).sort();
}
