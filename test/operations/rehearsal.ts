/**
 * A rehearsal of the runbook: a deployment with TLS, log-ins and least rights, watched by a real Prometheus,
 * is broken in several ways. Of each it is seen which rule fires, what `vigil doctor` says, and that both
 * are content again once it was mended as the runbook says. Prints a table. Not a part of the tests:
 *
 *     node test/operations/rehearsal.ts [--only WORDS]
 */
import { parseArgs } from 'node:util';
import { rightsOf } from '@vigil/contracts/rights';
import { Kafka, logLevel } from 'kafkajs';
import { deciding, vigil } from '../integration/vigil-process.ts';
import { hastyRules, type LocalPrometheus, startLocalPrometheus } from '../servers/prometheus.ts';
import { until } from '../servers/until.ts';
import { type Secured, startSecured } from './secured.ts';

interface Break {
  readonly what: string;
  /** The alert that must fire, with what its labels must hold. */
  readonly rule: Readonly<Record<string, string>>;
  /** What the doctor must say. */
  readonly code: string;
  /** Whose user the doctor is run as, if not its own. */
  readonly as?: string;
  readonly mendedBy: string;
  breakIt(): Promise<unknown>;
  mend(): Promise<unknown>;
}

const deadlineMs = 180_000;

function breaks(deployed: Secured): Break[] {
  const { kafka, redisAdmin, kafkaAdmin, give, take } = deployed;
  const letters = rightsOf('attendance-consumer', 'rehearsed', '').filter(
    ({ name }) => name === 'vigil-dead-letters',
  );
  return [
    {
      what: 'breach-detector stopped',
      rule: { alertname: 'VigilNobodyWatches' },
      code: 'VIGIL_SHARD_UNWATCHED',
      mendedBy: '`vigil run breach-detector`',
      breakIt: () => deployed.end('breach-detector'),
      mend: () => deployed.start('breach-detector'),
    },
    {
      what: 'Redis has no memory left',
      rule: { alertname: 'VigilNotReady', check: 'redis' },
      code: 'VIGIL_REDIS_MEMORY_LOW',
      mendedBy: '`redis-cli config set maxmemory 1gb`',
      breakIt: () => redisAdmin.config('SET', 'maxmemory', '1mb'),
      mend: () => redisAdmin.config('SET', 'maxmemory', '1gb'),
    },
    {
      what: 'attendance-consumer lost Write on the dead letters',
      rule: { alertname: 'VigilNotReady', check: 'rights' },
      code: 'VIGIL_RIGHTS',
      as: 'attendance-consumer',
      mendedBy: 'the right given back, as `vigil topics rights` lists it',
      breakIt: () => Promise.all(letters.map((right) => take('attendance-consumer', right))),
      mend: () => give('attendance-consumer', letters),
    },
    {
      what: 'a broker that does not run',
      rule: { alertname: 'VigilNotReady', check: 'kafka' },
      code: 'VIGIL_KAFKA',
      mendedBy: 'the broker started again',
      breakIt: () => kafka.kill(),
      mend: () => kafka.restart(),
    },
    {
      what: 'Redis set to evict',
      rule: { alertname: 'VigilFinding', code: 'VIGIL_REDIS_EVICTS' },
      code: 'VIGIL_REDIS_EVICTS',
      mendedBy: '`redis-cli config set maxmemory-policy noeviction`',
      breakIt: () => redisAdmin.config('SET', 'maxmemory-policy', 'allkeys-lru'),
      mend: () => redisAdmin.config('SET', 'maxmemory-policy', 'noeviction'),
    },
    {
      what: 'a registry that is away',
      rule: { alertname: 'VigilFinding', code: 'VIGIL_REGISTRY' },
      code: 'VIGIL_REGISTRY',
      mendedBy: 'the registry started again',
      breakIt: () => deployed.closeRegistry(),
      mend: () => deployed.openRegistry(),
    },
    {
      // The last: the letters stay, and the doctor goes on to warn of them.
      what: 'a source that sends what cannot be read',
      rule: { alertname: 'VigilDeadLetters' },
      code: 'VIGIL_DEAD_LETTERS',
      mendedBy: 'the source mended; the rule ends with its window',
      breakIt: () => send(kafka.brokers, 'officer-attended', 'not a fact'),
      mend: () => kafkaAdmin.listTopics(),
    },
  ];
}

