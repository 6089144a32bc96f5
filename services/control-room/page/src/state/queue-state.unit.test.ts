import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rowOf } from '../../testing/rows.ts';
import { backOffMs } from '../connection/back-off.ts';
import { type Filters, filterNames, type Place, placeOf, searchOf, views } from './address.ts';
import { backlogByForce } from './backlog.ts';
import { instantAt } from './clock.ts';
import { countFilters, matches, optionsOf } from './filter.ts';
import { glanceAt, underHeadings } from './order.ts';
import { isSettled } from './pending.ts';

describe('the address', () => {
  const text = fc.string({ minLength: 1, unit: 'grapheme' });
  const filters = fc
    .record(Object.fromEntries(filterNames.map((name) => [name, text])), { requiredKeys: [] })
    .chain((set) => fc.constantFrom<Filters>(set, { ...set, longStanding: true }));
  const places: fc.Arbitrary<Place> = fc.record(
    { view: fc.constantFrom(...views), filters, incident: text },
    { requiredKeys: ['view', 'filters'] },
  );
  it('says the whole place: what is written is read back', () => {
    fc.assert(
      fc.property(places, (place) => {
        expect(placeOf(searchOf(place))).toEqual(place);
      }),
    );
  });
  it('is bare for the whole queue', () => {
    expect(searchOf({ view: 'queue', filters: {} })).toBe('');
  });
  it('is taken for the queue when it says nonsense', () => {
    expect(placeOf('?view=kitchen&force=')).toEqual({ view: 'queue', filters: {} });
  });
});

describe('filters', () => {
  it('find an incident by a part of its number, in either case', () => {
    expect(matches(rowOf('NM-0042'), { text: 'm-004' })).toBe(true);
    expect(matches(rowOf('NM-0042'), { text: '43' })).toBe(false);
  });
  it('all have to match', () => {
    expect(matches(rowOf('A'), { force: 'northmoor', grade: 'priority' })).toBe(true);
    expect(matches(rowOf('A'), { force: 'northmoor', grade: 'immediate' })).toBe(false);
  });
  it('offer the areas of the chosen force, and what is chosen though no row has it', () => {
    const rows = [rowOf('A'), rowOf('B', { forceId: 'eastvale', areaId: 'fens' })];
    expect(optionsOf(rows, { force: 'eastvale', area: 'gone' }).area).toEqual(['fens', 'gone']);
  });
  it('are counted without the digest, which is a place', () => {
    expect(countFilters({ force: 'x', area: undefined, longStanding: true })).toBe(1);
  });
});

describe('the queue', () => {
  const heights = { row: 54, heading: 30 };
  it('has a heading for each kind of child involvement, with what is overdue under it', () => {
    const ranked = [rowOf('A'), rowOf('B', { phase: 'watched' }), rowOf('C', { child: 'unknown' })];
    const items = underHeadings(ranked, heights);
    expect(items.map(({ kind }) => kind)).toEqual(['heading', 'row', 'row', 'heading', 'row']);
    expect(items[0]).toMatchObject({ child: 'involved', count: 2, overdue: 1 });
  });
  it('comes to a glance: who is overdue, what is next, what is long-standing', () => {
    const glance = glanceAt([
      rowOf('old', { dueAt: 5, longStanding: true, phase: 'escalation-2' }),
      rowOf('A', { dueAt: 10, alarm: 'acknowledged' }),
      rowOf('B', { phase: 'warning', dueAt: 30 }),
      rowOf('C', { phase: 'watched', dueAt: 20, alarm: 'waiting', child: 'unknown' }),
      rowOf('D', { child: 'unknown' }),
    ]);
    expect(glance).toMatchObject({
      childrenOverdue: 2,
      possibleOverdue: 1,
      unanswered: 3,
      oldestChildDueAt: 5,
      longStanding: { count: 1, unanswered: 1, oldestDueAt: 5 },
    });
    expect(glance.next?.incidentId).toBe('C');
  });
});

describe('an action', () => {
  const sent = { kind: 'acknowledgement', alertId: 'alert of A', sentAt: 0 } as const;
  it('is pending until the stream brings it back', () => {
    expect(isSettled(sent, rowOf('A'))).toBe(false);
    expect(isSettled(sent, rowOf('A', { alarm: 'acknowledged' }))).toBe(true);
  });
  it('is over when another alert took the place of the one acknowledged, or the row left', () => {
    const next = { alertId: 'next', revision: 1, raisedAt: 0, confidence: 'confirmed' } as const;
    expect(isSettled(sent, rowOf('A', { alert: next }))).toBe(true);
    expect(isSettled(sent, undefined)).toBe(true);
  });
  it('that silences is over when the row says by whom', () => {
    const silenced = { by: 'desk', reason: 'met', from: 0, until: 1 };
    expect(isSettled({ kind: 'silence', sentAt: 0 }, rowOf('A'))).toBe(false);
    expect(isSettled({ kind: 'silence', sentAt: 0 }, rowOf('A', { silenced }))).toBe(true);
  });
});

describe('the clock', () => {
  it('runs on from what the server said, as fast as the server says', () => {
    expect(instantAt({ now: 1_000_000, speed: 60, heardAt: 500 }, 1_500)).toBe(1_060_000);
  });
});

describe('the backlog', () => {
  it('is summed by force, with the oldest, as the filters leave it', () => {
    const none = { count: 0, oldestAt: null };
    const group = { areaId: 'x', unallocated: none, uncontacted: none, grade: 'priority' } as const;
    const groups = [
      { ...group, forceId: 'n', child: 'involved', unattended: { count: 2, oldestAt: 50 } },
      { ...group, forceId: 'n', child: 'unknown', unattended: { count: 3, oldestAt: 20 } },
      { ...group, forceId: 'e', child: 'unknown', unattended: { count: 1, oldestAt: 1 } },
    ] as const;
    expect(backlogByForce({ asOf: 0, groups: [...groups] }, { force: 'n' })).toEqual([
      {
        forceId: 'n',
        children: 2,
        unattended: { count: 5, oldestAt: 20 },
        unallocated: none,
        uncontacted: none,
      },
    ]);
  });
});

describe('the wait before connecting again', () => {
  it('doubles from half a second to fifteen, and is never more than halved by chance', () => {
    expect([1, 2, 3, 4, 5, 6, 60].map((failures) => backOffMs(failures, 0))).toEqual([
      500, 1000, 2000, 4000, 8000, 15_000, 15_000,
    ]);
    expect(backOffMs(1, 1)).toBe(250);
  });
});
