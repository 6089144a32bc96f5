import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { temporaryDirectory } from './local-server.ts';

/** Paths of PEM files, made for one test and removed with it. */
export interface Certificates {
  /** The authority that signed the others. */
  readonly authority: string;
  /** For servers on 127.0.0.1. */
  readonly server: { readonly certificate: string; readonly key: string };
  /** For a client that shows who it is. */
  readonly client: { readonly certificate: string; readonly key: string };
  /** The server's key and certificate in one file, as Kafka wants them. */
  readonly serverStore: string;
}

const run = promisify(execFile);

/** Makes an authority and what it signs, with `openssl`; they last a day. */
export async function makeCertificates(): Promise<Certificates> {
  const folder = temporaryDirectory('vigil-certificates-');
  const path = (name: string): string => join(folder, name);
  const openssl = (...args: string[]) => run('openssl', args, { cwd: folder });
  const key = ['-newkey', 'rsa:2048', '-nodes', '-days', '1'];
  await openssl(
    ...[
      'req',
      '-x509',
      ...key,
      '-keyout',
      'ca.key',
      '-out',
      'ca.pem',
      '-subj',
      '/CN=test authority',
    ],
  );
  const signed = async (name: string, subject: string, extension: string) => {
    await writeFile(path(`${name}.ext`), extension);
    await openssl(
      ...['req', '-newkey', 'rsa:2048', '-nodes', '-keyout', `${name}.key`],
      ...['-out', `${name}.csr`, '-subj', subject],
    );
    await openssl(
      ...['x509', '-req', '-in', `${name}.csr`, '-CA', 'ca.pem', '-CAkey', 'ca.key', '-days', '1'],
      ...['-CAcreateserial', '-extfile', `${name}.ext`, '-out', `${name}.pem`],
    );
    return { certificate: path(`${name}.pem`), key: path(`${name}.key`) };
  };
  const server = await signed('server', '/CN=127.0.0.1', 'subjectAltName=IP:127.0.0.1\n');
  const client = await signed('client', '/CN=vigil', 'extendedKeyUsage=clientAuth\n');
  const serverStore = path('server-store.pem');
  const parts = [server.key, server.certificate].map((file) => readFile(file, 'utf8'));
  await writeFile(serverStore, (await Promise.all(parts)).join(''));
  return { authority: path('ca.pem'), server, client, serverStore };
}

/** The settings with which a Redis of a test speaks TLS on a port, and asks no client for a certificate. */
export function redisTls(
  { authority, server }: Certificates,
  port: number,
): readonly (readonly [string, string])[] {
  return [
    ['tls-port', String(port)],
    ['tls-cert-file', server.certificate],
    ['tls-key-file', server.key],
    ['tls-ca-cert-file', authority],
    ['tls-auth-clients', 'no'],
  ];
}
