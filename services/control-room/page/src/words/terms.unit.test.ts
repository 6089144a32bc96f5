import { describe, expect, it } from 'vitest';
import { rowOf } from '../../testing/rows.ts';
import { announceAlarms } from './announcement.ts';
import { missing, phaseWords, standingOf, whereWords } from './terms.ts';

describe('the words of a row', () => {
  it('say what has not happened yet, the milestone first', () => {
    expect(missing(rowOf('A'))).toBe('Unattended · unallocated · caller not contacted');
    expect(missing(rowOf('A', { allocated: true, contacted: true }))).toBe('Unattended');
    expect(missing(rowOf('A', { milestone: 'allocated', contacted: true }))).toBe('Unallocated');
  });
  it('say how an ended one ended', () => {
    expect(phaseWords(rowOf('A', { phase: 'cleared', clearedReason: 'regraded' }))).toBe(
      'Ended: re-graded',
    );
  });
  it('number the steps after a breach', () => {
    expect(phaseWords(rowOf('A', { phase: 'escalation-3' }))).toBe('Overdue, step 3');
    expect(standingOf('escalation-3')).toBe('escalated');
  });
  it('do not say the force twice', () => {
    expect(whereWords({ forceId: 'east', areaId: 'east-fens' })).toBe('east-fens');
    expect(whereWords({ forceId: 'east', areaId: 'fens' })).toBe('east · fens');
    expect(whereWords({ forceId: 'east' })).toBe('east');
  });
});

describe('an announcement', () => {
  it('is one for a batch and names the worst', () => {
    expect(announceAlarms([rowOf('A'), rowOf('B'), rowOf('C')])).toEqual({
      urgent: true,
      text: '3 new alarms. The worst: Child, A, overdue.',
    });
  });
  it('interrupts for a child only', () => {
    expect(announceAlarms([rowOf('A', { child: 'unknown' })])?.urgent).toBe(false);
  });
  it('is none when all of it has left again', () => {
    expect(announceAlarms([])).toBeUndefined();
  });
});
