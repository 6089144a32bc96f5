import { afterEach, describe, expect, it } from 'vitest';
import { countReasons, type HealthServer, startHealthServer } from './health.ts';
import { createMetrics } from './metrics.ts';

let server: HealthServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

let reason: string | undefined;

async function start(port = 0): Promise<HealthServer> {
  return startHealthServer({
    host: '127.0.0.1',
    port,
    metrics: createMetrics('replay'),
    live: {},
    ready: { kafka: () => reason },
  });
}

async function get(path: string) {
  server ??= await start();
  const response = await fetch(`http://${server.host}:${server.port}${path}`);
  return { status: response.status, body: await response.text() };
}

describe('the health server', () => {
  it('says ready, or why not', async () => {
    reason = undefined;
    expect(await get('/ready')).toEqual({ status: 200, body: '{"status":"ok","reasons":{}}\n' });
    reason = 'connecting';
    expect(await get('/ready')).toEqual({
      status: 503,
      body: '{"status":"not ok","reasons":{"kafka":"connecting"}}\n',
    });
  });

  it('is live while it is not ready', async () => {
    reason = 'connecting';
    expect((await get('/live')).status).toBe(200);
  });

  it('serves metrics in the format of Prometheus, with the service on each', async () => {
    const { body } = await get('/metrics');
    expect(body).toMatch(/^process_cpu_seconds_total\{service="replay"\} \d/m);
  });

  it('says by metrics what keeps it from being ready', async () => {
    const metrics = createMetrics('replay');
    countReasons(metrics, { kafka: () => reason, redis: () => undefined });
    reason = 'away';
    const text = await metrics.metrics();
    expect(text).toContain('vigil_not_ready{check="kafka",service="replay"} 1');
    expect(text).toContain('vigil_not_ready{check="redis",service="replay"} 0');
  });

  it('knows no other path', async () => {
    expect((await get('/metrics/all')).status).toBe(404);
  });

  it('says so when its port is taken', async () => {
    server = await start();
    await expect(start(server.port)).rejects.toThrow(/EADDRINUSE/);
  });

  it('frees its port when closed', async () => {
    const first = await start();
    await first.close();
    server = await start(first.port);
    expect(server.port).toBe(first.port);
  });
});
