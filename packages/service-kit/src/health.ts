/**
 * What an orchestrator asks a service: `/live` (restart me if not), `/ready` (do not rely on me if
 * not, and why) and `/metrics` for Prometheus.
 */
import { createServer, type ServerResponse } from 'node:http';
import { Gauge, type Registry } from 'prom-client';

/** Says why not, or `undefined` when all is well. It must answer at once, from what is known. */
export type Check = () => string | undefined;

export interface HealthOptions {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  readonly metrics: Registry;
  /** By the name of what is checked. A service that will not recover by itself is not live. */
  readonly live: Readonly<Record<string, Check>>;
  readonly ready: Readonly<Record<string, Check>>;
}

export interface HealthServer {
  readonly host: string;
  readonly port: number;
  /** Stops answering; open connections are ended. */
  close(): Promise<void>;
}

/** Says by metrics too what keeps a program from being ready: 1 for each check with a reason, else 0. */
export function countReasons(registry: Registry, checks: Readonly<Record<string, Check>>): void {
  new Gauge({
    name: 'vigil_not_ready',
    help: 'Whether a check keeps this program from being ready.',
    labelNames: ['check'],
    registers: [registry],
    collect() {
      for (const [name, check] of Object.entries(checks)) {
        this.set({ check: name }, check() === undefined ? 0 : 1);
      }
    },
  });
}

/**
 * Serves health and metrics until closed.
 * @throws when the address cannot be opened (`EADDRINUSE`, `EACCES`, …).
 */
export async function startHealthServer(options: HealthOptions): Promise<HealthServer> {
  const { host, metrics } = options;
  const server = createServer((request, response) => {
    const path = request.url?.split('?')[0];
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      send(response, 405, 'text/plain', 'only GET\n');
    } else if (path === '/live') sendChecks(response, options.live);
    else if (path === '/ready') sendChecks(response, options.ready);
    else if (path === '/metrics') {
      metrics.metrics().then(
        (text) => send(response, 200, metrics.contentType, text),
        () => send(response, 500, 'text/plain', 'the metrics could not be collected\n'),
      );
    } else send(response, 404, 'text/plain', 'there are /live, /ready and /metrics\n');
  });
  // Nobody has a reason to send anything long or slowly.
  server.requestTimeout = 5_000;
  server.headersTimeout = 5_000;
  server.maxConnections = 64;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const address = server.address();
  return {
    host,
    port: typeof address === 'object' && address !== null ? address.port : options.port,
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error === undefined ? resolve() : reject(error)));
        server.closeAllConnections();
      }),
  };
}

function sendChecks(response: ServerResponse, checks: Readonly<Record<string, Check>>): void {
  const reasons: Record<string, string> = {};
  for (const [name, check] of Object.entries(checks)) {
    const reason = check();
    if (reason !== undefined) reasons[name] = reason;
  }
  const ok = Object.keys(reasons).length === 0;
  const body = JSON.stringify({ status: ok ? 'ok' : 'not ok', reasons });
  send(response, ok ? 200 : 503, 'application/json', `${body}\n`);
}

function send(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' });
  response.end(body);
}
