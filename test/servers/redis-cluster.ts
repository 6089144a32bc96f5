import { Redis } from 'ioredis';
import { freePorts } from './ports.ts';
import { type LocalRedis, startLocalRedis } from './redis.ts';
import { until } from './until.ts';

/** Three Redis nodes that share the slots between them, without replicas. */
export interface LocalRedisCluster {
  /** The nodes, each to be killed, paused and restarted by itself. */
  readonly nodes: readonly LocalRedis[];
  /** Where the nodes are, as `new Cluster(...)` of ioredis takes it. */
  readonly startupNodes: { host: string; port: number }[];
  /** Ends all nodes and removes their data. */
  stop(): Promise<void>;
}

const NODES = 3;
const SLOTS = 16_384;
const FORM_DEADLINE_MS = 30_000;

/**
 * Starts a Redis Cluster of three `redis-server` nodes and waits until every node calls it sound.
 *
 * @throws {ServerDidNotStart} when a node does not start, {@link DeadlineMissed} when they do not agree.
 */
export async function startRedisCluster(): Promise<LocalRedisCluster> {
  const busPorts = await freePorts(NODES);
  const starting = await Promise.allSettled(busPorts.map(startNode));
  const nodes = starting.flatMap((node) => (node.status === 'fulfilled' ? [node.value] : []));
  const stop = async () => {
    await Promise.all(nodes.map((node) => node.stop()));
  };
  try {
    const failed = starting.find((node) => node.status === 'rejected');
    if (failed) throw failed.reason;
    await formCluster(nodes, busPorts);
  } catch (error) {
    await stop();
    throw error;
  }
  return { nodes, startupNodes: nodes.map(({ host, port }) => ({ host, port })), stop };
}

function startNode(busPort: number): Promise<LocalRedis> {
  return startLocalRedis({
    settings: [
      ['cluster-enabled', 'yes'],
      // Of its own rather than ten thousand above the node's, where nothing says that it is free.
      ['cluster-port', String(busPort)],
      ['cluster-config-file', 'nodes.conf'],
      ['cluster-node-timeout', '2000'],
    ],
  });
}

async function formCluster(
  nodes: readonly LocalRedis[],
  busPorts: readonly number[],
): Promise<void> {
  const clients = nodes.map((node) => new Redis({ host: node.host, port: node.port }));
  try {
    for (const [index, client] of clients.entries()) {
      const first = Math.floor((index * SLOTS) / nodes.length);
      const last = Math.floor(((index + 1) * SLOTS) / nodes.length) - 1;
      await client.call('CLUSTER', 'ADDSLOTSRANGE', first, last);
      // Nodes that start with the same epoch quarrel over it first, which takes seconds.
      await client.call('CLUSTER', 'SET-CONFIG-EPOCH', index + 1);
    }
    const [introducer] = clients;
    for (const [index, node] of nodes.entries()) {
      const busPort = busPorts[index];
      if (index === 0 || busPort === undefined) continue;
      await introducer?.call('CLUSTER', 'MEET', node.host, node.port, busPort);
    }
    await until(
      async () => {
        const views = await Promise.all(clients.map((client) => client.cluster('INFO')));
        return views.every(
          (view) =>
            view.includes('cluster_state:ok') && view.includes(`cluster_known_nodes:${NODES}`),
        );
      },
      { what: 'the three Redis nodes to form a cluster', deadlineMs: FORM_DEADLINE_MS },
    );
  } finally {
    for (const client of clients) client.disconnect();
  }
}
