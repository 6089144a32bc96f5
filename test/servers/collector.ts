import { createServer } from 'node:http';
import { z } from 'zod';

/** A span as a collector was sent it. */
export interface CollectedSpan {
  readonly service: string;
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | undefined;
  readonly links: readonly string[];
  readonly attributes: Readonly<Record<string, string>>;
}

/** A collector of a test's own, which takes spans by OTLP over HTTP, in JSON. */
export interface LocalCollector {
  readonly url: string;
  readonly spans: readonly CollectedSpan[];
  /** The headers of the last request. */
  headers(): Readonly<Record<string, string | string[] | undefined>>;
  stop(): Promise<void>;
}

const attributes = z
  .array(z.object({ key: z.string(), value: z.record(z.string(), z.unknown()) }))
  .transform((list) =>
    Object.fromEntries(list.map(({ key, value }) => [key, String(Object.values(value)[0])])),
  );
const request = z.object({
  resourceSpans: z.array(
    z.object({
      resource: z.object({ attributes }),
      scopeSpans: z.array(
        z.object({
          spans: z.array(
            z.object({
              ...{ name: z.string(), traceId: z.string(), spanId: z.string() },
              parentSpanId: z.string().optional(),
              links: z.array(z.object({ traceId: z.string() })).default([]),
              attributes: attributes.default({}),
            }),
          ),
        }),
      ),
    }),
  ),
});

/** Starts one on a free port. */
export async function startLocalCollector(): Promise<LocalCollector> {
  const spans: CollectedSpan[] = [];
  let headers: ReturnType<LocalCollector['headers']> = {};
  const server = createServer((message, response) => {
    let body = '';
    message.on('data', (part) => {
      body += part;
    });
    message.on('end', () => {
      if (message.url !== '/v1/traces') {
        response.writeHead(404).end();
        return;
      }
      headers = message.headers;
      for (const { resource, scopeSpans } of request.parse(JSON.parse(body)).resourceSpans) {
        const service = resource.attributes['service.name'] ?? '';
        for (const span of scopeSpans.flatMap((scope) => scope.spans)) {
          const links = span.links.map(({ traceId }) => traceId);
          spans.push({ ...span, service, links, parentSpanId: span.parentSpanId || undefined });
        }
      }
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    spans,
    headers: () => headers,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
