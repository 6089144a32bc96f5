import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type RegistryAddress, registryClient, SchemaUnavailable } from './registry-client.ts';

const quick = { retries: 2, firstPauseMs: 1, requestMs: 100 };
const json = { 'content-type': 'application/vnd.schemaregistry.v1+json' };

/** A server that is no registry, or a registry in trouble: what it answers is up to the test. */
async function listening(answer: RequestListener): Promise<RegistryAddress> {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` };
}

describe('a registry that cannot be asked', () => {
  it('is not one without the schema: nothing listens', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, 'close');
    const client = registryClient({ url: `http://127.0.0.1:${port}` }, quick);
    await expect(client.schemaOf(1)).rejects.toThrow(SchemaUnavailable);
  });

  it('is not waited for without end: it accepts and says nothing', async () => {
    const silent = await listening(() => undefined);
    await expect(registryClient(silent, quick).schemaOf(1)).rejects.toThrow(/Timeout/);
  });

  it('is not one without the schema: the address belongs to another server', async () => {
    const other = await listening((_, response) =>
      response.writeHead(404).end('<h1>Not found</h1>'),
    );
    const client = registryClient(other, quick);
    await expect(client.schemaOf(1)).rejects.toThrow(/status 404.*SCHEMA_REGISTRY_URL/);
    await expect(client.idOf('s', '"string"')).rejects.toThrow(SchemaUnavailable);
  });

  it('is not believed when its answer is another than a registry gives', async () => {
    const page = await listening((_, response) => response.end('<h1>Welcome</h1>'));
    await expect(registryClient(page, quick).schemaOf(1)).rejects.toThrow(SchemaUnavailable);
  });

  it('is asked again while it is overloaded', async () => {
    const statuses = [503, 502];
    const busy = await listening((_, response) =>
      response.writeHead(statuses.shift() ?? 200, json).end('{"schema":"\\"string\\""}'),
    );
    expect(await registryClient(busy, quick).schemaOf(1)).toBe('"string"');
  });
});

describe('a registry that answers', () => {
  it('says of what it does not have that it is not there', async () => {
    const empty = await listening((_, response) =>
      response.writeHead(404, json).end('{"error_code":40403,"message":"Schema not found"}'),
    );
    const client = registryClient(empty, quick);
    expect(await client.schemaOf(1)).toBeUndefined();
    expect(await client.idOf('s', '"string"')).toBeUndefined();
  });

  it('is given the login, and its refusal is told with the login nowhere in it', async () => {
    let authorization: string | undefined;
    const closed = await listening((request, response) => {
      authorization = request.headers.authorization;
      response.writeHead(401, json).end('{"error_code":401,"message":"Unauthorized"}');
    });
    const login = { username: 'reader', password: 'p:ä' };
    const refusal: unknown = await registryClient({ ...closed, login }, quick)
      .schemaOf(1)
      .catch((error: unknown) => error);
    expect(authorization).toBe(`Basic ${Buffer.from('reader:p:ä').toString('base64')}`);
    expect(refusal).toBeInstanceOf(SchemaUnavailable);
    expect(String(refusal)).toMatch(/Unauthorized/);
    expect(String(refusal)).not.toMatch(/p:ä|reader/);
  });
});

describe('a registry with a log-in', () => {
  it('is told the password of the moment at each request', async () => {
    const given: (string | undefined)[] = [];
    const address = await listening(({ headers }, response) => {
      given.push(headers.authorization);
      response.writeHead(404, json).end('{"error_code":40403,"message":"Schema not found"}');
    });
    const login = { username: 'vigil', password: 'old' };
    const client = registryClient({ ...address, login }, quick);
    await client.schemaOf(1);
    login.password = 'new';
    await client.schemaOf(2);
    expect(given.map((header) => Buffer.from(header?.slice(6) ?? '', 'base64').toString())).toEqual(
      ['vigil:old', 'vigil:new'],
    );
  });
});
