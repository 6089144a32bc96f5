import { describe, expect, it } from 'vitest';
import { after, incident } from '../../testing/history.ts';
import { assess } from '../assessment/assess.ts';
import { parsePolicy } from '../policy/parse.ts';
import { type AlertId, type AssessedAlert, alertIdOf, type Phase } from './alert.ts';
import { difference, joinSaid, progressOf, type Said, standingBreaches } from './difference.ts';

const policy = parsePolicy(
  `targets:
  - { name: attended, milestone: attended, grades: [priority], within: PT60M, warnAt: 0.5 }
`,
  'policy.yaml',
);
const { facts } = incident('A').created(0, 'priority');
const [warning, breach] = assess(facts, policy, after(60)).alerts;
if (warning === undefined || breach === undefined) throw new Error('there are two alerts');

const saidOf = (alert: AssessedAlert, rest: Partial<Said> = {}): Said => ({
  ...{ alertId: alertIdOf(alert), target: alert.target, phase: alert.phase, at: alert.at },
  ...{ revision: 1, standing: true, provisional: false },
  ...rest,
});

describe('what must be published', () => {
  it('is every alert that was not said, confirmed up to the watermark and provisional after it', () => {
    const change = difference([], [warning, breach], warning.at);
    expect(change.raise).toEqual([
      { alert: warning, alertId: alertIdOf(warning), revision: 1, provisional: false },
      { alert: breach, alertId: alertIdOf(breach), revision: 1, provisional: true },
    ]);
    expect(change).toMatchObject({ confirm: [], retract: [] });
    expect(change.said).toEqual([saidOf(warning), saidOf(breach, { provisional: true })]);
  });

  it('is nothing when it was all said', () => {
    const said = [saidOf(warning), saidOf(breach, { provisional: true })];
    expect(difference(said, [warning, breach], warning.at)).toEqual({
      ...{ raise: [], confirm: [], retract: [], said },
    });
    // What was said for sure does not become doubtful with another watermark.
    const sure = [saidOf(warning), saidOf(breach)];
    expect(difference(sure, [warning, breach], after(0))).toMatchObject({
      confirm: [],
      said: sure,
    });
  });

  it('is a confirmation when the watermark has come to a provisional alert', () => {
    const said = [saidOf(breach, { provisional: true })];
    const confirmed = saidOf(breach);
    expect(difference(said, [breach], breach.at)).toEqual({
      ...{ raise: [], confirm: [confirmed], retract: [], said: [confirmed] },
    });
  });

  it('is a retraction, once, of one that should not exist', () => {
    const first = difference([saidOf(breach, { provisional: true })], [], after(90));
    const withdrawn = saidOf(breach, { standing: false });
    expect(first).toEqual({
      ...{ raise: [], confirm: [], retract: [withdrawn], said: [withdrawn] },
    });
    expect(difference(first.said, [], after(90))).toEqual({
      ...{ raise: [], confirm: [], retract: [], said: [withdrawn] },
    });
  });

  it('is the next revision of one that was withdrawn and exists after all', () => {
    const id = 'as it was said' as AlertId;
    const withdrawn = saidOf(breach, { alertId: id, revision: 2, standing: false });
    const { raise, said } = difference([withdrawn], [breach], breach.at);
    expect(raise).toEqual([{ alert: breach, alertId: id, revision: 3, provisional: false }]);
    expect(said).toEqual([saidOf(breach, { alertId: id, revision: 3 })]);
  });

  it('tells alerts apart by target, phase and instant', () => {
    const elsewhere = [
      { ...breach, target: 'another' },
      { ...breach, phase: 'cleared' as const },
      { ...breach, at: after(61) },
    ];
    for (const other of elsewhere) {
      const { raise, retract } = difference([saidOf(other)], [breach], after(90));
      expect([raise.length, retract.length]).toEqual([1, 1]);
    }
  });
});

describe('how far the story of an alert has been told', () => {
  const provisional = saidOf(breach, { provisional: true });
  const confirmed = saidOf(breach);
  const withdrawn = saidOf(breach, { standing: false });
  const again = saidOf(breach, { revision: 2, provisional: true });

  it('rises from provisional to confirmed, to withdrawn, and to the next revision', () => {
    const story = [provisional, confirmed, withdrawn, again].map(progressOf);
    expect(story).toEqual(story.toSorted((a, b) => a - b));
    expect(new Set(story).size).toBe(4);
  });

  it('decides what is remembered of it, whoever knows more', () => {
    expect(joinSaid([provisional], [confirmed])).toEqual([confirmed]);
    expect(joinSaid([confirmed], [provisional])).toEqual([confirmed]);
    expect(joinSaid([withdrawn], [again])).toEqual([again]);
  });

  it('leaves what both know as it was remembered, and adds what was forgotten', () => {
    const shown = { ...confirmed };
    expect(joinSaid([confirmed], [shown])[0]).toBe(confirmed);
    expect(joinSaid([confirmed], [saidOf(warning)])).toEqual([confirmed, saidOf(warning)]);
    expect(joinSaid([], [confirmed])).toEqual([confirmed]);
  });
});

describe('the breaches that stand', () => {
  const said = (phase: Phase, minutes: number, target = 'attended') => ({
    ...{ phase, at: after(minutes), target },
  });
  const standing = (...alerts: readonly ReturnType<typeof said>[]) => [...standingBreaches(alerts)];

  it('have begun and not been cleared, whatever order their alerts come in', () => {
    const [first, next] = [said('breach', 60), said('escalation-1', 90)];
    const stands = [['attended', { breach: first, latest: next }]];
    expect(standing(said('warning', 45), first, next)).toEqual(stands);
    expect(standing(next, first, said('warning', 45))).toEqual(stands);
    expect(standing(said('cleared', 100), first, next)).toEqual([]);
  });

  it('are each target’s own', () => {
    const other = said('breach', 60, 'another');
    const open = standing(said('breach', 60), other, said('cleared', 70));
    expect(open).toEqual([['another', { breach: other, latest: other }]]);
  });

  it('may begin when another ends, and be escalated at once', () => {
    const [again, escalated] = [said('breach', 80), said('escalation-1', 80)];
    const cleared = said('cleared', 80);
    const stands = [['attended', { breach: again, latest: escalated }]];
    expect(standing(said('breach', 60), cleared, again, escalated)).toEqual(stands);
    expect(standing(escalated, again, cleared, said('breach', 60))).toEqual(stands);
  });

  it('are no warnings, and nothing that was not begun', () => {
    expect(standing(said('warning', 45), said('escalation-1', 90))).toEqual([]);
    const first = said('breach', 60);
    expect(standing(first, said('warning', 61))).toEqual([
      ['attended', { breach: first, latest: first }],
    ]);
  });
});
