import type { AlertId, AlertRecord } from '@vigil/domain/ledger/alert';
import { type Instant, plus } from '@vigil/domain/time/instant';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ledgerRecords } from '../../../packages/contracts/testing/records-arbitrary.ts';
import { messagesOf } from './message.ts';
import { pagerDutyOf } from './pagerduty.ts';
import { isMeantFor } from './routing.ts';

const now = Date.UTC(2026, 2, 2, 9) as Instant;
const minute = 60_000;

function alert(id: string, changes: Partial<AlertRecord> = {}): AlertRecord {
  return {
    ...{ kind: 'alert', alertId: id as AlertId, incidentId: id, revision: 1, target: 'seen' },
    ...{ phase: 'breach', at: plus(now, -minute), raisedAt: now, forceId: 'northmoor' },
    ...{ grade: 'priority', child: 'not-involved', milestone: 'attended', severity: 'high' },
    ...{ confidence: 'confirmed', policyVersion: 'v', watermark: now, facts: [] },
    ...changes,
  } as AlertRecord;
}
const many = (count: number, changes: Partial<AlertRecord>): AlertRecord[] =>
  Array.from({ length: count }, (_, i) => alert(`${JSON.stringify(changes)}-${i}`, changes));

describe('what a receiver is told', () => {
  it('is each alert by itself while there are few', () => {
    const messages = messagesOf(many(20, {}), 'p', now, 20);
    expect(messages.map(({ content }) => content.kind)).toEqual(Array(20).fill('alert'));
  });

  it('is one summary, the worst first, when there are many or old ones', () => {
    const old = many(300, { at: plus(now, -5 * 60 * minute), child: 'unknown' });
    const [summary, ...rest] = messagesOf([...many(3, {}), ...old], 'p', now, 20);
    expect(rest).toEqual([]);
    expect(summary).toMatchObject({ key: 'summary.p', content: { count: 303 } });
    if (summary?.content.kind !== 'summary') throw new Error('no summary');
    expect(summary.content.worst.map(({ child }) => child)).toEqual(Array(20).fill('unknown'));
  });

  it('is a child’s breach by itself, however many there are', () => {
    const children = many(50, { child: 'involved', at: plus(now, -5 * 60 * minute) });
    const messages = messagesOf([...many(100, {}), ...children], 'p', now, 20);
    expect(messages.filter(({ content }) => content.kind === 'alert')).toHaveLength(50);
    expect(messages[0]?.content).toMatchObject({ kind: 'summary', count: 100 });
  });

  it('leaves nothing out, keeps the order, and has the same keys when it is said again', () => {
    fc.assert(
      fc.property(fc.array(ledgerRecords, { maxLength: 60 }), fc.nat(30), (records, over) => {
        const messages = messagesOf(records, 'p', now, over + 1);
        const singles = messages.flatMap(({ content }) =>
          content.kind === 'summary' ? [] : [content],
        );
        const counted = messages.reduce(
          (sum, { content }) => sum + (content.kind === 'summary' ? content.count : 1),
          0,
        );
        expect(counted).toBe(records.length);
        const left = new Set(singles);
        expect(singles).toEqual(records.filter((record) => left.has(record)));
        expect(messagesOf(records, 'p', now, over + 1)).toEqual(messages);
      }),
    );
  });
});

describe('a route', () => {
  const routes = [{ receiver: 'a', forces: ['northmoor'], phases: ['breach'], areas: ['docks'] }];

  it('leads to its receiver what it names, and nothing else', () => {
    expect(isMeantFor(routes, alert('1', { areaId: 'docks' as never }))).toBe(true);
    expect(isMeantFor(routes, alert('1'))).toBe(false);
    expect(isMeantFor(routes, alert('1', { areaId: 'docks' as never, phase: 'warning' }))).toBe(
      false,
    );
    expect(isMeantFor(routes, alert('1', { forceId: 'eastvale' as never }))).toBe(false);
  });

  it('leads an end wherever its alert may have gone', () => {
    expect(isMeantFor(routes, alert('1', { phase: 'cleared' }))).toBe(true);
    expect(isMeantFor(routes, alert('1', { phase: 'cleared', forceId: 'eastvale' as never }))).toBe(
      false,
    );
  });
});

describe('an event for PagerDuty', () => {
  const eventOf = (record: AlertRecord) => {
    const [message] = messagesOf([record], 'p', now, 20);
    const request = message && pagerDutyOf(message, 'https://pd.example', 'key');
    return JSON.parse(request?.body ?? 'null');
  };

  it('triggers with each phase and is resolved by the end, under one key', () => {
    expect(eventOf(alert('1', { severity: 'critical', child: 'involved' }))).toMatchObject({
      ...{ routing_key: 'key', event_action: 'trigger', dedup_key: '1|seen' },
      payload: { severity: 'critical', source: 'northmoor' },
    });
    expect(eventOf(alert('1', { phase: 'cleared' }))).toEqual({
      ...{ routing_key: 'key', event_action: 'resolve', dedup_key: '1|seen' },
    });
  });
});
