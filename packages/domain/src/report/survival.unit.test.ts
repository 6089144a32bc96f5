import { describe, expect, it } from 'vitest';
import { addWait, type WaitCounts, type WaitEnd, waitSteps } from './durations.ts';
import { attendedOnly, curveOf, pointAt, quantile } from './survival.ts';
import { wilson } from './wilson.ts';

const minute = 60_000;

/** `10` attended after ten minutes, `45+` still waiting after 45. */
function waits(text: string): WaitCounts {
  const counts: WaitCounts = new Map();
  for (const word of text.split(' ')) {
    const end: WaitEnd = word.endsWith('+') ? 'waiting' : 'reached';
    addWait(counts, Number.parseFloat(word) * minute, end);
  }
  return counts;
}

describe('the worked example of the report', () => {
  const steps = waitSteps(waits('10 20 30 40 45+ 50 70 90 120+ 600+ 2880+'));
  const curve = curveOf(steps);

  it('gives 5 of 10 within the hour, 23.7 to 76.3 %', () => {
    const share = wilson(5, 10);
    expect(share?.share).toBe(0.5);
    expect(share?.low).toBeCloseTo(0.237, 3);
    expect(share?.high).toBeCloseTo(0.763, 3);
  });

  it('has 47.0 % attended by 60 minutes, a median of 70, and does not reach 90 %', () => {
    expect(pointAt(curve, 60 * minute).kaplanMeier).toBeCloseTo(0.4697, 4);
    expect(quantile(curve, 'kaplanMeier', 0.5)).toBe(70 * minute);
    expect(quantile(curve, 'kaplanMeier', 0.9)).toBeNull();
  });

  it('would be flattered by counting the attended only: 71.4 %, 40 and 90 minutes', () => {
    const only = attendedOnly(steps, 60 * minute);
    expect(only).toMatchObject({ attended: 7, medianMs: 40 * minute, p90Ms: 90 * minute });
    expect(only.withinShare).toBeCloseTo(0.714, 3);
  });

  it('is the same by Aalen–Johansen as long as nothing competes', () => {
    for (const point of curve) expect(point.reached).toBeCloseTo(point.kaplanMeier, 12);
  });
});

describe('Kaplan–Meier', () => {
  // Freireich et al., Blood 21 (1963): weeks of remission under 6-mercaptopurine; the estimates as in
  // D. G. Kleinbaum and M. Klein, Survival Analysis (2012), table 2.2.
  const weeks = '6 6 6 6+ 7 9+ 10 10+ 11+ 13 16 17+ 19+ 20+ 22 23 25+ 32+ 32+ 34+ 35+';

  it('gives the published survival of the remission data', () => {
    const curve = curveOf(waitSteps(waits(weeks)));
    const published = [
      [6, 0.8571],
      [7, 0.8067],
      [10, 0.7529],
      [13, 0.6902],
      [16, 0.6275],
      [22, 0.5378],
      [23, 0.4482],
    ] as const;
    for (const [week, survival] of published) {
      expect(1 - pointAt(curve, week * minute).kaplanMeier).toBeCloseTo(survival, 4);
    }
  });
});

describe('Aalen–Johansen', () => {
  // J. M. Satagopan et al., British Journal of Cancer 91 (2004), 1229–1235, table 2: of 305 patients the
  // nine that were followed shortest.
  const counts: WaitCounts = new Map();
  for (const month of [7, 14, 24]) addWait(counts, month * minute, 'waiting');
  for (const month of [10, 16, 23, 27]) addWait(counts, month * minute, 'reached');
  for (const month of [18, 26]) addWait(counts, month * minute, 'closed');
  for (let i = 0; i < 296; i++) addWait(counts, 28 * minute, 'waiting');
  const curve = curveOf(waitSteps(counts));

  it('gives the published cumulative incidence', () => {
    // The table adds up increments that it has rounded to a tenth of a per cent.
    let published = 0;
    const incidence = [10, 16, 23, 27].map((month) => {
      const before = pointAt(curve, (month - 1) * minute).reached;
      const increment = pointAt(curve, month * minute).reached - before;
      published += Number((increment * 100).toFixed(1));
      return published.toFixed(1);
    });
    expect(incidence).toEqual(['0.3', '0.6', '0.9', '1.2']);
  });

  it('gives the published share that nothing has ended', () => {
    const survival = [10, 16, 18, 23, 26, 27].map((month) => {
      const { reached, closed, left } = pointAt(curve, month * minute);
      return ((1 - reached - closed - left) * 100).toFixed(1);
    });
    expect(survival).toEqual(['99.7', '99.3', '99.0', '98.7', '98.3', '98.0']);
  });

  it('never promises more than Kaplan–Meier, and its shares add up to at most one', () => {
    for (const { kaplanMeier, reached, closed, left } of curve) {
      expect(reached).toBeLessThanOrEqual(kaplanMeier + 1e-12);
      expect(reached + closed + left).toBeLessThanOrEqual(1 + 1e-12);
    }
  });
});

describe('Wilson intervals', () => {
  // R. G. Newcombe, Statistics in Medicine 17 (1998), 857–872, table I, method 3.
  it.each([
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ])('are as published for %i of %i', (successes, of, low, high) => {
    const share = wilson(successes, of);
    expect(share?.low).toBeCloseTo(low, 4);
    expect(share?.high).toBeCloseTo(high, 4);
  });

  it('end at 0 and at 1, to the last digit, where none was or all were', () => {
    for (let of = 1; of <= 60; of++) {
      expect(wilson(0, of)).toMatchObject({ share: 0, low: 0 });
      expect(wilson(of, of)).toMatchObject({ share: 1, high: 1 });
    }
  });

  it('say nothing of nothing', () => {
    expect(wilson(0, 0)).toBeNull();
  });
});

describe('lengths of waits', () => {
  it('are rounded up, so that what was within a whole minute stays within it', () => {
    const counts: WaitCounts = new Map();
    for (const ms of [3_600_000, 3_600_001, 3_595_001, 172_800_001, 0])
      addWait(counts, ms, 'reached');
    expect(waitSteps(counts).map(({ ms }) => ms)).toEqual([0, 3_600_000, 3_660_000, 176_400_000]);
  });
});
