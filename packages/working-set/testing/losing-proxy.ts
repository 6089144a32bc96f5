import { connect, createServer, type Socket } from 'node:net';

/** Stands between a client and Redis, and can lose answers. */
export interface LosingProxy {
  readonly url: string;
  /** Redis gets what was asked; its next answers are thrown away and the connection is cut, so often. */
  loseAnswers(count: number): void;
  /** Answers lost so far. */
  lost(): number;
  close(): Promise<void>;
}

/** Starts the proxy before the Redis on a local port. */
export async function startLosingProxy(port: number): Promise<LosingProxy> {
  let toLose = 0;
  let lost = 0;
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const redis = connect(port, '127.0.0.1');
    for (const socket of [client, redis]) {
      sockets.add(socket);
      socket.on('error', () => socket.destroy());
      socket.on('close', () => sockets.delete(socket));
    }
    client.on('data', (data) => redis.write(data));
    client.on('close', () => redis.destroy());
    redis.on('close', () => client.destroy());
    // The first answers of a connection are to the client's own greeting.
    redis.on('data', (data) => {
      if (toLose === 0 || !data.includes('committed')) {
        client.write(data);
        return;
      }
      toLose--;
      lost++;
      client.destroy();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the proxy has no port');
  return {
    url: `redis://127.0.0.1:${address.port}`,
    loseAnswers: (count) => {
      toLose = count;
    },
    lost: () => lost,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
