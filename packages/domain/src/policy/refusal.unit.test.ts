import { describe, expect, it } from 'vitest';
import { parsePolicy } from './parse.ts';
import { PolicyError } from './policy-error.ts';

const target = `targets:
  - name: attendance
    milestone: attended
    grades: [priority]
    within: PT60M
`;
const objective = `objectives:
  - name: hour
    milestone: attended
    grades: [priority]
    within: PT60M
    target: 0.75
    windows: [PT1H, P2D]
    minimumIncidents: 20
`;

function refusalOf(text: string): PolicyError {
  try {
    parsePolicy(text, 'policy.yaml');
  } catch (error) {
    if (error instanceof PolicyError) return error;
    throw error;
  }
  throw new Error('the policy was taken');
}

/** Each problem as `line path message`. */
const problemsOf = (text: string) =>
  refusalOf(text).problems.map(({ line, path, message }) => `${line} ${path} ${message}`);

describe('a policy that is refused', () => {
  it.each([
    ['no name', target.replace('name: attendance\n    ', ''), '2 targets[0].name is required'],
    [
      'no milestone',
      target.replace('    milestone: attended\n', ''),
      '2 targets[0].milestone is required: one of attended, seen, allocated, contacted',
    ],
    [
      'a milestone that is no word',
      target.replace('attended', '7'),
      '3 targets[0].milestone must be one of attended, seen, allocated, contacted',
    ],
    [
      'no least number of incidents',
      objective.replace('    minimumIncidents: 20\n', ''),
      '2 objectives[0].minimumIncidents is required',
    ],
    [
      'half an incident',
      objective.replace('20', '1.5'),
      '8 objectives[0].minimumIncidents must be a whole number',
    ],
    [
      'two objectives of one name',
      `${objective}${objective.replace('objectives:\n', '')}`,
      '9 objectives[1].name is the name of another objective',
    ],
    [
      'a grade of which there is none, in a list with a line for each',
      target.replace('[priority]', '\n      - priority\n      - no-grade'),
      '6 targets[0].grades[1] must be one of immediate, priority, scheduled, resolution, unknown',
    ],
    ['a key that is a number', `${target}7: x\n`, '6 7 is not a key that a policy has here'],
    [
      'a part of the world for a time zone',
      `timeZone: Europe\n${target}`,
      '1 timeZone must be a time zone that exists, such as Europe/London',
    ],
    [
      'more text than a policy may have',
      `${target}# ${'x'.repeat(1_048_576)}`,
      '1  is longer than 1048576 characters',
    ],
    [
      'a name that stands inside itself',
      'targets: &a [*a]',
      '1  uses anchors more than 100 times, or in a circle',
    ],
  ])('says where it has %s', (_, text, problem) => {
    expect(problemsOf(text)).toEqual([problem]);
  });

  it('says where it is no YAML once, in the line and not in the words', () => {
    const [problem] = problemsOf(`${target}    within: PT90M\n`);
    expect(problem).toMatch(/^6 {2}is not plain YAML: /);
    expect(problem).not.toMatch(/at line|\n/);
  });

  it('is an error that names itself and has a line for each problem', () => {
    const error = refusalOf('grace: soon\nmaxAhead: later\ntargets: []');
    expect(String(error)).toBe(
      [
        'PolicyError: policy.yaml:1: grace must be an ISO 8601 duration without months and years, such as PT60M or P1D',
        'policy.yaml:2: maxAhead must be an ISO 8601 duration without months and years, such as PT60M or P1D',
      ].join('\n'),
    );
    expect(refusalOf('targets: []').message).toBe(
      'policy.yaml:1: names neither a target nor an objective: nothing would ever be said',
    );
  });
});

describe('a policy that is taken', () => {
  it('may have objectives only, which keep what they say', () => {
    expect(parsePolicy(objective, 'p')).toMatchObject({
      targets: [],
      objectives: [
        {
          name: 'hour',
          milestone: 'attended',
          grades: ['priority'],
          within: 3_600_000,
          target: 0.75,
          windows: [3_600_000, 2 * 24 * 3_600_000],
          minimumIncidents: 20,
          clock: 'created',
          downgrade: 'release',
        },
      ],
    });
  });

  it('may forget incidents as soon as its longest window has passed', () => {
    expect(parsePolicy(`retainFor: P2D\n${objective}`, 'p').retainFor).toBe(2 * 24 * 3_600_000);
  });

  it('may be in UTC, which is no place', () => {
    expect(parsePolicy(`timeZone: UTC\n${target}`, 'p').timeZone).toBe('UTC');
  });

  it('may be as long as a policy may be', () => {
    const filled = `${target}#`.padEnd(1_048_576, 'x');
    expect(parsePolicy(filled, 'p').targets).toHaveLength(1);
  });
});
