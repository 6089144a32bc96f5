import { createServer } from 'node:net';

// Below the range that operating systems hand out to outgoing connections (from 32768 on Linux, from
// 49152 elsewhere): a client that redials a stopped server cannot be given the server's own port.
const LOWEST = 15_000;
const HIGHEST = 31_999;
const TRIES_PER_PORT = 200;

const handedOut = new Set<number>();

/**
 * Finds `count` TCP ports on the loopback address that nobody listens on now and that this process was
 * not given before. Another process may still take one first: who starts a server there must check
 * that the server that answers is its own.
 *
 * @throws when no free port turned up in a bounded number of tries.
 */
export async function freePorts(count: number): Promise<number[]> {
  const ports: number[] = [];
  for (let tries = 0; ports.length < count; tries++) {
    if (tries > count * TRIES_PER_PORT) {
      throw new Error(`Found no ${count} free TCP ports between ${LOWEST} and ${HIGHEST}.`);
    }
    const port = LOWEST + Math.floor(Math.random() * (HIGHEST - LOWEST + 1));
    if (handedOut.has(port) || !(await isFree(port))) continue;
    handedOut.add(port);
    ports.push(port);
  }
  return ports;
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
      server.close(() => resolve(true));
    });
  });
}
