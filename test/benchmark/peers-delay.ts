/**
 * Measures the detection delay of Vigil beside its peers on a silent stream: from the instant at which a
 * breach is due until a `read_committed` subscriber has its record, less the policy's `grace`. Nothing is
 * produced while incidents fall due, so that all must go by the clock.
 *
 *     node test/benchmark/peers-delay.ts [--open 100000] [--seconds 20] [--due 50] [--rounds 3] [--out FOLDER]
 */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { parsePolicy } from '@vigil/domain/policy/parse';
import { type Instant, plus } from '@vigil/domain/time/instant';
import { Redis } from 'ioredis';
import type { TopicMessages } from 'kafkajs';
import { findRealServers, type ServerAddresses } from '../servers/real-servers.ts';
import { until } from '../servers/until.ts';
import { buildPeers } from './contenders/build.ts';
import type { Contender } from './contenders/contender.ts';
import { javaPeers } from './contenders/java-peers.ts';
import { openStage, type Stage } from './contenders/stage.ts';
import { followAlerts } from './contenders/standing.ts';
import { vigilItself } from './contenders/vigil.ts';
import { now } from './deployment.ts';
import { measuredOn, quantile, table } from './figures.ts';
import { created } from './incidents.ts';
import { encode, encodeHeartbeat, sendAll } from './messages.ts';

const partitions = 4;
const hour = 3_600_000;
/** Overdue when they are sent, and enough that every partition has some: once said, all before was read. */
const sentinels = 40;
/** From sending the incidents that will fall due until the first of them does. */
const leadMs = 8_000;
const deadlineMs = 180_000;
const contenders = [
  vigilItself,
  ...javaPeers.filter(({ name }) =>
    ['kafka-streams memory exactly-once', 'flink hashmap exactly-once'].includes(name),
  ),
];

const { values } = parseArgs({
  options: {
    open: { type: 'string', default: '100000' },
    seconds: { type: 'string', default: '20' },
    due: { type: 'string', default: '50' },
    rounds: { type: 'string', default: '3' },
    out: { type: 'string', default: fileURLToPath(new URL('figures', import.meta.url)) },
  },
});
/** Incidents that are open all the while and fall due later; for how long others do, how many a second. */
const options = {
  open: Number(values.open),
  seconds: Number(values.seconds),
  due: Number(values.due),
};
const policyFile = fileURLToPath(new URL('./policy.json', import.meta.url));
const { grace } = parsePolicy(await readFile(policyFile, 'utf8'), policyFile);

await buildPeers();
const servers = await findRealServers();
const redis = new Redis(servers.redisUrl);
try {
  const delays = new Map<string, number[]>();
  for (let round = 1; round <= Number(values.rounds); round++) {
    for (const [index, contender] of contenders.entries()) {
      const stage = `delays-${process.pid}-${round}-${index}`;
      const some = await delaysOf(servers, contender, stage);
      delays.set(contender.name, [...(delays.get(contender.name) ?? []), ...some]);
      console.error(`${round}  ${contender.name}: ${quantile(some, 0.5)} ms in the middle`);
    }
  }
  const whole = (one: number): string => Math.round(one).toLocaleString('en');
  const report = [
    await measuredOn(servers, redis),
    '',
    `${whole(options.open)} open incidents in ${partitions} partitions, ${options.due} a second due for ${options.seconds} seconds, ${values.rounds} rounds, interleaved.`,
    '',
    table(
      ['ms beyond grace until it is read', 'breaches', 'p50', 'p99', 'max'],
      [...delays].map(([name, ms]) => [
        name,
        ...[ms.length, quantile(ms, 0.5), quantile(ms, 0.99), Math.max(...ms)].map(whole),
      ]),
    ),
    '',
  ].join('\n');
  await mkdir(values.out, { recursive: true });
  const measured = { options, delays: Object.fromEntries(delays) };
  await writeFile(join(values.out, 'peers-delay.json'), `${JSON.stringify(measured)}\n`);
  process.stdout.write(report);
} finally {
  redis.disconnect();
  await servers.stop();
}

/** Lets one contender find the breaches on topics of its own. @returns the delay of each, in milliseconds */
async function delaysOf(
  addresses: ServerAddresses,
  contender: Contender,
  name: string,
): Promise<readonly number[]> {
  const stage = await openStage(addresses, name, partitions, 'broker');
  const folder = await mkdtemp(join(tmpdir(), 'vigil-contender-'));
  const producer = stage.kafka.producer();
  await producer.connect();
  /** How long beyond `grace` each breach took to be read, by incident. */
  const read = new Map<string, number>();
  const unsubscribe = await followAlerts(stage, contender, (some, receivedAt) => {
    for (const { incidentId, phase, taken, at } of some) {
      if (phase === 'breach' && taken === 'raised') read.set(incidentId, receivedAt - at - grace);
    }
  });
  const processes = await contender.start(stage, { policy: policyFile, folder });
  const send = async (ids: readonly string[], at: (index: number) => Instant): Promise<void> => {
    const facts = ids.map((id, index) => encode(stage.codec, created(id, at(index))));
    await sendAll(
      {
        codec: stage.codec,
        async send(some: readonly TopicMessages[]) {
          await producer.sendBatch({ topicMessages: [...some] });
        },
      },
      facts,
    );
  };
  const readAll = async (ids: readonly string[]): Promise<void> => {
    await until(
      () => {
        processes.check();
        return ids.every((id) => read.has(id));
      },
      { what: `${contender.name} to say ${ids.length} breaches`, deadlineMs },
    );
  };
  const waitUntilTaken = async (prefix: string): Promise<void> => {
    const overdue = named(prefix, sentinels);
    await send(overdue, () => plus(now(), -2 * hour));
    await readAll(overdue);
  };
  try {
    await producer.sendBatch({ topicMessages: heartbeats(stage) });
    await send(named('open', options.open), now);
    await waitUntilTaken('first');
    const first = plus(now(), leadMs);
    const due = named('due', options.seconds * options.due);
    await send(due, (index) => plus(first, Math.round((index * 1_000) / options.due) - hour));
    await waitUntilTaken('second');
    if (now() > first) throw new Error('some were due before they were known; try again');
    await readAll(due);
    return due.map((id) => read.get(id) ?? Number.NaN);
  } finally {
    await processes.stop();
    await unsubscribe();
    await producer.disconnect();
    await stage.clear();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Of every partition of every topic: a reader who has had nothing from one does not know that it is silent. */
function heartbeats({ codec }: Stage): TopicMessages[] {
  const { headers = {}, ...message } = encodeHeartbeat(codec, now());
  return Object.values(codec.topics.input).map((topic) => ({
    topic,
    messages: Array.from({ length: partitions }, (_, partition) => ({
      ...message,
      headers: { ...headers },
      partition,
    })),
  }));
}

function named(prefix: string, count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}-${index}`);
}
