import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { NoToken, tokensFrom } from './kafka-tokens.ts';
import { isUnreachable } from './unreachable.ts';

describe('tokens for the brokers', () => {
  let asked: string[] = [];
  let status = 200;
  let url: string;
  const server = createServer((request, response) => {
    asked.push(request.headers.authorization ?? '');
    response.writeHead(status, { 'content-type': 'application/json' });
    const token = { access_token: `token-${asked.length}`, token_type: 'bearer', expires_in: 100 };
    response.end(JSON.stringify(status === 200 ? token : { error: 'invalid_client' }));
  });
  const basic = (password: string): string =>
    `Basic ${Buffer.from(`vigil:${password}`).toString('base64')}`;

  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/token`;
  });
  afterAll(() => server.close());
  beforeEach(() => {
    asked = [];
    status = 200;
  });

  it('are used by all who ask until most of their life is over, and got with the secret of then', async () => {
    let now = 0;
    const client = { username: 'vigil', password: 'old' };
    const token = tokensFrom({ url, scope: undefined, client, elapsed: () => now });
    expect(await Promise.all([token(), token()])).toEqual(['token-1', 'token-1']);
    now = 79_999;
    expect(await token()).toBe('token-1');
    client.password = 'new';
    now = 80_000;
    expect(await token()).toBe('token-2');
    expect(asked).toEqual([basic('old'), basic('new')]);
  });

  it('are asked for again after a refusal, which the endpoint gives and waiting does not mend', async () => {
    const client = { username: 'vigil', password: 'hunter2' };
    const token = tokensFrom({ url, scope: undefined, client });
    status = 401;
    const refusal: unknown = await token().catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(NoToken);
    expect(String(refusal)).toContain('invalid_client');
    expect(String(refusal)).not.toContain('hunter2');
    expect(isUnreachable(refusal)).toBe(false);
    status = 200;
    expect(await token()).toBe('token-2');
  });

  it('are waited for while their endpoint is away', async () => {
    const source = { url: 'http://127.0.0.1:1/token', scope: undefined };
    const client = { username: 'vigil', password: 'secret' };
    const failure: unknown = await tokensFrom({ ...source, client })().catch((error) => error);
    expect(isUnreachable(failure)).toBe(true);
  });
});
