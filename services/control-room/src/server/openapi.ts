import { z } from 'zod';
import { problemSchema, streamEvents } from '../api/model.ts';
import { type Route, routes } from './routes.ts';

/** The OpenAPI 3.1 description of the API, made of the schemas that check it. */
export function openApi(version: string): object {
  const paths: Record<string, Record<string, object>> = {
    '/api/stream': { get: stream() },
  };
  for (const route of routes) {
    const path = route.path.replaceAll(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation(route) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Vigil control room',
      version,
      description:
        'What waits, what was said, and what people do about it. Instants are milliseconds.',
    },
    components: {
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
    },
    paths,
  };
}

function operation({ summary, may, params, query, body, answer }: Route): object {
  return {
    summary,
    security: may === 'anybody' ? [] : [{ bearer: [] }],
    parameters: [...parametersOf(params, 'path'), ...parametersOf(query, 'query')],
    ...(body === undefined ? {} : { requestBody: { required: true, content: json(body) } }),
    responses: {
      '200': { description: 'As asked', content: json(answer) },
      default: { description: 'Refused', content: json(problemSchema, 'application/problem+json') },
    },
  };
}

function stream(): object {
  const events = Object.entries(streamEvents).map(([name, schema]) => [name, toJson(schema)]);
  return {
    summary: 'The picture and its changes as server-sent events; Last-Event-ID goes on from there',
    security: [{ bearer: [] }],
    responses: { '200': { description: 'Events', content: { 'text/event-stream': {} } } },
    'x-events': Object.fromEntries(events),
  };
}

function parametersOf(schema: z.ZodObject | undefined, where: 'path' | 'query'): object[] {
  return Object.entries(schema?.shape ?? {}).map(([name, one]) => ({
    ...{ name, in: where, required: where === 'path' },
    schema: toJson(one as z.ZodType),
  }));
}

function json(schema: z.ZodType, type = 'application/json'): object {
  return { [type]: { schema: toJson(schema) } };
}

function toJson(schema: z.ZodType): object {
  return z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
}
