import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';

const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

/**
 * A real process that runs `body` with a lifetime of its own, and says `up` when it is ready. It says
 * everything where the log goes too: between two streams there is no order.
 */
async function program(body: string, shutdownMs = 5_000) {
  const source = `
    import { createLifetime } from ${JSON.stringify(new URL('shutdown.ts', import.meta.url).href)};
    import { createLogger } from ${JSON.stringify(new URL('logging.ts', import.meta.url).href)};
    const logger = createLogger({ service: 'test', level: 'info' });
    const lifetime = createLifetime({ logger, shutdownMs: ${shutdownMs} });
    import { writeSync } from 'node:fs';
    const say = (text) => writeSync(2, text + '\\n');
    const later = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
    ${body}`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', source], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  children.push(child);
  let output = '';
  const said = async (text: string) => {
    while (!output.includes(text)) await once(child.stderr, 'data');
  };
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, output }));
  await said('up');
  return { child, said, ended };
}

const end = "say('up'); process.exit(await lifetime.end());";

describe('a service that is asked to stop', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)(
    'stops in order on %s and ends with 0',
    async (signal) => {
      const { child, ended } = await program(`
      lifetime.onStop('database', () => say('database closed'));
      lifetime.onStop('reader', async () => { await later(20); say('reader closed'); });
      ${end}`);
      child.kill(signal);
      const { code, output } = await ended;
      expect(output.indexOf('database closed')).toBeGreaterThan(output.indexOf('reader closed'));
      expect(code).toBe(0);
    },
  );

  it('takes the signal that npm repeats as the same', async () => {
    const { child, said, ended } = await program(`
      lifetime.onStop('reader', async () => { say('closing'); await later(200); say('closed'); });
      ${end}`);
    child.kill('SIGINT');
    await said('closing');
    child.kill('SIGINT');
    const { code, output } = await ended;
    expect(output).toContain('closed');
    expect(code).toBe(0);
  });

  it('ends at once when asked a second time', async () => {
    const { child, said, ended } = await program(`
      lifetime.onStop('reader', async () => { await later(600); say('slow'); await later(60_000); });
      ${end}`);
    child.kill('SIGTERM');
    await said('slow');
    child.kill('SIGINT');
    expect((await ended).code).toBe(130);
  });

  it('ends with 1 when a step hangs, and names the step', async () => {
    const { child, ended } = await program(
      `lifetime.onStop('reader', () => later(60_000)); ${end}`,
      50,
    );
    child.kill('SIGTERM');
    const { code, output } = await ended;
    expect(output).toMatch(/"step":"reader".*did not stop in time/);
    expect(code).toBe(1);
  });

  it('runs the other steps when one fails, and ends with 1', async () => {
    const { child, ended } = await program(`
      lifetime.onStop('database', () => say('database closed'));
      lifetime.onStop('reader', () => { throw new Error('broken'); });
      ${end}`);
    child.kill('SIGTERM');
    const { code, output } = await ended;
    expect(output).toContain('database closed');
    expect(code).toBe(1);
  });

  it('tells whatever waits', async () => {
    const { child, ended } = await program(`
      lifetime.stopping.addEventListener('abort', () => say('told'));
      ${end}`);
    child.kill('SIGTERM');
    expect((await ended).output).toContain('told');
  });
});

describe('a service whose work is done', () => {
  it('stops what it started and ends with 0', async () => {
    const { ended } = await program(`
      lifetime.onStop('reader', () => say('closed'));
      say('up'); process.exit(await lifetime.end(later(10)));`);
    const { code, output } = await ended;
    expect(output).toContain('closed');
    expect(code).toBe(0);
  });

  it('stops what it started and ends with 1 when the work failed', async () => {
    const { ended } = await program(`
      lifetime.onStop('reader', () => say('closed'));
      say('up'); process.exit(await lifetime.end(Promise.reject(new Error('no space'))));`);
    const { code, output } = await ended;
    expect(output).toMatch(/no space[\s\S]*closed/);
    expect(code).toBe(1);
  });
});

describe('an error that nobody caught', () => {
  it.each([
    ['thrown', "setTimeout(() => { throw new Error('a defect'); }, 10);"],
    ['rejected', "void Promise.reject(new Error('a defect'));"],
  ])('is logged and ends the service with 1 when %s', async (_, defect) => {
    const { ended } = await program(`say('up'); ${defect} process.exit(await lifetime.end());`);
    const { code, output } = await ended;
    expect(output).toMatch(/a defect/);
    expect(code).toBe(1);
  });
});
