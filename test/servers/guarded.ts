import { readFile } from 'node:fs/promises';
import { request } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Certificates } from './certificates.ts';

/** A server behind TLS and basic auth. */
export interface Guarded {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Puts a gate with TLS and basic auth before a server that speaks plain HTTP: Apicurio takes basic auth
 * only together with an OpenID provider of its own, so that a reverse proxy is how operators add it.
 *
 * @param inner - the server's root; its path is kept.
 * @param port - 0: any free one.
 */
export async function guard(
  inner: string,
  { server: { certificate, key } }: Certificates,
  { username, password }: { readonly username: string; readonly password: string },
  port = 0,
): Promise<Guarded> {
  const right = Buffer.from(`${username}:${password}`).toString('base64');
  const [cert, privateKey] = await Promise.all([readFile(certificate), readFile(key)]);
  const { host, pathname } = new URL(inner);
  const gate = createServer({ cert, key: privateKey }, (asked, answer) => {
    if (asked.headers.authorization !== `Basic ${right}`) {
      answer.writeHead(401, { 'www-authenticate': 'Basic realm="registry"' }).end();
      return;
    }
    const { authorization, ...headers } = asked.headers;
    const onward = request(
      `http://${host}${asked.url}`,
      { method: asked.method ?? 'GET', headers: { ...headers, host } },
      (said) => {
        answer.writeHead(said.statusCode ?? 502, said.headers);
        said.pipe(answer);
      },
    );
    onward.on('error', () => answer.writeHead(502).end());
    asked.pipe(onward);
  });
  await new Promise<void>((resolve) => gate.listen(port, '127.0.0.1', resolve));
  const address = gate.address() as AddressInfo;
  return {
    url: `https://127.0.0.1:${address.port}${pathname}`,
    close: () =>
      new Promise((resolve) => {
        gate.close(() => resolve());
        gate.closeAllConnections();
      }),
  };
}