async function send(brokers: string[], topic: string, value: string): Promise<void> {
  const producer = new Kafka({ brokers, logLevel: logLevel.NOTHING }).producer();
  await producer.connect();
  await producer.send({ topic, messages: [{ key: 'INC-1', value }] });
  await producer.disconnect();
}

/** The lines of the doctor that are not `ok`, and whether anything does not work. */
async function examine(
  deployed: Secured,
  as: string | undefined,
): Promise<{ readonly status: number; readonly lines: readonly string[] }> {
  const found = await vigil(
    ['doctor', ...(as === undefined ? [] : ['--for', as])],
    deployed.environmentOf(as ?? 'doctor'),
  );
  const lines = found.stdout.split('\n').filter((line) => line !== '' && !line.startsWith('ok'));
  return { status: found.status, lines };
}

async function rehearse(one: Break, deployed: Secured, prometheus: LocalPrometheus) {
  const { rule } = one;
  const fires = async (): Promise<boolean> =>
    (await prometheus.firing()).some((labels) =>
      Object.entries(rule).every(([label, value]) => labels[label] === value),
    );
  const begun = performance.now();
  const seconds = (since: number): string => `${Math.round((performance.now() - since) / 1_000)} s`;
  await one.breakIt();
  await until(fires, { what: one.what, deadlineMs, pollMs: 250 });
  const firedAfter = seconds(begun);
  let said: readonly string[] = [];
  await until(
    async () => {
      said = (await examine(deployed, one.as)).lines.filter((line) => line.includes(one.code));
      return said.length > 0;
    },
    { what: `${one.code} of the doctor`, deadlineMs, pollMs: 1_000 },
  );
  const mended = performance.now();
  await one.mend();
  await until(async () => (await prometheus.firing()).length === 0, {
    what: `no rule to fire after ${one.what}`,
    deadlineMs,
    pollMs: 250,
  });
  await until(async () => (await examine(deployed, undefined)).status === 0, {
    what: `the doctor to be content after ${one.what}`,
    deadlineMs,
    pollMs: 1_000,
  });
  const [line = ''] = said;
  const name = Object.values(rule).join(': ');
  const doctorSaid = line.replaceAll(/\s{2,}/g, ' ').replaceAll('|', '\\|');
  return [one.what, name, firedAfter, `\`${doctorSaid}\``, one.mendedBy, seconds(mended)];
}

const {
  values: { only },
} = parseArgs({ options: { only: { type: 'string', default: '' } } });
const deployed = await startSecured();
const prometheus = await startLocalPrometheus(deployed.targets, await hastyRules());
try {
  process.stderr.write(`${deciding.join(', ')} run; waits until all is well\n`);
  await until(
    async () =>
      (await prometheus.firing()).length === 0 && (await examine(deployed, undefined)).status === 0,
    { what: 'all to be well', deadlineMs, pollMs: 1_000 },
  );
  const head = ['broken', 'rule', 'fired after', 'the doctor', 'mended by', 'well after'];
  const print = (cells: readonly string[]): void => {
    process.stdout.write(`| ${cells.join(' | ')} |\n`);
  };
  print(head);
  print(head.map(() => '---'));
  for (const one of breaks(deployed).filter(({ what }) => what.includes(only))) {
    try {
      print(await rehearse(one, deployed, prometheus));
    } catch (error) {
      process.exitCode = 1;
      const why = error instanceof Error ? error.message : String(error);
      print([one.what, 'NOT AS EXPECTED', '', why, '', '']);
      await one.mend();
    }
  }
} finally {
  await prometheus.stop();
  await deployed.stop();
}
