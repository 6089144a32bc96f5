import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runs } from '../../testing/runs.ts';
import { parseDuration } from '../time/duration.ts';
import { policyJsonSchema } from './document.ts';
import { parsePolicy } from './parse.ts';
import { PolicyError } from './policy-error.ts';

const hour = 3_600_000;

const smallest = `
targets:
  - name: attendance
    milestone: attended
    grades: [priority]
    within: PT60M
`;

/** Each problem as `line path message`. */
function problemsOf(text: string): readonly string[] {
  try {
    parsePolicy(text, 'policy.yaml');
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error;
    return error.problems.map(({ line, path, message }) => `${line} ${path} ${message}`);
  }
  return [];
}

describe('a policy', () => {
  it('has the defaults of semantics 7 where it says nothing', () => {
    const policy = parsePolicy(smallest, 'policy.yaml');
    expect(policy).toStrictEqual({
      policyVersion: expect.stringMatching(/^[0-9a-f]{12}$/),
      timeZone: 'Europe/London',
      grace: 2_000,
      holdAtMost: 60_000,
      maxAhead: 300_000,
      retainFor: 35 * 24 * hour,
      maxSilence: hour,
      acknowledgementLasts: hour / 2,
      feeds: [],
      childTypes: [],
      targets: [
        {
          name: 'attendance',
          milestone: 'attended',
          grades: ['priority'],
          clock: 'created',
          downgrade: 'release',
          within: hour,
          escalateAfter: [],
          severity: { warning: 'medium', breach: 'high', escalation: 'critical' },
        },
      ],
      objectives: [],
    });
  });

  it('keeps what it says instead of the defaults', () => {
    const text = `${smallest}    warnAt: 0.75
    child: possible
    forces: [example]
    settings: [rural]
    incidentTypes: [missing-child]
    clock: graded
    downgrade: review
    escalateAfter: [PT1H, P1D]
    severity: { breach: critical }
feeds: [{ source: "urn:police:example:cad", silentAfter: PT90S }]
grace: PT0S
maxSilence: PT2H
acknowledgementLasts: PT5M
`;
    expect(parsePolicy(text, 'policy.yaml')).toMatchObject({
      grace: 0,
      maxSilence: 2 * hour,
      acknowledgementLasts: hour / 12,
      feeds: [{ source: 'urn:police:example:cad', silentAfter: 90_000 }],
      targets: [
        {
          warnAfter: 0.75 * hour,
          child: 'possible',
          forces: ['example'],
          settings: ['rural'],
          incidentTypes: ['missing-child'],
          clock: 'graded',
          downgrade: 'review',
          escalateAfter: [hour, 24 * hour],
          severity: { warning: 'medium', breach: 'critical', escalation: 'critical' },
        },
      ],
    });
  });

  it('is versioned by its canonical JSON: comments, order and notation are not part of it', () => {
    const canonical =
      '{"targets":[{"grades":["priority"],"milestone":"attended","name":"attendance","within":"PT60M"}]}';
    const version = createHash('sha256').update(canonical).digest('hex').slice(0, 12);
    const json =
      '{\n\t"targets": [{ "within": "PT60M", "grades": ["priority"], "name": "attendance", "milestone": "attended" }]\n}';
    for (const text of [
      smallest,
      `# a remark\n${smallest}`,
      json,
      `\uFEFF${smallest.replaceAll('\n', '\r\n')}`,
    ]) {
      expect(parsePolicy(text, 'p').policyVersion).toBe(version);
    }
    const spelledOut = `grace: PT2S\n${smallest}`;
    expect(parsePolicy(spelledOut, 'p').policyVersion).not.toBe(version);
  });

  it('may repeat itself with anchors', () => {
    const text = `${smallest.replace('[priority]', '&urgent [priority]')}  - name: seen
    milestone: seen
    grades: *urgent
    within: P1D
`;
    expect(parsePolicy(text, 'p').targets[1]?.grades).toEqual(['priority']);
  });
});

