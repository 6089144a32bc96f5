import type { Notice, StreamEvents } from '@vigil/control-room/api/model';
import { describe, expect, it } from 'vitest';
import { rowOf } from '../../testing/rows.ts';
import type { StreamEvent } from '../connection/stream.ts';
import { applyEvents } from './picture.ts';

const figures: StreamEvents['figures'] = {
  attainment: [],
  backlog: { asOf: 0, groups: [] },
  feeds: { sources: [], topics: [] },
  alarms: {
    operators: 1,
    perTenMinutes: [],
    rateLastHour: 0,
    rateLastDay: 0,
    floods: 0,
    floodNow: false,
    severities: { low: 0, medium: 0, high: 0, critical: 0 },
    stale: 0,
    unacknowledged: 0,
    shelved: 0,
    medianToAcknowledgeMs: null,
  },
};

function notice(id: string, at: number): Notice {
  return { id, kind: 'cleared', at, text: id };
}

function snapshot(...ids: readonly string[]): StreamEvent {
  const ok = { ok: true, since: 0 };
  return {
    kind: 'snapshot',
    value: {
      clock: { now: 0, speed: 1 },
      rows: ids.map((id) => rowOf(id)),
      notices: [notice('n1', 1)],
      connection: { log: ok, workingSet: ok },
      figures,
    },
  };
}

describe('the picture', () => {
  it('is none before the first snapshot', () => {
    const early: StreamEvent = { kind: 'rows', value: { changed: [rowOf('A')], gone: [] } };
    expect(applyEvents(undefined, [early])).toBeUndefined();
  });
  it('has the rows that changed, and not those that left', () => {
    const acknowledged = rowOf('B', { alarm: 'acknowledged' });
    const picture = applyEvents(undefined, [
      snapshot('A', 'B'),
      { kind: 'rows', value: { changed: [acknowledged, rowOf('C')], gone: [rowOf('A').id] } },
    ]);
    expect([...(picture?.rows.values() ?? [])]).toEqual([acknowledged, rowOf('C')]);
  });
  it('leaves the picture before it as it was', () => {
    const before = applyEvents(undefined, [snapshot('A')]);
    applyEvents(before, [{ kind: 'rows', value: { changed: [], gone: [rowOf('A').id] } }]);
    expect(before?.rows.size).toBe(1);
  });
  it('begins anew with the next snapshot', () => {
    const picture = applyEvents(undefined, [snapshot('A', 'B'), snapshot('C')]);
    expect([...(picture?.rows.keys() ?? [])]).toEqual([rowOf('C').id]);
  });
  it('has each notice once, the newest first', () => {
    const picture = applyEvents(undefined, [
      snapshot(),
      { kind: 'notices', value: [notice('n1', 1), notice('n2', 2)] },
    ]);
    expect(picture?.notices.map(({ id }) => id)).toEqual(['n2', 'n1']);
  });
});
