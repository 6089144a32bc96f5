import type { SourceId } from '@vigil/domain/facts/fact';
import { parsePolicy } from '@vigil/domain/policy/parse';
import type { Policy } from '@vigil/domain/policy/policy';
import type { Random } from './random.ts';

/** Those who send facts. */
export const sources = ['urn:police:example:cad', 'urn:police:example:mdt'] as const;
export const sourceIds = sources as readonly string[] as readonly SourceId[];

/**
 * A policy in which hours are minutes: a life of a quarter of an hour holds warnings, breaches and
 * escalations, windows that slide, and in some runs incidents that leave the working set.
 */
const text = ({ priority, warnAt, escalate, downgrade, objectives, retainFor, feeds }: Choice) => `
grace: PT2S
holdAtMost: PT20S
maxAhead: PT1M
retainFor: ${retainFor}
childTypes: [missing-child]
${feeds.length === 0 ? '' : `feeds:\n${feeds.map((one) => `  - { source: "${one}", silentAfter: PT25S }`).join('\n')}`}
targets:
  - name: child-priority-attendance
    milestone: attended
    grades: [priority]
    child: involved
    downgrade: ${downgrade}
    within: ${priority}
    warnAt: ${warnAt}
    escalateAfter: ${escalate}
  - name: immediate-attendance
    milestone: attended
    grades: [immediate]
    within: PT1M
  - name: child-seen
    milestone: seen
    grades: [priority, scheduled]
    child: possible
    clock: graded
    within: PT4M
    escalateAfter: [PT2M]
  - name: caller-contacted
    milestone: contacted
    grades: [priority, scheduled, resolution]
    clock: allocated
    within: PT2M
    warnAt: 0.5
${objectives}`;

interface Choice {
  readonly priority: string;
  readonly warnAt: number;
  readonly escalate: string;
  readonly downgrade: string;
  readonly objectives: string;
  readonly retainFor: string;
  readonly feeds: readonly string[];
}

const objective = (within: string, windows: string) => `
  - name: priority-in-time
    milestone: attended
    grades: [priority]
    within: ${within}
    target: 0.75
    windows: ${windows}
    minimumIncidents: 3`;
const otherObjective = (windows: string) => `
  - name: contacted-in-time
    milestone: contacted
    grades: [priority, scheduled]
    clock: allocated
    within: PT2M
    target: 0.5
    windows: ${windows}
    minimumIncidents: 2`;

/**
 * @param short - incidents leave the working set during the run; the mark that they leave behind lasts
 *   longer than the latest fact takes.
 */
function draw(random: Random, short: boolean): Choice {
  const windows = short ? ['[PT2M, PT5M]', '[PT5M, PT10M]'] : ['[PT5M, PT15M]', '[PT2M, PT10M]'];
  const chosen = [
    ...(random.chance(0.8) ? [objective(random.pick(['PT3M', 'PT2M']), random.pick(windows))] : []),
    ...(random.chance(0.5) ? [otherObjective(random.pick(windows))] : []),
  ];
  return {
    priority: random.pick(['PT3M', 'PT2M', 'PT5M']),
    warnAt: random.pick([0.5, 0.75]),
    escalate: random.pick(['[PT1M, PT3M]', '[PT30S]', '[]']),
    downgrade: random.pick(['review', 'release']),
    objectives: chosen.length === 0 ? '' : `objectives:${chosen.join('')}`,
    retainFor: short ? 'PT10M' : 'P1D',
    feeds: random.chance(0.5) ? sources.slice(0, random.between(1, 2)) : [],
  };
}

const parsed = new Map<string, Policy>();

/** Draws the policy that a run begins with and those that follow it. */
export function drawPolicies(random: Random, changes: number): readonly Policy[] {
  const short = random.chance(0.3);
  let choice = draw(random, short);
  const policies: Policy[] = [];
  for (let i = 0; i <= changes; i++) {
    const written = text(choice);
    const policy = parsed.get(written) ?? parsePolicy(written, 'policy.yaml');
    parsed.set(written, policy);
    policies.push(policy);
    // What a source is heard of and how long incidents stay is the same, so that the end can be judged.
    choice = { ...draw(random, short), feeds: choice.feeds };
  }
  return policies;
}

/** A policy and since when it was rolled out. */
export interface PolicyInForce {
  readonly policy: Policy;
  readonly since: number;
}
