import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';

/** An issuer of tokens on this machine, as OpenID Connect has it: discovery and keys. */
export interface Issuer {
  readonly url: string;
  /** A token of the claims, good for an hour and meant for `vigil` unless the claims say otherwise. */
  token(claims: JWTPayload): Promise<string>;
  /** The same, signed with a key that the issuer does not have. */
  forged(claims: JWTPayload): Promise<string>;
  /** The same, not signed at all. */
  unsigned(claims: JWTPayload): string;
  /** The tokens given at `/token` so far. */
  granted(): readonly { readonly client: string; readonly scope: string }[];
  close(): Promise<void>;
}

const keyId = 'key-1';

/**
 * Starts an issuer on a free port.
 *
 * @param clients - who gets tokens at `/token` for a secret: client ids and secrets. Whoever asks for the
 * scope `forged` gets a forged one.
 */
export async function openIssuer(clients: Readonly<Record<string, string>> = {}): Promise<Issuer> {
  const [own, foreign] = await Promise.all([generateKeyPair('ES256'), generateKeyPair('ES256')]);
  const keys = [{ ...(await exportJWK(own.publicKey)), kid: keyId, alg: 'ES256', use: 'sig' }];
  const granted: { client: string; scope: string }[] = [];
  const grant = async (authorization: string, body: string): Promise<object | undefined> => {
    const basic = Buffer.from(authorization.replace(/^Basic /, ''), 'base64').toString();
    const [client = '', secret = ''] = basic.split(':').map(decodeURIComponent);
    const asked = new URLSearchParams(body);
    if (clients[client] !== secret || asked.get('grant_type') !== 'client_credentials') return;
    const scope = asked.get('scope') ?? '';
    granted.push({ client, scope });
    const token = await sign(
      { sub: client, scope, iat: Math.floor(Date.now() / 1_000) },
      scope === 'forged' ? foreign.privateKey : own.privateKey,
    );
    return { access_token: token, token_type: 'Bearer', expires_in: 3_600 };
  };
  const server = createServer(async (request, response) => {
    if (request.url === '/token') {
      const given = await grant(request.headers.authorization ?? '', await text(request));
      response.writeHead(given === undefined ? 401 : 200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(given ?? { error: 'invalid_client' }));
      return;
    }
    const discovery = { issuer: url, jwks_uri: `${url}/keys` };
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(request.url === '/keys' ? { keys } : discovery));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const filled = (claims: JWTPayload): JWTPayload => ({
    ...{ iss: url, aud: 'vigil', exp: Math.floor(Date.now() / 1_000) + 3_600 },
    ...claims,
  });
  const sign = (claims: JWTPayload, key: typeof own.privateKey): Promise<string> =>
    new SignJWT(filled(claims)).setProtectedHeader({ alg: 'ES256', kid: keyId }).sign(key);
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return {
    url,
    token: (claims) => sign(claims, own.privateKey),
    forged: (claims) => sign(claims, foreign.privateKey),
    unsigned: (claims) => `${part({ alg: 'none' })}.${part(filled(claims))}.`,
    granted: () => granted,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
