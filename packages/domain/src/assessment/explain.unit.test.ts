import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { factSets, instants, policies } from '../../testing/facts-arbitrary.ts';
import { runs } from '../../testing/runs.ts';
import { parseCloudEvent } from '../facts/cloud-event.ts';
import type { Fact } from '../facts/fact.ts';
import { parsePolicy } from '../policy/parse.ts';
import type { Instant } from '../time/instant.ts';
import { assess } from './assess.ts';
import { explain, type Story } from './explain.ts';

const policy = parsePolicy(
  `targets:
  - { name: attendance, milestone: attended, grades: [priority], child: possible, within: PT60M,
      warnAt: 0.75, escalateAfter: [PT1H] }
`,
  'policy.yaml',
);

/** A fact of INC-1 at a time of the day on which summer time ends: 25 October 2026. */
function fact(type: string, field: string, utc: string, data: object = {}): Fact {
  const parsed = parseCloudEvent({
    specversion: '1.0',
    id: `${type} ${utc}`,
    source: 'urn:police:example:cad',
    type,
    subject: 'INC-1',
    data: { incidentId: 'INC-1', [field]: `2026-10-25T${utc}Z`, ...data },
  });
  if (parsed.kind !== 'fact') throw new Error(JSON.stringify(parsed));
  return parsed.fact;
}

const call = fact('incident-created', 'createdAt', '00:30:00', {
  forceId: 'example',
  grade: 'priority',
});
const arrival = fact('officer-attended', 'attendedAt', '01:40:00.250', { unitId: 'EX21' });
const standDown = fact('attendance-aborted', 'abortedAt', '02:00:00', { unitId: 'EX21' });
const at = (hour: number, minute = 0) => Date.UTC(2026, 9, 25, hour, minute) as Instant;

/** The lines as `time: sentence`. */
const told = ({ lines }: Story) =>
  lines.map(({ localTime, sentence }) => `${localTime}: ${sentence}`);

describe('the story of an incident', () => {
  it('is told in local time, the hour that comes twice told apart by its zone', () => {
    expect(told(explain([arrival, call], policy, at(3)))).toEqual([
      'Sun, 25 Oct 2026, 01:30:00 BST: The call came in at force example, graded priority.',
      'Sun, 25 Oct 2026, 01:15:00 GMT: Warning: attendance.',
      'Sun, 25 Oct 2026, 01:30:00 GMT: Breach: attendance.',
      'Sun, 25 Oct 2026, 01:40:00.250 GMT: Unit EX21 arrived.',
      'Sun, 25 Oct 2026, 01:40:00.250 GMT: Cleared: attendance.',
    ]);
  });

  it('says how long after the call each thing was, by elapsed time', () => {
    const { lines } = explain([call, arrival], policy, at(3));
    expect(lines.map(({ sinceCall }) => sinceCall)).toEqual([
      'at the call',
      'after 45 min',
      'after 1 h',
      'after 1 h 10 min',
      'after 1 h 10 min',
    ]);
  });

  it('says of each alert why it was raised', () => {
    const { lines } = explain([call, arrival], policy, at(3));
    const alerts = lines.filter(({ kind }) => kind === 'alert');
    expect(alerts.map(({ details }) => details[0])).toEqual([
      'There was no officer at the scene yet, with 15 min left.',
      'There was no officer at the scene in time.',
      'It ended because an officer attended.',
    ]);
  });

  it('tells of a clock that had run out before when a stand-down puts the incident in breach again', () => {
    const { lines, standing } = explain([call, arrival, standDown], policy, at(2, 30));
    const [down, breach] = lines.slice(-2);
    expect(down?.details).toContain(
      'attendance: the clock of 1 h had run out at Sun, 25 Oct 2026, 01:30:00 GMT.',
    );
    expect(breach?.details[0]).toBe(
      'There was no officer at the scene in time. The clock had run out before, at Sun, 25 Oct 2026, 01:30:00 GMT.',
    );
    expect(standing).toEqual([
      'At Sun, 25 Oct 2026, 02:30:00 GMT it is open, graded priority. Whether a child is involved is not known.',
      'Since it was opened nothing was done that still counts.',
      'attendance: in breach, overdue by 1 h.',
      'attendance: escalates next at Sun, 25 Oct 2026, 03:00:00 GMT.',
    ]);
  });

  it('says of a clock that is over the moment it begins that it had run out', () => {
    const immediate = { forceId: 'example', grade: 'immediate' };
    const facts = [
      fact('incident-created', 'createdAt', '00:30:00', immediate),
      fact('incident-updated', 'updatedAt', '01:30:00', { grade: 'priority' }),
    ];
    const { lines } = explain(facts, policy, at(1, 30));
    expect(lines.find(({ sentence }) => sentence.includes('updated'))?.details).toContain(
      'attendance: the clock of 1 h had run out at Sun, 25 Oct 2026, 01:30:00 GMT.',
    );
  });

  it('counts the facts that have not happened yet, and those that happen now as happened', () => {
    expect(explain([call, arrival], policy, at(1)).notes).toEqual([
      'Facts dated later, which have not happened yet: 1.',
    ]);
    expect(explain([call, arrival], policy, arrival.at).notes).toEqual([]);
  });

  it('says that nothing is decided while nobody created the incident', () => {
    expect(explain([arrival], policy, at(3))).toEqual({
      lines: [],
      standing: ['Nothing is decided yet.'],
      notes: ['No fact creates the incident, so there is nothing to decide.'],
    });
  });

  it('has every alert of the assessment in it, in order of time, whatever the facts', () => {
    fc.assert(
      fc.property(factSets, policies, instants, (facts, anyPolicy, now) => {
        const { lines } = explain(facts, anyPolicy, now);
        const instantsOf = lines.map((line) => line.at);
        expect(instantsOf).toEqual(instantsOf.toSorted((a, b) => a - b));
        const alerts = lines.filter(({ kind }) => kind === 'alert');
        expect(alerts).toHaveLength(assess(facts, anyPolicy, now).alerts.length);
        expect(JSON.stringify(lines)).not.toMatch(/undefined|NaN|Invalid/);
      }),
      { numRuns: runs(500) },
    );
  });
});
