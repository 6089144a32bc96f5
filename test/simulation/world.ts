import type { Codec } from '@vigil/contracts/codec';
import { inputTopics } from '@vigil/domain/facts/fact';
import type { Policy } from '@vigil/domain/policy/policy';
import { type Instant, plus } from '@vigil/domain/time/instant';
import { backOffMs } from '@vigil/engine/detector';
import type { Engine } from '@vigil/engine/ports';
import type { Brokers } from './brokers.ts';
import { type Stretches, stretches } from './disturbances.ts';
import { bounds, count, type Faults, type Tally } from './faults.ts';
import { createGroups } from './group.ts';
import { createLogServer, type LogServer } from './log-server.ts';
import { createMachine, type Machine } from './machine.ts';
import { createNetwork, type Network } from './network.ts';
import type { PolicyInForce } from './policies.ts';
import type { Random } from './random.ts';
import type { Scheduler } from './scheduler.ts';
import { noteIn, roles, startService } from './services.ts';
import { simulatedLog } from './simulated-log.ts';
import { simulatedWorkingSet } from './simulated-working-set.ts';
import type { Trace } from './trace.ts';
import {
  createWorkingSetServer,
  type Tampering,
  type WorkingSetServer,
} from './working-set-server.ts';

/** A defect that a run is given, to see that it is found. */
export interface Defect {
  /** In the store that all machines share. */
  readonly store?: Tampering;
  /** In what one machine has of the ports. */
  readonly engine?: (engine: Engine) => Engine;
  /** Brokers that let a replaced producer go on. */
  readonly noFencing?: boolean;
}

/** Milliseconds after a disturbance in which its consequences are still being mended. */
export const recoveryMs = 25_000;

/** The services on machines of their own, with the servers they share. */
export interface World {
  readonly log: LogServer;
  readonly workingSet: WorkingSetServer;
  readonly network: Network;
  readonly machines: () => readonly Machine[];
  /** When something was broken, and for `recoveryMs` after that. */
  readonly disturbed: Stretches;
  /** When a watermark may have stood still though everything worked. */
  readonly held: Stretches;
  /** By partition of an input topic, when it could not be read. */
  readonly stalled: ReadonlyMap<string, Stretches>;
  readonly failures: readonly Error[];
  /** Those that were in force, and since when. */
  readonly policies: readonly PolicyInForce[];
  crash(machine: Machine, where: string): void;
  stall(topic: string, partition: number, ms: number): void;
  shuffleGroups(): void;
  forget(after: Instant | undefined): void;
  changePolicy(policy: Policy): void;
  disturb(ms: number): void;
  /** No more faults: everybody is up, thawed and reachable. */
  heal(): void;
}

interface WorldOptions {
  readonly scheduler: Scheduler;
  readonly random: Random;
  readonly faults: Faults;
  readonly tally: Tally;
  readonly trace: Trace;
  readonly codec: Codec;
  readonly policy: Policy;
  readonly partitions: number;
  readonly tickMs: number;
  readonly readEveryMs: number;
  readonly defect: Defect;
}

export const deployment = 'simulated';

