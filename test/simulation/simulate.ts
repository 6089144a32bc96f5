import { type Codec, openCodec } from '@vigil/contracts/codec';
import { embeddedSchemas } from '@vigil/contracts/schema-source';
import { type TopicNames, topicNames } from '@vigil/contracts/topics';
import type { Duration } from '@vigil/domain/time/duration';
import { type Instant, later, plus } from '@vigil/domain/time/instant';
import { count, drawFaults, type Tally } from './faults.ts';
import { plan } from './mishaps.ts';
import { drawPolicies } from './policies.ts';
import type { Arrival } from './promises/evidence.ts';
import type { Lateness } from './promises/lateness.ts';
import { type Broken, checkPromises } from './promises/promises.ts';
import { randomFrom } from './random.ts';
import { isAtRest, type Rest } from './rest.ts';
import { createScheduler, type Scheduler } from './scheduler.ts';
import { drawSilences, type Silence, sentAt } from './silences.ts';
import { type Delivery, tellStory } from './story.ts';
import { openTrace } from './trace.ts';
import { createWorld, type Defect, type World } from './world.ts';

const start = Date.UTC(2026, 2, 2, 9) as Instant;
const minute = 60_000;
/** Faults happen for this long; then everything is back and has `restMs` to come to rest. */
const faultsMs = 12 * minute;
const restMs = 4 * minute;

export interface RunOptions {
  readonly defect?: Defect;
  /** Shows every line of the trace. */
  readonly print?: (line: string) => void;
}

/** What became of one seed. */
export interface Outcome {
  readonly seed: number;
  /** The same for the same seed, or something else than the seed decides. */
  readonly hash: string;
  readonly broken: Broken | undefined;
  /** Of the trace, where a promise was broken. */
  readonly lastLines: readonly string[];
  readonly tally: Tally;
  readonly steps: number;
  readonly virtualMs: number;
  readonly facts: number;
  readonly said: Tally;
  readonly lateness: Lateness;
}

const codec: Promise<Codec> = openCodec(embeddedSchemas(), topicNames(), {
  maxAhead: minute as Duration,
});

/** Lives one life of the services, drawn from a seed, and holds them to their promises. */
export async function simulate(seed: number, options: RunOptions = {}): Promise<Outcome> {
  const random = randomFrom(seed);
  const faults = drawFaults(random.fork());
  const policies = drawPolicies(random.fork(), faults.policyChanges);
  const [policy, ...next] = policies;
  if (policy === undefined) throw new Error('a run has a policy');
  const trace = openTrace(options.print);
  const scheduler = createScheduler(start, random.fork(), trace);
  const tally: Tally = new Map();
  const opened = await codec;
  const partitions = random.pick([2, 2, 3]);
  const settings = {
    partitions,
    tickMs: random.pick([500, 1_000, 2_000]),
    readEveryMs: random.pick([1_000, 2_000, 4_000]),
  };
  const common = { scheduler, faults, tally, codec: opened, ...settings };
  const world = createWorld({
    ...common,
    random: random.fork(),
    trace,
    policy,
    defect: options.defect ?? {},
  });
  const lengthMs = faultsMs;
  const silences = drawSilences(random.fork(), faults.silences, start, lengthMs - 2 * minute);
  const heartbeats = policy.feeds.length > 0;
  const story = tellStory({
    random: random.fork(),
    faults,
    start,
    codec: opened,
    partitions,
    heartbeats,
  });
  const { topics } = opened;
  plan({ ...common, random: random.fork(), world, topics, lengthMs, policies: next });
  for (const { source, from, to } of silences) {
    count(tally, 'silent feed');
    if (policy.feeds.some((feed) => feed.source === source)) world.held.add(from, to + 15_000);
  }
  const { arrivals, last } = deliver(story, silences, scheduler, world, topics);
  const lastArrival = later(plus(start, faultsMs), last);
  scheduler.after(faultsMs, 'ALL IS WELL AGAIN', world.heal);

  let rest: Rest = { atRest: false, why: 'was never looked at' };
  for (let look = plus(lastArrival, 20_000); !rest.atRest && look < lastArrival + restMs; ) {
    await scheduler.run(() => scheduler.now() >= look);
    rest = await isAtRest(world, opened, lastOf(policies), partitions, lastArrival);
    look = plus(scheduler.now(), 250);
  }
  const verdict = await checkPromises(
    {
      world,
      rest,
      arrivals,
      policies: world.policies,
      policy: lastOf(policies),
      codec: opened,
      ...settings,
    },
    tally,
  );
  return {
    seed,
    hash: trace.hash(),
    broken: verdict.broken,
    lastLines: verdict.broken === undefined ? [] : trace.last(),
    tally,
    steps: scheduler.steps(),
    virtualMs: scheduler.now() - start,
    facts: story.filter(({ what }) => what === 'fact').length,
    said: verdict.said,
    lateness: verdict.lateness,
  };
}

/** Puts the story on the input topics as it is sent; a source that is silent sends no heartbeats. */
function deliver(
  story: readonly Delivery[],
  silences: readonly Silence[],
  scheduler: Scheduler,
  { log }: World,
  topics: TopicNames,
): { readonly arrivals: readonly Arrival[]; readonly last: Instant } {
  const arrivals: Arrival[] = [];
  let last = start;
  for (const delivery of story) {
    const { at, topic, record, source, what } = delivery;
    const sent = sentAt(source, at, silences);
    if (what === 'heartbeat' && sent !== at) continue;
    if (what !== 'heartbeat') last = later(last, sent);
    scheduler.after(Math.max(0, sent - start), `${what} on ${topic}`, () => {
      const [arrived] = log.append(topics.input[topic], [record]);
      if (arrived !== undefined) arrivals.push({ delivery, record: arrived });
    });
  }
  return { arrivals, last };
}

function lastOf<T>(all: readonly T[]): T {
  const last = all.at(-1);
  if (last === undefined) throw new Error('there is none');
  return last;
}
