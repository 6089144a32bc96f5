import type { AreaId, ForceId } from '@vigil/domain/facts/fact';
import { parsePolicy } from '@vigil/domain/policy/parse';
import { type Instant, plus } from '@vigil/domain/time/instant';
import { type Counted, slotChanges } from '@vigil/domain/windows/slots';
import { describe, expect, it } from 'vitest';
import { attainmentOf } from './figures.ts';

const hour = 3_600_000;
const nine = Date.UTC(2026, 2, 2, 9) as Instant;
const policy = parsePolicy(
  `timeZone: Europe/London
targets:
  - { name: a, milestone: attended, grades: [priority], child: involved, within: PT60M,
      severity: { warning: medium, breach: high, escalation: critical } }
objectives:
  - { name: within-the-hour, milestone: attended, grades: [priority], within: PT60M,
      target: 0.75, windows: [PT1H, P1D], minimumIncidents: 20 }
`,
  'policy',
);

function figuresOf(counted: readonly Partial<Counted>[], now: Instant) {
  const whole = counted.map(
    (one): Counted => ({
      ...{ objective: 'within-the-hour', windows: policy.objectives[0]?.windows ?? [], at: nine },
      ...{ forceId: 'example' as ForceId, child: 'involved', outcome: 'within' },
      ...one,
    }),
  );
  const slots = slotChanges([], whole, nine).map(({ key, delta }) => [key, delta] as const);
  return attainmentOf(new Map(slots), policy, now);
}

describe('attainment in the control room', () => {
  it('has every window of the objective, also one in which nothing was settled', () => {
    const [all] = figuresOf([{}], plus(nine, 3 * hour));
    expect(
      all?.windows.map(({ lengthMs, within, attainment }) => [lengthMs, within, attainment]),
    ).toEqual([
      [hour, 0, null],
      [24 * hour, 1, 1],
    ]);
  });

  it('keeps incidents without an area apart from those of all areas', () => {
    const rows = figuresOf([{ areaId: 'docks' as AreaId }, {}], nine);
    const counts = rows.map(({ areaId, windows }) => [areaId, windows[0]?.within]);
    expect(counts).toHaveLength(3);
    expect(counts).toEqual(
      expect.arrayContaining([
        [undefined, 2],
        ['', 1],
        ['docks', 1],
      ]),
    );
  });
});