describe('a policy with mistakes', () => {
  it('is refused with all of them, each with its path and line', () => {
    const text = `timeZone: Europe/Londn
graze: PT2S
childTypes: [missing-child, missing-child]
targets:
  - name: attendance
    milestone: attends
    grades: [priority, urgent]
    within: 60
    escalteAfter: [PT1H]
  - name: attendance
    milestone: seen
    grades: []
    within: PT0S
    warnAt: 1
    escalateAfter: [PT2H, PT1H, PT1H]
    severity: { breach: hi, escalations: high }
`;
    expect(problemsOf(text)).toEqual([
      '1 timeZone must be a time zone that exists, such as Europe/London',
      '2 graze is not a key that a policy has here; did you mean grace?',
      '3 childTypes[1] stands in the list already',
      '6 targets[0].milestone must be one of attended, seen, allocated, contacted; did you mean attended?',
      '7 targets[0].grades[1] must be one of immediate, priority, scheduled, resolution, unknown',
      '8 targets[0].within must be an ISO 8601 duration without months and years, such as PT60M or P1D',
      '9 targets[0].escalteAfter is not a key that a policy has here; did you mean escalateAfter?',
      '12 targets[1].grades must name at least one',
      '13 targets[1].within must be longer than nothing',
      '14 targets[1].warnAt must be less than 1',
      '15 targets[1].escalateAfter[1] must be longer than the one before it',
      '15 targets[1].escalateAfter[2] must be longer than the one before it',
      '16 targets[1].severity.breach must be one of low, medium, high, critical; did you mean high?',
      '16 targets[1].severity.escalations is not a key that a policy has here; did you mean escalation?',
    ]);
  });

  it('names the file and the line in its message', () => {
    expect(() => parsePolicy('targets: 7', 'infra/policy.yaml')).toThrow(
      'infra/policy.yaml:1: targets must be a list',
    );
  });

  const second = smallest.replace('targets:', '').trimEnd();
  const objective = `
objectives:
  - name: hour
    milestone: attended
    grades: [priority]
    within: PT60M
    target: 0.75
    windows: [PT1H, P36D]
    minimumIncidents: 20
`;
  it.each([
    [
      'two targets of one name',
      `${smallest.trimEnd()}${second}`,
      '8 targets[1].name is the name of another target',
    ],
    [
      'a window longer than memory',
      objective,
      '8 objectives[0].windows[1] is longer than retainFor (by default P35D): set retainFor to at least that',
    ],
    [
      'memory shorter than a window',
      `retainFor: P1D${objective.replace('P36D', 'P2D')}`,
      '8 objectives[0].windows[1] is longer than retainFor (P1D): set retainFor to at least that',
    ],
    [
      'a share above one',
      objective.replace('0.75', '75').replace('P36D', 'P2D'),
      '7 objectives[0].target must not be above 1',
    ],
    [
      'a missing key',
      smallest.replace('    within: PT60M\n', ''),
      '3 targets[0].within is required',
    ],
    [
      'a grade that YAML 1.1 takes for false',
      smallest.replace('[priority]', '[no]'),
      '5 targets[0].grades[0] must be one of immediate, priority, scheduled, resolution, unknown',
    ],
    [
      'a name that is a number',
      smallest.replace('attendance', '7'),
      '3 targets[0].name must be text; put it in quotes if it is',
    ],
    [
      'a name with a control character',
      smallest.replace('attendance', '"a\\nb"'),
      '3 targets[0].name must not have control characters',
    ],
    [
      'a long name',
      smallest.replace('attendance', 'a'.repeat(129)),
      '3 targets[0].name is longer than 128 characters',
    ],
    [
      'an empty list that says nothing',
      'targets: []',
      '1  names neither a target nor an objective: nothing would ever be said',
    ],
    ['a key without a value', `feeds:\n${smallest}`, '1 feeds must be a list'],
    [
      'a feed named twice',
      `feeds:\n  - &f { source: urn:a, silentAfter: PT1M }\n  - *f\n${smallest}`,
      '2 feeds[1].source is a feed that is named already',
    ],
    [
      'an entry that repeats another by its anchor',
      `childTypes:\n  - &t missing-child\n  - *t\n${smallest}`,
      '3 childTypes[1] stands in the list already',
    ],
    [
      'a value on the line after its key',
      smallest.replace('within: ', 'within:\n      6'),
      '6 targets[0].within must be an ISO 8601 duration without months and years, such as PT60M or P1D',
    ],
    [
      'months',
      smallest.replace('PT60M', 'P1M'),
      '6 targets[0].within must be an ISO 8601 duration without months and years, such as PT60M or P1D',
    ],
    [
      'a share that is not a number',
      `${smallest}    warnAt: .nan\n`,
      '7 targets[0].warnAt must be a number',
    ],
    [
      'a time zone by an abbreviation, which Intl takes for Bangladesh',
      `timeZone: BST\n${smallest}`,
      '1 timeZone must be a time zone that exists, such as Europe/London',
    ],
    ['nothing in it', '', '1  must be a map of keys and values'],
    ['a comment only', '# soon\n', '1  must be a map of keys and values'],
    ['a list', '- 1', '1  must be a map of keys and values'],
    ['prose', 'attend within the hour', '1  must be a map of keys and values'],
  ])('is refused for %s', (_, text, problem) => {
    expect(problemsOf(text)).toEqual([problem]);
  });

  it.each([
    ['a key that stands twice', `${smallest}    within: PT90M\n`, /^7 .*unique/],
    ['an unknown tag', 'timeZone: !zone Europe/London', /^1 .*Unresolved tag/],
    ['two documents', `${smallest}---\n${smallest}`, /multiple documents/],
    ['no YAML', 'targets: [', /^1 .*is not plain YAML/],
    ['a tab', 'targets:\n\t- name: a', /is not plain YAML/],
    ['YAML 1.1', `%YAML 1.1\n---${smallest}`, /remove it/],
    ['merge keys', `${smallest}    <<: { clock: graded }\n`, /^7 targets\[0\].<< is not a key/],
    ['brackets without end', '['.repeat(20_000), /^1 {2}is nested too deeply$/],
    ['lists in lists', '- '.repeat(20_000), /^1 {2}is nested too deeply$/],
    ['a circle', 'targets: &a [*a]', /in a circle/],
    ['too much text', `# ${'x'.repeat(1_048_576)}`, /is longer than 1048576 characters/],
    ['a bomb', bomb(), /anchors more than 100 times/],
    ['__proto__', `${smallest}__proto__: { grace: PT9S }\n`, /__proto__ is not a key/],
  ])('is refused for %s', (_, text, problem) => {
    expect(problemsOf(text)[0]).toMatch(problem);
  });

  function bomb(): string {
    const levels = [...'bcdefghi'].map((level, i) => {
      const before = `*${'abcdefgh'[i]}`;
      return `${level}: &${level} [${Array(9).fill(before).join(', ')}]`;
    });
    return ['a: &a [x, x]', ...levels].join('\n');
  }
});

describe('the schema for editors', () => {
  const { properties } = policyJsonSchema() as {
    readonly properties: { readonly grace: { readonly pattern: string } };
  };

  it('takes the durations that a policy takes', () => {
    const inDuration = fc.stringMatching(/^[P]?[0-9WDTHMS.PT]{0,8}$/);
    const taken = new RegExp(properties.grace.pattern, 'u');
    fc.assert(
      fc.property(inDuration, (text) => taken.test(text) === (parseDuration(text) !== undefined)),
      { numRuns: runs(2_000) },
    );
    for (const text of ['P', 'PT', 'P1D', 'P1DT', 'PT1.5S', 'P1W2DT3H4M5S', 'P1Y', 'PT1.S']) {
      expect([text, taken.test(text)]).toEqual([text, parseDuration(text) !== undefined]);
    }
  });
});
