import { describe, expect, it } from 'vitest';
import { after, incident } from '../../testing/history.ts';
import type { Fact } from '../facts/fact.ts';
import { parsePolicy } from '../policy/parse.ts';
import { standingsOf } from './standing.ts';

const policy = parsePolicy(
  `childTypes: [missing-child]
targets:
  - { name: attended, milestone: attended, grades: [priority], child: involved, within: PT60M }
  - { name: sent, milestone: allocated, grades: [priority, immediate], within: PT15M }
`,
  'policy.yaml',
);

const missing = incident('A').created(0, 'priority', { incidentType: 'missing-child' });

function told(facts: readonly Fact[], minutes: number): readonly string[] | undefined {
  return standingsOf(facts, policy, after(minutes))?.standings.map(
    ({ target, watched, reached }) =>
      `${target.name} ${watched ? 'watched' : 'not watched'}${reached ? ', reached' : ''}`,
  );
}

describe('where an incident stands', () => {
  it('is nowhere before its call came in', () => {
    expect(standingsOf([], policy, after(0))).toBeUndefined();
    expect(standingsOf(missing.facts, policy, after(-1))).toBeUndefined();
  });

  it('is watched by each target that applies, from its beginning to when it is due', () => {
    const [attended, sent] = policy.targets;
    expect(standingsOf(missing.facts, policy, after(5))?.standings).toEqual([
      { target: attended, watched: true, reached: false, begin: after(0), due: after(60) },
      { target: sent, watched: true, reached: false, begin: after(0), due: after(15) },
    ]);
  });

  it('is that of its last fact, and knows nothing of what is yet to come', () => {
    const { facts } = incident('A')
      .created(0, 'priority', { incidentType: 'missing-child' })
      .attended(10)
      .graded(20, 'scheduled');
    expect(told(facts, 9)).toEqual(['attended watched', 'sent watched']);
    expect(told(facts, 10)).toEqual(['attended not watched, reached', 'sent not watched, reached']);
    expect(standingsOf(facts, policy, after(19))?.state.grade).toBe('priority');
    expect(standingsOf(facts, policy, after(20))?.state.grade).toBe('scheduled');
  });

  it('is of each target by what that one asks for', () => {
    const { facts } = incident('B').created(0, 'immediate');
    expect(told(facts, 5)).toEqual(['attended not watched', 'sent watched']);
  });

  it('counts a fact that came twice once, and in the order in which things happened', () => {
    const { facts } = incident('A')
      .created(0, 'priority', { incidentType: 'missing-child' })
      .attended(10)
      .stoodDown(12);
    const shuffled = [...facts.toReversed(), ...facts];
    expect(told(shuffled, 30)).toEqual(['attended watched', 'sent watched']);
  });
});
