import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
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
  close(): Promise<void>;
}

const keyId = 'key-1';

/** Starts an issuer on a free port. */
export async function openIssuer(): Promise<Issuer> {
  const [own, foreign] = await Promise.all([generateKeyPair('ES256'), generateKeyPair('ES256')]);
  const keys = [{ ...(await exportJWK(own.publicKey)), kid: keyId, alg: 'ES256', use: 'sig' }];
  const server = createServer((request, response) => {
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
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
