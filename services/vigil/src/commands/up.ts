import { principals } from '@vigil/contracts/rights';
import { startControlRoom } from '@vigil/control-room/control-room';
import { alertLine } from '@vigil/deployment/alert-line';
import { openEmbedded } from '@vigil/deployment/embedded';
import { observeWith } from '@vigil/deployment/observe';
import { type Delivery, rehearsalClock, rehearse } from '@vigil/deployment/rehearsal';
import type { LedgerRecord } from '@vigil/domain/ledger/alert';
import type { Policy } from '@vigil/domain/policy/policy';
import { formatInstant, type Instant, later, plus } from '@vigil/domain/time/instant';
import type { Observation } from '@vigil/engine/ports';
import { generateFacts } from '@vigil/generator/generate';
import { type Configuration, loadConfiguration } from '@vigil/service-kit/configuration';
import { createLogger } from '@vigil/service-kit/logging';
import { createMetrics } from '@vigil/service-kit/metrics';
import { createLifetime } from '@vigil/service-kit/shutdown';
import { type Command, InvalidArgumentError } from 'commander';
import { readDeliveries } from '../deliveries.ts';
import { readPolicyFile } from '../policy-file.ts';
import { engineServices, run } from './run.ts';

interface Options {
  readonly facts?: readonly string[];
  readonly policy?: string;
  readonly speed: number;
  readonly port: number;
  readonly exitWhenDone?: true;
}

/** `vigil up`: all services in one process; embedded unless brokers are configured. */
export function register(program: Command): void {
  program
    .command('up')
    .description('all services in one process; plays a generated day unless brokers are configured')
    .option('--facts <file...>', 'facts to play instead of a generated day')
    .option('--policy <file>', 'the policy (YAML)')
    .option('--speed <times>', 'how many times faster than life', positive, 720)
    .option('--port <number>', 'where the control-room page, health and metrics are', port, 8080)
    .option('--exit-when-done', 'end when the last fact has been played')
    .action(async (options: Options) => {
      const configuration = loadConfiguration(process.env);
      if (configuration.servers === undefined) {
        process.exit(await play(options, configuration));
      }
      if (options.facts !== undefined) {
        process.stderr.write('--facts plays embedded only; brokers are configured: unset one\n');
        process.exit(2);
      }
      const room = { ...configuration.room, port: options.port };
      const policy = options.policy ?? configuration.policy;
      const chosen = principals.filter(
        (service) => service !== 'delivery' || configuration.deliveries !== undefined,
      );
      process.exit(await run('up', chosen, { ...configuration, room, policy }));
    });
}

function positive(text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new InvalidArgumentError('must be a number above 0');
  return value;
}

function port(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0 || value > 65_535) {
    throw new InvalidArgumentError('must be a whole number from 0 to 65535');
  }
  return value;
}

const host = '127.0.0.1';
/** Few partitions: each is looked at in turn before the clock moves on. */
const partitions = 2;
const day = 24 * 3_600_000;

async function play(options: Options, configuration: Configuration): Promise<number> {
  const logger = createLogger({ service: 'up', level: configuration.logLevel });
  const lifetime = createLifetime({ logger, shutdownMs: configuration.shutdownMs });
  const metrics = createMetrics('up');
  const chosen = await readPolicyFile(options.policy ?? configuration.policy);
  // What is played has no heartbeats: its silence would mean nothing.
  const policy: Policy = { ...chosen, feeds: [] };
  const { deliveries, start, until } = await playFrom(options);
  const clock = rehearsalClock(plus(start, -1));

  const counts = new Map<string, number>();
  const said = (observation: Observation): void => {
    if (observation.event !== 'published') return;
    for (const record of observation.records) {
      tally(record, counts);
      process.stdout.write(`${alertLine(record, policy.timeZone)}\n`);
    }
  };
  const warnings = createLogger({ service: 'up', level: 'warn' });
  const quiet = observeWith(warnings, metrics);
  const embedded = await openEmbedded({
    policy,
    clock: clock.now,
    partitions,
    tickMs: 2,
    observe: (observation) => {
      said(observation);
      quiet(observation);
    },
  });
  lifetime.onStop('services', () => embedded.close());
  return lifetime.end(
    (async () => {
      const room = await startControlRoom({
        ...{ engine: embedded.engine, codec: embedded.codec, partitions, host, port: options.port },
        ...{ operators: configuration.room.operators, logger: warnings, metrics, scanMs: 1_000 },
        ...{ health: true, speed: options.speed, rehearsal: true },
      });
      lifetime.onStop('control room', () => room.stop());
      greet(options, room.url, policy, start);
      for (const startService of Object.values(engineServices)) {
        const running = await startService(embedded.engine, configuration.batchRecords);
        lifetime.onStop('service', () => running.stop());
      }
      await rehearse({
        engine: embedded.engine,
        clock,
        encodeFact: embedded.codec.encodeFact,
        partitions,
        deliveries,
        speed: options.speed,
        signal: lifetime.stopping,
        ...(until === undefined ? {} : { until }),
      });
      summarise(counts, clock.now());
      if (options.exitWhenDone !== true && !lifetime.stopping.aborted) {
        process.stderr.write('The day is over; Ctrl-C ends.\n');
        await new Promise((resolve) => lifetime.stopping.addEventListener('abort', resolve));
      }
    })(),
  );
}

async function playFrom(options: Options): Promise<{
  readonly deliveries: Iterable<Delivery>;
  readonly start: Instant;
  readonly until: Instant | undefined;
}> {
  if (options.facts !== undefined) {
    const deliveries = await readDeliveries(options.facts, ({ file, line, problems }) => {
      const why = problems.map(({ path, message }) => `${path} ${message}`.trim()).join('; ');
      process.stderr.write(`${file}:${line}: left out: ${why}\n`);
    });
    const [first] = deliveries;
    if (first === undefined) throw new Error('there are no facts in these files');
    const until = deliveries.reduce((last, { fact }) => later(last, fact.at), first.deliveredAt);
    return { deliveries, start: first.deliveredAt, until };
  }
  const start = Date.UTC(2026, 2, 2, 6) as Instant;
  const facts = generateFacts({ incidents: 400, seed: 54, from: start, days: 1 });
  return { deliveries: facts, start, until: plus(start, day) };
}

function greet(options: Options, page: string, policy: Policy, start: Instant): void {
  const what =
    options.facts === undefined ? 'a generated day of 400 incidents' : options.facts.join(', ');
  process.stderr.write(
    [
      `Vigil plays ${what} from ${formatInstant(start)}, ${options.speed} times as fast as life,`,
      `under policy ${policy.policyVersion}: all services in this process, nothing kept.`,
      `The control room: ${page}/ (its API in /openapi.json, health in /ready, metrics in /metrics)`,
      '',
      '',
    ].join('\n'),
  );
}

function tally(record: LedgerRecord, counts: Map<string, number>): void {
  const phase = record.phase.startsWith('escalation') ? 'escalation' : record.phase;
  const name = record.kind === 'alert' ? phase : record.kind;
  counts.set(name, (counts.get(name) ?? 0) + 1);
}

function summarise(counts: ReadonlyMap<string, number>, end: Instant): void {
  const parts = [...counts].sort().map(([name, count]) => `${count} ${name}`);
  process.stderr.write(`\nUntil ${formatInstant(end)}: ${parts.join(', ') || 'nothing said'}.\n`);
}
