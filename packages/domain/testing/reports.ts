import { assess } from '../src/assessment/assess.ts';
import type { Fact } from '../src/facts/fact.ts';
import { parsePolicy } from '../src/policy/parse.ts';
import { addIncident } from '../src/report/add-incident.ts';
import { type ObjectiveReport, type Report, reportOf } from '../src/report/report.ts';
import { newTally } from '../src/report/tally.ts';
import { type WaitOutcome, waitOutcomes } from '../src/report/wait.ts';
import { after, incident } from './history.ts';

/** A policy with one objective, `in-time`. */
export function policyOf(objective: string, target = 0.75) {
  const rest = `target: ${target}, windows: [PT1H], minimumIncidents: 1`;
  return parsePolicy(
    `targets: []\nobjectives:\n  - { name: in-time, ${objective}, ${rest} }\n`,
    'policy.yaml',
  );
}

export const anyPriority = 'milestone: attended, grades: [priority], within: PT60M';
export const draw = { cases: 2, seed: '7' };

/** What a report says of some incidents, and of the one objective. */
export function report(
  stories: readonly { readonly facts: readonly Fact[] }[],
  { objective = anyPriority, until = 24 * 60, sample = draw, target = 0.75 } = {},
): Report & { readonly objective: ObjectiveReport } {
  const policy = policyOf(objective, target);
  const tally = newTally(sample);
  for (const { facts } of stories) {
    const assessed = assess(facts, policy, after(until));
    addIncident(tally, facts, assessed, policy, after(until));
  }
  const made = reportOf(tally, policy, after(until), { rejected: 0, heartbeats: 0 });
  const [first] = made.objectives;
  if (first === undefined) throw new Error('the policy has one objective');
  return { ...made, objective: first };
}

/** What became of each wait. */
export function outcomesOf({ objective }: ReturnType<typeof report>): readonly WaitOutcome[] {
  return waitOutcomes.flatMap((outcome) => Array(objective.outcomes[outcome]).fill(outcome));
}

export const priority = (id: string, force?: string) => incident(id, force).created(0, 'priority');
