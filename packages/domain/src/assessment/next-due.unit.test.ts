import { describe, expect, it } from 'vitest';
import { after, incident } from '../../testing/history.ts';
import { policyOf } from '../../testing/policy.ts';
import type { Fact, FactId } from '../facts/fact.ts';
import { assess } from './assess.ts';
import { assessObjective } from './objective.ts';
import { never, timelineOf } from './timeline.ts';

type Story = { readonly facts: readonly Fact[] };

const called = () => incident('INC-1').created(0, 'priority');
const attendance = policyOf({ targets: [{ warnAt: 0.75, escalateAfter: ['PT30M'] }] });
const counted = policyOf({ objectives: [{}] });

function nextDue({ facts }: Story, minutes: number, policy = attendance): number | undefined {
  const due = assess(facts, policy, after(minutes)).nextDue;
  return due === undefined ? undefined : (due - after(0)) / 60_000;
}

describe('when an assessment changes by itself', () => {
  it('is at the warning, the breach, each escalation, and then never', () => {
    expect([0, 45, 60, 90].map((minutes) => nextDue(called(), minutes))).toEqual([
      45,
      60,
      90,
      undefined,
    ]);
  });

  it('is when an objective will be missed, and never once it is settled', () => {
    expect(nextDue(called(), 59, counted)).toBe(60);
    expect(nextDue(called(), 60, counted)).toBeUndefined();
    expect(nextDue(called().attended(10), 20, counted)).toBeUndefined();
  });

  it('is never once an objective has been met, missed, or is about something else', () => {
    const [objective] = counted.objectives;
    if (objective === undefined) throw new Error('the policy has one objective');
    const next = ({ facts }: Story) =>
      assessObjective(timelineOf(facts, after(90), []), objective, after(90)).next;
    expect(next(called().attended(10).contacted(20))).toBe(never);
    expect(next(called().contacted(20))).toBe(never);
    expect(next(incident('INC-1').created(0, 'scheduled'))).toBe(never);
  });

  it('is the first of what its targets and objectives come to', () => {
    const both = (target: string, objective: string) =>
      policyOf({
        targets: [
          { name: 'late', within: 'PT9H' },
          { within: target },
          { name: 'x', within: 'P1D' },
        ],
        objectives: [{ name: 'hours', within: 'PT9H' }, { within: objective }],
      });
    expect(nextDue(called(), 0, both('PT20M', 'PT30M'))).toBe(20);
    expect(nextDue(called(), 0, both('PT30M', 'PT20M'))).toBe(20);
  });

  it('is when a fact that is known to come changes something, and not when it does not', () => {
    expect(nextDue(called().attended(50), 46)).toBe(50);
    expect(nextDue(called().contacted(50).attended(55), 46)).toBe(55);
    expect(nextDue(called().contacted(50), 46)).toBe(60);
    expect(nextDue(called().attended(60), 0)).toBe(45);
  });

  it('is never when a fact to come keeps anything from being said', () => {
    expect(nextDue(called().attended(10), 0)).toBeUndefined();
    expect(nextDue(called().closed(45), 0)).toBeUndefined();
  });

  it('is an instant of an incident that is yet to be created', () => {
    expect(nextDue(called(), -10)).toBe(45);
    expect(nextDue(incident('INC-1').attended(10), 0)).toBeUndefined();
  });
});

describe('what an auditor should know of the facts', () => {
  const flags = ({ facts }: Story) => assess(facts, attendance, after(60)).flags;

  it('is nothing when they are in order', () => {
    expect(flags(called().attended(10))).toEqual([]);
    expect(flags({ facts: [] })).toEqual([]);
    expect(flags(called().contacted(0))).toEqual([]);
  });

  it('is that one is dated before the creation', () => {
    expect(flags(called().attended(-5))).toEqual(['before-creation']);
  });

  it('is that there are two creations', () => {
    expect(flags(called().created(5, 'scheduled'))).toEqual(['created-again']);
  });

  it('is that there is none', () => {
    expect(flags(incident('INC-1').attended(5))).toEqual(['never-created']);
  });

  it('is that one id stands for two facts, but not that one was sent twice', () => {
    const { facts } = called().attended(10).attended(20);
    const [creation, attended, other] = facts;
    if (creation === undefined || attended === undefined || other === undefined)
      throw new Error('the incident has three facts');
    const same = { ...other, id: attended.id as FactId };
    expect(flags({ facts: [creation, attended, same] })).toEqual(['conflicting-duplicate']);
    expect(flags({ facts: [creation, attended, attended] })).toEqual([]);
    const { duplicates } = assess([creation, attended, attended], attendance, after(60));
    expect(duplicates).toBe(1);
  });
});

describe('an incident that has not been created', () => {
  it('has no state, and nothing is decided of it', () => {
    const { facts } = called();
    for (const known of [facts, []]) {
      const policy = policyOf({ targets: [{}], objectives: [{}] });
      expect(assess(known, policy, after(-1))).toMatchObject({
        alerts: [],
        settlements: [],
        samples: [],
        state: undefined,
      });
    }
  });
});
