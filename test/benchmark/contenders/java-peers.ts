import { spawn } from 'node:child_process';
import type { IncidentId } from '@vigil/domain/facts/fact';
import type { Phase } from '@vigil/domain/ledger/alert';
import type { Instant } from '@vigil/domain/time/instant';
import { z } from 'zod';
import { type PeerProgram, peerCommand } from './build.ts';
import { type Contender, watch } from './contender.ts';

const heapMebibytes = 2_048;
/** As many as the machine that the figures are for has cores. */
const threads = 2;

const change = z.object({
  kind: z.enum(['alert', 'retraction']),
  incidentId: z.string().transform((id) => id as IncidentId),
  target: z.string(),
  phase: z.string().transform((phase) => phase as Phase),
  at: z.number().transform((at) => at as Instant),
});

/** A program of test/benchmark/peers in a JVM of its own, told by these environment variables. */
function javaPeer(
  name: string,
  program: PeerProgram,
  settings: Readonly<Record<string, string>>,
): Contender {
  return {
    name,
    async start({ servers, name: stage, codec }, { policy, folder }) {
      const [command, ...args] = await peerCommand(program, heapMebibytes);
      const environment = {
        KAFKA_BROKERS: servers.kafkaBrokers.join(','),
        REGISTRY: servers.registryUrl,
        POLICY: policy,
        INPUT_TOPICS: Object.values(codec.topics.input).join(','),
        ALERT_TOPIC: codec.topics.alerts,
        // Topics that Streams makes begin with it, and are deleted with the stage.
        APPLICATION_ID: `${stage}-peer`,
        STATE_DIRECTORY: folder,
        THREADS: String(threads),
        ...settings,
      };
      const child = spawn(command, args, {
        env: { ...process.env, ...environment },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      return watch([child], 'consuming\n');
    },
    async read(_stage, { value }) {
      const { kind, ...alert } = change.parse(JSON.parse(String(value)));
      return { ...alert, taken: kind === 'alert' ? 'raised' : 'back' };
    },
  };
}

/** Commit intervals are Streams' own defaults for each guarantee. */
const streamsGuarantees = {
  'exactly-once': { GUARANTEE: 'exactly_once_v2', COMMIT_INTERVAL_MS: '100' },
  'at-least-once': { GUARANTEE: 'at_least_once', COMMIT_INTERVAL_MS: '30000' },
} as const;

const guarantees = ['exactly-once', 'at-least-once'] as const;

/** Every way in which Kafka Streams and Flink are run. */
export const javaPeers: readonly Contender[] = [
  ...guarantees.flatMap((guarantee) =>
    ['memory', 'rocksdb'].map((STORE) =>
      javaPeer(`kafka-streams ${STORE} ${guarantee}`, 'kafka-streams', {
        STORE,
        ...streamsGuarantees[guarantee],
      }),
    ),
  ),
  ...guarantees.flatMap((guarantee) =>
    ['hashmap', 'rocksdb'].map((STORE) =>
      javaPeer(`flink ${STORE} ${guarantee}`, 'flink', {
        STORE,
        GUARANTEE: guarantee,
        JOB: 'function',
        CHECKPOINT_INTERVAL_MS: '1000',
      }),
    ),
  ),
];

/** The core of the rule alone, over a history without disorder; only breaches. */
export const flinkPattern = javaPeer('flink-cep hashmap exactly-once', 'flink', {
  STORE: 'hashmap',
  GUARANTEE: 'exactly-once',
  JOB: 'cep',
  CHECKPOINT_INTERVAL_MS: '1000',
});
