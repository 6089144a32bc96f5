/**
 * Runs the simulation.
 *
 *     node test/simulation/run.ts --seed 42 [--trace] [--defect NAME]     one life
 *     node test/simulation/run.ts --seeds 10000 [--from 1] [--workers 2]  many, and a table of them
 *     node test/simulation/run.ts --defects [--seeds 100]                 what finds which defect
 */
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { defects } from './defects.ts';
import { runFleet } from './fleet.ts';
import { type Outcome, simulate } from './simulate.ts';
import { summarise } from './summary.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    trace: { type: 'boolean', default: false },
    defect: { type: 'string' },
    defects: { type: 'boolean', default: false },
    seeds: { type: 'string', default: '200' },
    from: { type: 'string', default: '1' },
    workers: { type: 'string', default: String(availableParallelism()) },
  },
});

if (values.seed !== undefined) await one(Number(values.seed));
else if (values.defects) await eachDefect(Number(values.seeds));
else await many(Number(values.from), Number(values.seeds));

async function one(seed: number): Promise<void> {
  const defect = defects.find(({ name }) => name === values.defect);
  if (values.defect !== undefined && defect === undefined) {
    throw new Error(`there is no defect ${values.defect}; there are ${names(defects)}`);
  }
  const outcome = await simulate(seed, {
    ...(values.trace ? { print: (line) => console.log(line) } : {}),
    ...(defect === undefined ? {} : { defect: defect.defect }),
  });
  if (outcome.broken !== undefined) tell(outcome, !values.trace);
  const { hash, steps, facts, said, lateness, tally } = outcome;
  console.log({ seed, hash, steps, facts, said, lateness, tally });
}

async function many(from: number, seeds: number): Promise<void> {
  const began = performance.now();
  const summary = summarise();
  await runFleet({
    from,
    seeds,
    workers: Number(values.workers),
    onOutcome(outcome) {
      summary.add(outcome);
      if (outcome.broken !== undefined) tell(outcome, summary.broken().length === 1);
    },
  });
  console.log(summary.table((performance.now() - began) / 1_000));
}

async function eachDefect(seeds: number): Promise<void> {
  console.log(`| defect | found in | first seed | promises broken |\n| --- | --- | --- | --- |`);
  for (const { name, defect } of defects) {
    const found: Outcome[] = [];
    for (let seed = 1; seed <= seeds; seed++) {
      const outcome = await simulate(seed, { defect });
      if (outcome.broken !== undefined) found.push(outcome);
    }
    const promises = new Set(found.map(({ broken }) => broken?.promise));
    const cells = [name, `${found.length} of ${seeds}`, found[0]?.seed, [...promises].join('; ')];
    console.log(`| ${cells.join(' | ')} |`);
  }
}

function tell({ seed, broken, lastLines }: Outcome, withTrace: boolean): void {
  process.exitCode = 1;
  if (withTrace) for (const line of lastLines) console.log(line);
  console.log(`seed ${seed} broke a promise: ${broken?.promise}\n  ${broken?.detail}`);
  console.log(`  again: node test/simulation/run.ts --seed ${seed} --trace`);
}

function names(all: readonly { readonly name: string }[]): string {
  return all.map(({ name }) => name).join(', ');
}
