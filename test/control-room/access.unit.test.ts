import { routes } from '@vigil/control-room/server/routes';
import type { JWTPayload } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { until } from '../servers/until.ts';
import { type Issuer, openIssuer } from './issuer.ts';
import { type LocalRoom, openLocalRoom } from './local-room.ts';

const queue = z.object({
  rows: z.array(
    z.object({
      incidentId: z.string(),
      alarm: z.string(),
      alert: z.object({ alertId: z.string() }).optional(),
    }),
  ),
});

/** Who may do what, and where: the operator of the one force is in the other's way by every route. */
const northOperator = { sub: 'staff-7', roles: ['viewer', 'operator'], forces: ['northmoor'] };
const eastOperator = { sub: 'staff-8', roles: ['viewer', 'operator'], forces: ['eastvale'] };
const northViewer = { sub: 'staff-9', roles: ['viewer'], forces: ['northmoor'] };

let issuer: Issuer;
let room: LocalRoom;
let alertId = '';

beforeAll(async () => {
  issuer = await openIssuer();
  room = await openLocalRoom({
    oidc: {
      ...{ issuer: issuer.url, audience: 'vigil', clientId: 'vigil-page' },
      ...{ rolesClaim: 'roles', forcesClaim: 'forces' },
    },
  });
  await room.create('NM-1', -60_000);
  await until(
    async () => {
      const { rows } = queue.parse(await (await get('/api/queue', northOperator)).json());
      alertId = rows[0]?.alert?.alertId ?? '';
      return alertId !== '';
    },
    { what: 'the breach in the queue', deadlineMs: 10_000, pollMs: 50 },
  );
  await until(async () => (await get('/api/attainment', northOperator)).ok, {
    what: 'the figures',
    deadlineMs: 10_000,
    pollMs: 50,
  });
});
afterAll(async () => {
  await room?.stop();
  await issuer?.close();
});

async function get(path: string, claims: JWTPayload): Promise<Response> {
  return fetch(`${room.url}${path}`, { headers: await bearer(claims) });
}

async function bearer(claims: JWTPayload): Promise<Record<string, string>> {
  return { authorization: `Bearer ${await issuer.token(claims)}` };
}

/** Everything that can be asked, with the names of an incident of northmoor in it. */
const asked = [
  ...routes.map(({ method, path, may }) => ({ method, path, may })),
  { method: 'GET', path: '/api/stream', may: 'look' },
] as const;
const guarded = asked.filter(({ may }) => may !== 'anybody');

function bodyOf(path: string): object | undefined {
  if (path.endsWith('/acknowledgement')) return { incidentId: 'NM-1' };
  if (path === '/api/silences') {
    return { scope: { incidentId: 'NM-1' }, minutes: 10, reason: 'tried by a test' };
  }
  return undefined;
}

