import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { countCheck } from './outcome.mjs';

const program = fileURLToPath(new URL('./audit.mjs', import.meta.url));

describe('the audit, asking a registry', () => {
  let answer: { status: number; body: unknown };
  const registry = createServer((request, response) => {
    request.resume().on('end', () => {
      response.writeHead(answer.status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(answer.body));
    });
  });
  beforeAll(() => new Promise<void>((resolve) => registry.listen(0, '127.0.0.1', resolve)));
  afterAll(() => new Promise((resolve) => registry.close(resolve)));

  async function audit(): Promise<{ outcome: ReturnType<typeof countCheck>; out: string }> {
    const { port } = registry.address() as AddressInfo;
    const child = spawn(process.execPath, [program, '--registry', `http://127.0.0.1:${port}/`], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const [out, [code]] = await Promise.all([text(child.stdout), once(child, 'close')]);
    return { outcome: countCheck(code), out };
  }

  it('passes when none is known', async () => {
    answer = { status: 200, body: {} };
    expect((await audit()).outcome).toEqual({ passed: 1, failed: 0, skipped: 0 });
  });

  it('fails when one is, and names the package', async () => {
    const advisory = {
      ...{ id: 1, url: 'https://advisories.example/1', title: 'anybody may do anything' },
      ...{ severity: 'critical', vulnerable_versions: '>=0.0.0', cwe: [], cvss: { score: 10 } },
    };
    answer = { status: 200, body: { kafkajs: [advisory] } };
    const { outcome, out } = await audit();
    expect(outcome).toEqual({ passed: 0, failed: 1, skipped: 0 });
    expect(out).toContain('kafkajs');
  });

  it('says that it did not run, and passes nothing, when the registry does not answer that', async () => {
    answer = { status: 405, body: {} };
    const { outcome, out } = await audit();
    expect(outcome).toEqual({ passed: 0, failed: 0, skipped: 1 });
    expect(out).toContain('NOT RUN');
  });
});
