import type { Sample, Settlement } from '@vigil/domain/assessment/objective';
import type { AreaId, ForceId, IncidentId } from '@vigil/domain/facts/fact';
import type { Instant } from '@vigil/domain/time/instant';
import { describe, expect, it } from 'vitest';
import { addOutcome, addTallies, figuresOf, groupedFigures, type Tallies } from './figures.ts';

const place = {
  incidentId: 'INC-1' as IncidentId,
  objective: 'within-the-hour',
  at: 0 as Instant,
  forceId: 'example' as ForceId,
  child: 'involved' as const,
};
const waited = (attendanceMs: number): Sample => ({ ...place, attendanceMs });
const settled = (outcome: Settlement['outcome'], area?: string): Settlement => ({
  ...place,
  outcome,
  ...(area === undefined ? {} : { areaId: area as AreaId }),
});

/** Counted in two threads, as it were, and added up. */
function tallied(outcomes: readonly (Settlement | Sample)[]) {
  const threads: Tallies[] = [new Map(), new Map()];
  for (const [index, outcome] of outcomes.entries()) {
    addOutcome(threads[index % 2] ?? new Map(), outcome);
  }
  const all: Tallies = new Map();
  for (const tallies of threads) addTallies(all, structuredClone(tallies));
  return [...(all.get('within-the-hour')?.values() ?? [])];
}

describe('the figures of an objective', () => {
  it('give the exact values of nearest rank', () => {
    const times = [10, 9, 8, 7, 6, 5, 4, 3, 2, 1].map((minutes) => waited(minutes * 60_000));
    expect(figuresOf(tallied(times))).toMatchObject({
      attended: 10,
      medianMs: 300_000,
      p90Ms: 540_000,
      maxMs: 600_000,
    });
    expect(figuresOf(tallied([waited(7)]))).toMatchObject({ medianMs: 7, p90Ms: 7, maxMs: 7 });
  });

  it('say nothing where nothing was settled or attended', () => {
    expect(figuresOf([])).toEqual({
      within: 0,
      missed: 0,
      attainment: null,
      attended: 0,
      medianMs: null,
      p90Ms: null,
      maxMs: null,
    });
  });

  it('count misses of incidents that were never attended', () => {
    const outcomes = [settled('within'), settled('missed'), settled('missed'), settled('missed')];
    expect(figuresOf(tallied(outcomes))).toMatchObject({ attainment: 0.25, attended: 0 });
  });

  it('are rolled up over area and over child, an unknown area being an area of its own', () => {
    const unknownChild: Settlement = { ...settled('within'), child: 'unknown' };
    const groups = groupedFigures(
      tallied([settled('missed', 'north'), settled('within'), unknownChild]),
    );
    expect(
      groups.map(({ areaId, child, within, missed }) => [areaId, child, within, missed]),
    ).toEqual([
      [undefined, undefined, 2, 1],
      [undefined, 'involved', 1, 1],
      [undefined, 'unknown', 1, 0],
      ['', undefined, 2, 0],
      ['', 'involved', 1, 0],
      ['', 'unknown', 1, 0],
      ['north', undefined, 0, 1],
      ['north', 'involved', 0, 1],
    ]);
  });
});
