import { parsePolicy } from '../src/policy/parse.ts';
import type { Policy, Target } from '../src/policy/policy.ts';

type Entries = readonly Readonly<Record<string, unknown>>[];

/** An officer at any priority incident within the hour. */
const attendance = {
  name: 'attendance',
  milestone: 'attended',
  grades: ['priority'],
  within: 'PT60M',
};
const counted = { target: 0.75, windows: ['PT1H', 'P1D'], minimumIncidents: 1 };

/** A policy whose targets and objectives ask for an officer within the hour, but for what they say. */
export function policyOf(entries: {
  readonly targets?: Entries;
  readonly objectives?: Entries;
}): Policy {
  const targets = (entries.targets ?? []).map((target) => ({ ...attendance, ...target }));
  const objectives = (entries.objectives ?? []).map((objective) => ({
    ...attendance,
    ...counted,
    ...objective,
  }));
  return parsePolicy(
    JSON.stringify({ childTypes: ['missing-child'], targets, objectives }),
    'policy.json',
  );
}

/** A target that asks for an officer within the hour, but for what it says. */
export function targetOf(entry: Entries[number] = {}): Target {
  const [target] = policyOf({ targets: [entry] }).targets;
  if (target === undefined) throw new Error('the policy has one target');
  return target;
}
