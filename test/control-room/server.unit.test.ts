import { get as httpGet } from 'node:http';
import { streamEvents } from '@vigil/control-room/api/model';
import { routes } from '@vigil/control-room/server/routes';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { until } from '../servers/until.ts';
import { type LocalRoom, openLocalRoom } from './local-room.ts';

/** Of the description, what has a fixed place. */
const described = z.looseObject({
  paths: z.looseObject({
    '/api/stream': z.object({ get: z.looseObject({ 'x-events': z.looseObject({}) }) }),
  }),
});

let room: LocalRoom;
beforeAll(async () => {
  room = await openLocalRoom();
  await room.create('NM-1', -60_000);
  await until(async () => (await text('/api/queue')).includes('"alertId"'), {
    what: 'the breach',
    deadlineMs: 10_000,
    pollMs: 50,
  });
});
afterAll(() => room?.stop());

async function text(path: string): Promise<string> {
  return (await fetch(room.url + path)).text();
}

function post(path: string, body: string, headers: Record<string, string> = {}) {
  return fetch(room.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  });
}

/** A request with headers that `fetch` does not let one set. */
function statusFor(headers: Record<string, string>): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    httpGet(`${room.url}/api/queue`, { headers }, (response) => {
      response.resume();
      resolve(response.statusCode);
    }).once('error', reject);
  });
}

describe('the control room without a log-in', () => {
  it('says so, and refuses to be opened beyond this machine', async () => {
    expect(room.log.join('')).toContain('there is no log-in');
    await expect(openLocalRoom({ host: '0.0.0.0' })).rejects.toThrow(
      'without a log-in the control room serves 127.0.0.1 only, not 0.0.0.0: set OIDC_ISSUER',
    );
  });

  it('answers no other name than this machine’s, and no other site’s page', async () => {
    const { host } = new URL(room.url);
    expect(await statusFor({ host })).toBe(200);
    expect(await statusFor({ host, origin: `http://${host}` })).toBe(200);
    expect(await statusFor({ host: 'vigil.example' })).toBe(403);
    expect(await statusFor({ host, origin: 'https://elsewhere.example' })).toBe(403);
    expect(await statusFor({ host, origin: 'null' })).toBe(403);
  });
});

describe('a request', () => {
  it('is answered with headers that keep the page to itself', async () => {
    const { headers } = await fetch(`${room.url}/api/queue`);
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('x-frame-options')).toBe('SAMEORIGIN');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('set-cookie')).toBeNull();
  });

  it.each([
    ['not JSON', '{', {}, 400],
    ['of another type', '{}', { 'content-type': 'text/plain' }, 415],
    ['without the scope', '{"minutes":10,"reason":"because"}', {}, 400],
    ['too long a time', scoped({ minutes: 100_000 }), {}, 400],
    ['longer than the policy allows', scoped({ minutes: 1_440 }), {}, 400],
    ['without a reason', scoped({ reason: ' ' }), {}, 400],
    ['with a name too many', scoped({ severity: 'low' }), {}, 400],
    ['about what nobody knows', scoped({ scope: { incidentId: 'NM-9' } }), {}, 404],
    ['larger than any silence', scoped({ reason: 'x'.repeat(20_000) }), {}, 413],
  ])('for a silence is refused when it is %s', async (_name, body, headers, status) => {
    const response = await post('/api/silences', body, headers);
    expect(response.status).toBe(status);
    expect(response.headers.get('content-type')).toContain('application/problem+json');
    expect(await response.json()).toMatchObject({ type: 'about:blank', status });
  });

  it('is told which field is wrong, and never what was in it', async () => {
    const response = await post('/api/silences', scoped({ minutes: 'Perdita Quillfeather' }));
    const answer = JSON.stringify(await response.json());
    expect(answer).toContain('body.minutes');
    expect(answer + room.log.join('')).not.toContain('Perdita');
  });

  it('for a place that does not exist is refused as any other', async () => {
    const response = await fetch(`${room.url}/api/everything`);
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ status: 404, title: 'Not Found' });
  });

  it('is refused when one client asks without end', async () => {
    const statuses = await Promise.all(
      Array.from({ length: 1_300 }, async () => (await fetch(`${room.url}/api/session`)).status),
    );
    expect(statuses).toContain(429);
  });
});

describe('the description of the API', () => {
  it('has every route and every event', async () => {
    const other = await openLocalRoom();
    const description = described.parse(await (await fetch(`${other.url}/openapi.json`)).json());
    await other.stop();
    for (const { path, method } of routes) {
      const written = path.replaceAll(/:(\w+)/g, '{$1}');
      expect(description).toHaveProperty(['paths', written, method.toLowerCase(), 'responses']);
    }
    expect(Object.keys(description.paths['/api/stream'].get['x-events'])).toEqual(
      Object.keys(streamEvents),
    );
  });
});

function scoped(changes: object): string {
  return JSON.stringify({
    ...{ scope: { incidentId: 'NM-1' }, minutes: 10, reason: 'known to the school' },
    ...changes,
  });
}