export function createWorld(options: WorldOptions): World {
  const { scheduler, random, faults, tally, trace, codec, partitions, defect } = options;
  const { topics } = codec;
  const { now } = scheduler;
  let { policy } = options;
  let healed = false;
  const topicNames = [...Object.values(topics.input), topics.alerts, topics.openBreaches];
  const log = createLogServer({
    topics: new Map([...topicNames, topics.deadLetters].map((topic) => [topic, partitions])),
    scheduler,
    fences: defect.noFencing !== true,
  });
  const workingSet = createWorkingSetServer(now, defect.store);
  const groups = createGroups(scheduler);
  const disturbed = stretches();
  const held = stretches();
  const stalled = new Map<string, Stretches>();
  const failures: Error[] = [];
  const policies: PolicyInForce[] = [{ policy, since: now() }];
  const machines = new Map<string, Machine>();
  const disturb = (ms: number): void => disturbed.add(now(), now() + ms + recoveryMs);
  let rebuiltBy: Instant = now();
  const isStalled = (topic: string, partition: number): boolean =>
    !healed && (stalled.get(`${topic}/${partition}`)?.endOf(now()) ?? now()) > now();

  function crash(machine: Machine, where: string): void {
    if (!machine.isAlive()) return;
    machine.kill();
    count(tally, 'crash');
    trace.add(`${machine.name} DIES ${where}`);
    const down = random.between(200, bounds.restart);
    disturb(down);
    scheduler.after(down, `${machine.name} is started again`, () => start(machine.name));
  }
  const network = createNetwork({
    scheduler,
    random: random.fork(),
    faults,
    tally,
    crash,
    disturbed: disturb,
  });

  function start(name: string): void {
    const machine = createMachine(name, scheduler);
    machines.set(name, machine);
    startService(name, engineOf(machine), random.between(2, 20));
  }

  function engineOf(machine: Machine): Engine {
    const { readEveryMs, tickMs } = options;
    const fail = (error: Error): void => {
      if (machine.isAlive()) failures.push(error);
      trace.add(`${machine.name} fails: ${error.name} ${error.message}`);
    };
    const brokers: Brokers = {
      ...{ server: log, groups, network, isStalled, readEveryMs },
      onFailure: fail,
      // It may have been fenced long ago, by an owner of a moment, and learns of it only now.
      onFenced: () => disturb(backOffMs.replaced),
    };
    const engine: Engine = {
      log: simulatedLog(machine, brokers),
      workingSet: simulatedWorkingSet(machine, network, workingSet),
      codec,
      policy,
      clock: machine.clock,
      timer: machine.timer,
      deployment,
      tickMs,
      observe(seen) {
        if (seen.event === 'failed') fail(seen.error);
        else noteIn(trace, machine.name, seen);
      },
    };
    return defect.engine?.(engine) ?? engine;
  }

  for (const topic of inputTopics) {
    for (let partition = 0; partition < partitions; partition++) {
      stalled.set(`${topics.input[topic]}/${partition}`, stretches());
    }
  }
  for (const role of roles) {
    for (let i = random.pick([1, 2, 2]); i >= 1; i--) start(`${role}-${i}`);
  }
  disturb(0);

  return {
    log,
    workingSet,
    network,
    machines: () => [...machines.values()],
    disturbed,
    held,
    stalled,
    failures,
    policies,
    crash,
    disturb,
    stall(topic, partition, ms) {
      stalled.get(`${topic}/${partition}`)?.add(now(), now() + ms);
      held.add(now(), now() + ms + 2 * options.readEveryMs);
      // A rebuild lasts until everything has been read; half the facts would say what is not so.
      if (now() < rebuiltBy) disturb(ms);
    },
    shuffleGroups() {
      groups.shuffle(random.pick);
      disturb(bounds.heartbeat);
    },
    forget(after) {
      disturb(0);
      if (after === undefined) {
        rebuiltBy = plus(now(), recoveryMs);
        for (const one of stalled.values()) disturb(one.endOf(now()) - now());
      }
      void workingSet.forget(after);
    },
    changePolicy(next) {
      policy = next;
      policies.push({ policy, since: now() });
      // One machine after the other, as a rollout goes.
      for (const machine of machines.values()) {
        const wait = random.between(0, 10_000);
        scheduler.after(wait, `${machine.name} is rolled out`, () =>
          crash(machine, 'for a rollout'),
        );
      }
      disturb(10_000 + bounds.restart);
    },
    heal() {
      healed = true;
      network.heal();
      for (const machine of machines.values()) machine.freeze(0);
      for (const machine of machines.values()) machine.setClock(0);
      disturb(bounds.restart);
    },
  };
}
