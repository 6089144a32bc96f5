import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import helmet from '@fastify/helmet';
import rateLimit from '@fastify/rate-limit';
import serveStatic from '@fastify/static';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { Registry } from 'prom-client';
import type { z } from 'zod';
import type { Hub } from './hub.ts';
import { type Identify, type Identity, NotAuthenticated } from './identity.ts';
import { openApi } from './openapi.ts';
import { problem, Refused } from './problem.ts';
import { type Room, type Route, routes } from './routes.ts';

export interface AppOptions {
  readonly room: Room;
  readonly hub: Hub;
  readonly identify: Identify;
  /** Where tokens come from: the page must be allowed to ask there. */
  readonly issuer: string | undefined;
  /** Serves `/metrics`, `/live` and `/ready` as well, where no other server does. */
  readonly metrics?: Registry;
  readonly ready: () => string | undefined;
}

const bodyBytes = 16 * 1024;
/** Requests a minute that one client may make; a page makes one stream and a request a click. */
const requestsAMinute = 1_200;
const page = fileURLToPath(new URL('../../page/dist', import.meta.url));
const loopback = /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/;

/** The server of the control room, not yet listening. */
export async function createApp(options: AppOptions): Promise<FastifyInstance> {
  const { room, hub, identify, issuer, metrics, ready } = options;
  const app = Fastify({
    bodyLimit: bodyBytes,
    requestTimeout: 10_000,
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 512 },
  });
  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        ...{ defaultSrc: ["'none'"], scriptSrc: ["'self'"], styleSrc: ["'self'"] },
        ...{ imgSrc: ["'self'", 'data:'], fontSrc: ["'self'"], baseUri: ["'none'"] },
        connectSrc: ["'self'", ...(issuer === undefined ? [] : [new URL(issuer).origin])],
        ...{ formAction: ["'none'"], frameAncestors: ["'none'"] },
      },
    },
    // Whoever puts TLS in front says so; in the embedded mode there is none.
    hsts: issuer !== undefined,
  });
  await app.register(rateLimit, { max: requestsAMinute, timeWindow: '1 minute' });

  app.addHook('onRequest', async (request) => {
    // Without a log-in the page is for this machine alone, whatever a name on the web resolves to.
    if (issuer !== undefined) return;
    const { host = '', origin } = request.headers;
    if (!loopback.test(host))
      throw new Refused(403, 'without a log-in only this machine is served');
    if (origin !== undefined && origin !== `http://${host}`) {
      throw new Refused(403, 'another page may not ask here');
    }
  });
  app.setErrorHandler((error: unknown, _request, reply) => refuse(error, reply, room));
  app.setNotFoundHandler((_request, reply) => {
    reply.code(404).type('application/problem+json').send(problem(404));
  });

  for (const route of routes) {
    app.route({
      method: route.method,
      url: route.path,
      handler: async (request, reply) => {
        const who = await letIn(route.may, request, identify);
        reply.header('cache-control', 'no-store');
        return answer(route, room, who, request);
      },
    });
  }
  app.get('/api/stream', async (request, reply) => {
    const who = await letIn('look', request, identify);
    const lastId = request.headers['last-event-id'];
    const { raw } = reply;
    reply.hijack();
    // Headers that plugins have set so far are sent as well.
    for (const [name, value] of Object.entries(reply.getHeaders())) {
      if (value !== undefined) raw.setHeader(name, value);
    }
    raw.writeHead(200, {
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    });
    const joined = hub.join(raw, who, typeof lastId === 'string' ? lastId : undefined);
    if (!joined) raw.end();
  });
  app.get('/openapi.json', async () => openApi('1.0.0'));
  if (metrics !== undefined) {
    app.get('/metrics', async (_request, reply) => {
      reply.type(metrics.contentType);
      return metrics.metrics();
    });
    app.get('/live', async () => ({ status: 'ok', reasons: {} }));
    app.get('/ready', async (_request, reply) => {
      const why = ready();
      reply.code(why === undefined ? 200 : 503);
      return why === undefined
        ? { status: 'ok', reasons: {} }
        : { status: 'not ok', reasons: { room: why } };
    });
  }
  if (existsSync(page)) await app.register(serveStatic, { root: page });
  else {
    app.get('/', async (_request, reply) => {
      reply.code(503).type('text/plain');
      return 'The page is not built: pnpm --filter @vigil/control-room-page build\n';
    });
  }
  return app;
}

async function letIn(
  may: Route['may'],
  request: FastifyRequest,
  identify: Identify,
): Promise<Identity> {
  if (may === 'anybody') return { subject: 'anybody', roles: [], forces: [] };
  const who = await identify(request.headers.authorization);
  const allowed = may === 'act' ? who.roles.includes('operator') : who.roles.length > 0;
  if (!allowed)
    throw new Refused(403, `this needs the role ${may === 'act' ? 'operator' : 'viewer'}`);
  return who;
}

function answer(route: Route, room: Room, who: Identity, request: FastifyRequest): unknown {
  if (route.method === 'POST' && !isJson(request)) {
    throw new Refused(415, 'the body must be application/json');
  }
  const params = checked('path', route.params, request.params);
  const query = checked('query', route.query, request.query);
  return route.handle(room, {
    who,
    params,
    query,
    body: checked('body', route.body, request.body),
  });
}

function isJson({ headers }: FastifyRequest): boolean {
  return /^application\/json\b/.test(headers['content-type'] ?? '');
}

function checked(where: string, schema: z.ZodType | undefined, value: unknown): unknown {
  if (schema === undefined) return undefined;
  const parsed = schema.safeParse(value);
  if (parsed.success) return value;
  const names = new Set(parsed.error.issues.map(({ path }) => [where, ...path].join('.')));
  throw new Refused(400, `not as it should be: ${[...names].join(', ')}`);
}

function refuse(error: unknown, reply: FastifyReply, { logger }: Room): void {
  const send = (status: number, detail?: string): void => {
    reply.code(status).type('application/problem+json').send(problem(status, detail));
  };
  if (error instanceof NotAuthenticated) {
    reply.header('www-authenticate', 'Bearer');
    send(401, error.message);
  } else if (error instanceof Refused) send(error.status, error.message);
  else {
    const status = statusOf(error);
    if (status >= 500) logger.error('a request could not be answered', { error });
    send(status, status >= 500 ? 'the server could not answer; it is in its log' : undefined);
  }
}

/** Fastify's own refusals carry their status; their words may quote the request. */
function statusOf(error: unknown): number {
  const status = error instanceof Error && 'statusCode' in error ? error.statusCode : undefined;
  return typeof status === 'number' && status >= 400 && status < 600 ? status : 500;
}
