import type { Round } from './round.ts';

/** Whether a round broke a promise. */
export function wentWrong({ lost, spurious, twice, wrong }: Round): boolean {
  return lost.length + spurious.length + twice.length + wrong.length > 0;
}

/** A Markdown table of rounds, one row a fault, the worst of its rounds in it. */
export function table(rounds: readonly Round[]): string {
  const byFault = Map.groupBy(rounds, ({ fault }) => fault);
  const rows = [...byFault].map(([fault, all]) => row(fault, all));
  return [
    '| fault | rounds | alerts | lost | false in the end | said twice | said against the log | taken back | restarts | longest delay |',
    '| --- | --: | --: | --: | --: | --: | --: | --: | --: | --: |',
    ...rows,
    row('**all**', rounds),
  ].join('\n');
}

function row(name: string, rounds: readonly Round[]): string {
  const sum = (count: (round: Round) => number): number =>
    rounds.reduce((total, round) => total + count(round), 0);
  const cells = [
    name,
    rounds.length,
    sum(({ expected }) => expected),
    sum(({ lost }) => lost.length),
    sum(({ spurious }) => spurious.length),
    // Counted over the whole ledger so far, so the last round has them all.
    Math.max(...rounds.map(({ twice }) => twice.length)),
    sum(({ wrong }) => wrong.length),
    sum(({ retracted }) => retracted),
    sum(({ restarts }) => restarts),
    `${(Math.max(...rounds.map(({ worstDelayMs }) => worstDelayMs)) / 1_000).toFixed(1)} s`,
  ];
  return `| ${cells.join(' | ')} |`;
}
