import { connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** What a proxy does to what passes through it. */
export type Mood =
  | { readonly kind: 'pass' }
  /** Everything arrives, each piece so many milliseconds late. */
  | { readonly kind: 'slow'; readonly delayMs: number }
  /** Connections stay open and nothing arrives: what has been sent is lost when they are cut. */
  | { readonly kind: 'silent' }
  /** Nobody gets in, as when the server is not there. */
  | { readonly kind: 'refuse' };

/** Stands between Vigil and a server. */
export interface FaultProxy {
  readonly port: number;
  set(mood: Mood): void;
  /** Ends every connection at once, with a reset, whatever is under way. */
  cut(): void;
  close(): Promise<void>;
}

const HOST = '127.0.0.1';

/** Starts a proxy on a free port before `host:port`. */
export async function startFaultProxy(to: {
  readonly host: string;
  readonly port: number;
}): Promise<FaultProxy> {
  let mood: Mood = { kind: 'pass' };
  const sockets = new Set<Socket>();

  const server = createServer((client) => {
    if (mood.kind === 'refuse') {
      client.resetAndDestroy();
      return;
    }
    const upstream = connect(to.port, to.host);
    for (const [from, into] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from);
      from.on('error', () => from.destroy());
      from.on('close', () => {
        sockets.delete(from);
        into.destroy();
      });
      void carry(from, into);
    }
  });

  /** Piece by piece, so that what is slow stays in order. */
  async function carry(from: Socket, into: Socket): Promise<void> {
    try {
      for await (const piece of from) {
        while (mood.kind === 'silent' && !from.destroyed) await sleep(50);
        if (mood.kind === 'slow') await sleep(mood.delayMs);
        if (into.destroyed) return;
        into.write(piece);
      }
    } catch {
      // The connection was cut: that is what this is for.
    } finally {
      into.destroy();
    }
  }

  function cut(): void {
    for (const socket of sockets) socket.resetAndDestroy();
  }

  await new Promise<void>((resolve) => server.listen(0, HOST, resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the proxy has no port');
  return {
    port: address.port,
    set(next) {
      mood = next;
      if (next.kind === 'refuse') cut();
    },
    cut,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      cut();
      await closed;
    },
  };
}
