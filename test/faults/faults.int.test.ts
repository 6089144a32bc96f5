import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWithLocal } from '../servers/servers.ts';
import { faults } from './faults.ts';
import { openRig, type Rig } from './rig.ts';
import { playRound } from './round.ts';

/** Five of all; `node test/faults/run.ts` tries the rest. */
const tried = [
  'every service at once: kill -9',
  'breach-detector: SIGSTOP past its session, then SIGCONT',
  'broker: kill -9 and start again',
  'Redis: kill -9, nothing of it is left',
  'connections to Kafka: cut again and again',
];

describeWithLocal('kafka', 'two instances of each service, when things go wrong', () => {
  let rig: Rig;
  beforeAll(async () => {
    rig = await openRig();
  }, 180_000);
  afterAll(() => rig.close());

  it.each(tried)('lose nothing and say nothing twice: %s', { timeout: 240_000 }, async (name) => {
    const fault = faults.find((one) => one.name === name);
    if (fault === undefined) throw new Error(`there is no fault called "${name}"`);
    const round = await playRound(rig, fault, tried.indexOf(name) + 1);
    expect(round).toMatchObject({ lost: [], spurious: [], twice: [], wrong: [] });
    expect(round.expected).toBeGreaterThan(50);
    expect(round.worstDelayMs).toBeLessThan(90_000);
  });
});