async function ask(
  { method, path }: (typeof asked)[number],
  headers: Record<string, string>,
): Promise<Response> {
  const url = room.url + path.replace(':incidentId', 'NM-1').replace(':alertId', alertId);
  const body = bodyOf(path);
  return fetch(url, {
    ...{ method, signal: AbortSignal.timeout(5_000) },
    headers: { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

describe('the control room with a log-in', () => {
  it('has as many routes as these tests ask', () => {
    expect(guarded.length).toBe(11);
    expect(asked.filter(({ may }) => may === 'anybody').map(({ path }) => path)).toEqual([
      '/api/session',
    ]);
  });

  describe.each(guarded)('$method $path', (route) => {
    it('is closed to whoever shows no token, and says what is wanted', async () => {
      const response = await ask(route, {});
      expect(response.status).toBe(401);
      expect(response.headers.get('www-authenticate')).toBe('Bearer');
      expect(await response.json()).toMatchObject({ detail: 'a bearer token is required' });
    });

    it.each([
      ['signed by another', () => issuer.forged(northOperator), 'not valid'],
      ['not signed', async () => issuer.unsigned(northOperator), 'not valid'],
      ['no token at all', async () => 'abc.def.ghi', 'not valid'],
      ['over', () => issuer.token({ ...northOperator, exp: 1_000_000 }), 'has expired'],
      ['meant for another', () => issuer.token({ ...northOperator, aud: 'mail' }), 'aud is not'],
      [
        'of another issuer',
        () => issuer.token({ ...northOperator, iss: 'http://x' }),
        'iss is not',
      ],
    ])('is closed to a token that is %s', async (_name, make, why) => {
      const response = await ask(route, { authorization: `Bearer ${await make()}` });
      expect(response.status).toBe(401);
      expect(JSON.stringify(await response.json())).toContain(why);
    });

    it('is closed to whoever has no role', async () => {
      const token = await bearer({ ...northOperator, roles: ['cleaner'] });
      expect((await ask(route, token)).status).toBe(403);
    });

    it('gives nothing of a force to another’s operator', async () => {
      const response = await ask(route, await bearer(eastOperator));
      const text = await firstOf(response);
      expect(text).not.toContain('NM-1');
      expect(text).not.toContain('northmoor');
      expect(text).not.toContain(alertId);
      const named = route.path.includes(':') || route.method === 'POST';
      expect(response.status).toBe(named ? 404 : 200);
    });
  });

  it.each(guarded.filter(({ may }) => may === 'act'))(
    'lets nobody act who may only look: $path',
    async (route) => {
      expect((await ask(route, await bearer(northViewer))).status).toBe(403);
    },
  );

  it('lets an operator silence an area of the own force only', async () => {
    const silence = async (claims: JWTPayload) =>
      fetch(`${room.url}/api/silences`, {
        method: 'POST',
        headers: { ...(await bearer(claims)), 'content-type': 'application/json' },
        body: JSON.stringify({
          scope: { forceId: 'eastvale', areaId: 'x', target: 'child-priority-attendance' },
          ...{ minutes: 10, reason: 'tried by a test' },
        }),
      });
    expect((await silence(northOperator)).status).toBe(404);
    expect((await silence(eastOperator)).status).toBe(200);
  });

  it('shows an operator the own force, takes an acknowledgement, and logs who gave it', async () => {
    const [acknowledge] = guarded.filter(({ path }) => path.endsWith('/acknowledgement'));
    if (acknowledge === undefined) throw new Error('there is no such route');
    expect((await ask(acknowledge, await bearer(northOperator))).status).toBe(200);
    await until(
      async () => {
        const { rows } = queue.parse(await (await get('/api/queue', northViewer)).json());
        return rows.some(({ alarm }) => alarm === 'acknowledged');
      },
      { what: 'the acknowledgement', deadlineMs: 5_000, pollMs: 50 },
    );
    const line = room.log.find((one) => one.includes('acknowledged an alert')) ?? '';
    expect(JSON.parse(line)).toMatchObject({ by: 'staff-7', incidentId: 'NM-1', alertId });
  });

  it('tells an event of the stream to those of its force alone', async () => {
    const [north, east] = await Promise.all(
      [northViewer, eastOperator].map((claims) => listen(claims)),
    );
    if (north === undefined || east === undefined) throw new Error('nobody listens');
    await room.create('NM-2', -60_000);
    await room.create('EV-2', -60_000, 'eastvale');
    await until(() => north.text().includes('NM-2') && east.text().includes('EV-2'), {
      what: 'both breaches',
      deadlineMs: 10_000,
    });
    north.stop();
    east.stop();
    expect(north.text()).not.toMatch(/EV-2|eastvale/);
    expect(east.text()).not.toMatch(/NM-2|northmoor/);
  });
});

/** The body of an answer, of a stream what comes first. */
async function firstOf(response: Response): Promise<string> {
  if (response.headers.get('content-type') !== 'text/event-stream') return response.text();
  const reader = response.body?.getReader();
  const { value } = (await reader?.read()) ?? {};
  await reader?.cancel();
  return Buffer.from(value ?? []).toString();
}

async function listen(claims: JWTPayload) {
  const stopping = new AbortController();
  const headers = await bearer(claims);
  const response = await fetch(`${room.url}/api/stream`, { headers, signal: stopping.signal });
  let text = '';
  void (async () => {
    for await (const chunk of response.body ?? []) text += Buffer.from(chunk).toString();
  })().catch(() => {});
  return { text: () => text, stop: () => stopping.abort() };
}
