/**
 * Makes things go wrong on real servers of its own, and says what came of it.
 *
 *     node test/faults/run.ts [--rounds 30] [--seed 1] [--only WORDS] [--logs]
 *
 * Every fault has its turn, then each again with other chances until there are so many rounds. Ends
 * with status 1 when anything was lost, said twice, or said against what the log held.
 */
import { parseArgs } from 'node:util';
import { faults } from './faults.ts';
import { openRig } from './rig.ts';
import { playRound, type Round } from './round.ts';
import { table, wentWrong } from './table.ts';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '30' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string', default: '' },
    logs: { type: 'boolean', default: false },
  },
});

const rig = await openRig();
const rounds: Round[] = [];
try {
  const possible = faults.filter((fault) => fault.possible?.(rig) ?? true);
  for (const fault of faults) {
    if (!possible.includes(fault)) console.log(`cannot be tried here: ${fault.name}`);
  }
  const chosen = possible.filter(({ name }) => name.includes(values.only));
  for (let number = 0; number < Number(values.rounds); number++) {
    const fault = chosen[number % chosen.length];
    if (fault === undefined) throw new Error(`no fault is called "${values.only}"`);
    const round = await playRound(rig, fault, Number(values.seed) + number);
    rounds.push(round);
    console.log(`${number + 1}  ${JSON.stringify(round)}`);
    if (wentWrong(round) || values.logs) {
      for (const service of rig.services) console.error(service.name, service.log().slice(-8_000));
    }
  }
} finally {
  await rig.close();
}
console.log(table(rounds));
process.exit(rounds.some(wentWrong) ? 1 : 0);
