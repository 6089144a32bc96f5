import {
  type acknowledgeSchema,
  type Me,
  meSchema,
  type Session,
  type Story,
  sessionSchema,
  type silenceSchema,
  storySchema,
} from '@vigil/control-room/api/model';
import type { z } from 'zod';
import { problemOf } from './problem.ts';

/** The routes that the page calls besides the stream. All throw `ApiProblem` when refused. */
export interface Api {
  me(): Promise<Me>;
  story(incidentId: string): Promise<Story>;
  acknowledge(alertId: string, body: z.input<typeof acknowledgeSchema>): Promise<void>;
  silence(body: z.input<typeof silenceSchema>): Promise<void>;
}

/** `GET /api/session`: needs no token. */
export async function getSession(): Promise<Session> {
  const response = await fetch('/api/session', { cache: 'no-store' });
  if (!response.ok) throw await problemOf(response);
  return sessionSchema.parse(await response.json());
}

/** @param token the bearer token now; none in embedded mode */
export function createApi(token: () => string | undefined): Api {
  async function call(path: string, body?: unknown): Promise<Response> {
    const bearer = token();
    const response = await fetch(path, {
      cache: 'no-store',
      headers: {
        accept: 'application/json',
        ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
    });
    if (!response.ok) throw await problemOf(response);
    return response;
  }
  return {
    me: async () => meSchema.parse(await (await call('/api/me')).json()),
    story: async (incidentId) =>
      storySchema.parse(
        await (await call(`/api/incidents/${encodeURIComponent(incidentId)}`)).json(),
      ),
    acknowledge: async (alertId, body) => {
      await call(`/api/alerts/${encodeURIComponent(alertId)}/acknowledgement`, body);
    },
    silence: async (body) => {
      await call('/api/silences', body);
    },
  };
}
