import type { TopicNames } from '@vigil/contracts/topics';
import { inputTopics } from '@vigil/domain/facts/fact';
import type { Policy } from '@vigil/domain/policy/policy';
import { plus } from '@vigil/domain/time/instant';
import { bounds, count, type Faults, type Tally } from './faults.ts';
import type { Random } from './random.ts';
import type { Scheduler } from './scheduler.ts';
import type { World } from './world.ts';

interface MishapOptions {
  readonly scheduler: Scheduler;
  readonly random: Random;
  readonly faults: Faults;
  readonly tally: Tally;
  readonly world: World;
  readonly topics: TopicNames;
  readonly partitions: number;
  readonly lengthMs: number;
  /** The policies that follow the first. */
  readonly policies: readonly Policy[];
}

/** Spreads over a run what happens to the servers, the machines and the network as such. */
export function plan(options: MishapOptions): void {
  const { scheduler, random, faults, tally, world, topics, partitions } = options;
  const sometimes = (times: number, what: string, mishap: () => void): void => {
    for (let i = 0; i < times; i++) {
      scheduler.after(random.between(5_000, options.lengthMs), what.toUpperCase(), () => {
        count(tally, what);
        mishap();
      });
    }
  };
  const machine = () => random.pick(world.machines());
  const server = () => random.pick(['log', 'working-set'] as const);
  const down = (name: 'log' | 'working-set', most: number): void => {
    const ms = random.between(200, most);
    world.network.takeDown(name, ms);
    world.disturb(ms);
  };

  sometimes(faults.freezes, 'frozen machine', () => {
    const ms = random.between(500, bounds.freeze);
    machine().freeze(ms);
    world.disturb(ms);
  });
  sometimes(faults.cuts, 'cut network', () => {
    const ms = random.between(500, bounds.cut);
    world.network.cut(machine(), server(), ms);
    world.disturb(ms);
  });
  sometimes(faults.restarts, 'killed machine', () => world.crash(machine(), 'by a signal'));
  sometimes(faults.logOutages, 'log away', () => down('log', bounds.outage));
  sometimes(faults.workingSetOutages, 'working set away', () => down('working-set', bounds.outage));
  sometimes(faults.forgetsLastSecond, 'last second forgotten', () => {
    down('working-set', 2_000);
    world.forget(plus(scheduler.now(), -random.between(1, 1_000)));
  });
  sometimes(faults.forgetsAll, 'everything forgotten', () => {
    down('working-set', 2_000);
    world.forget(undefined);
  });
  sometimes(faults.clockSteps, 'clock step', () =>
    machine().setClock(random.between(-bounds.clockError, bounds.clockError)),
  );
  sometimes(faults.rebalances, 'rebalance', world.shuffleGroups);
  sometimes(faults.stalls, 'partition that lags', () => {
    const topic = topics.input[random.pick(inputTopics)];
    world.stall(topic, random.between(0, partitions - 1), random.between(2_000, bounds.stall));
  });
  // One after the other: a run ends with the last of them.
  for (const [index, policy] of options.policies.entries()) {
    const share = options.lengthMs / options.policies.length;
    scheduler.after(
      Math.floor(share * index) + random.between(10_000, Math.floor(share) - 10_000),
      'POLICY CHANGE',
      () => {
        count(tally, 'policy change');
        world.changePolicy(policy);
      },
    );
  }
}
