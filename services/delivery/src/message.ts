/** What a receiver of events is told: one record, or the summary of many. Pure. */
import type { AlertRecord, LedgerRecord } from '@vigil/domain/ledger/alert';
import type { Instant } from '@vigil/domain/time/instant';

/** Many alerts as one: the worst first. */
export interface Summary {
  readonly kind: 'summary';
  readonly count: number;
  readonly forces: readonly string[];
  readonly worst: readonly Pick<
    AlertRecord,
    'alertId' | 'incidentId' | 'forceId' | 'target' | 'phase' | 'at' | 'child' | 'severity'
  >[];
}

/** One thing to be sent; the same again has the same key, so that whoever has it twice can tell. */
export interface Message {
  readonly key: string;
  readonly at: Instant;
  readonly content: LedgerRecord | Summary;
}

const worstListed = 20;
/** An alert that was due this long ago is history to whoever is called out. */
const oldAfterMs = 60 * 60_000;
/** A child's breach goes out by itself for as long as somebody may still not have been. */
const childOldAfterMs = 24 * 60 * 60_000;

/**
 * What to send of records that were read together, in their order. After an outage or at the first start
 * there are many, or old ones: these are one summary. Ends and retractions, and a child's breach of the
 * last day, always go by themselves.
 *
 * @param place - where the records begin: the key of a summary, so that the same has the same one.
 */
export function messagesOf(
  records: readonly LedgerRecord[],
  place: string,
  now: Instant,
  summaryOver: number,
): readonly Message[] {
  const alarms = records.filter(isAlarm);
  const old = alarms.filter((one) => !isUrgentChild(one, now) && now - one.at > oldAfterMs);
  const fresh = alarms.filter((one) => !isUrgentChild(one, now) && now - one.at <= oldAfterMs);
  const together = new Set<LedgerRecord>(
    fresh.length + old.length > summaryOver ? [...old, ...fresh] : [],
  );
  const singles = records.filter((record) => !together.has(record)).map(messageOf);
  if (together.size === 0) return singles;
  const [first] = alarms.filter((one) => together.has(one));
  return [
    summaryOf(
      alarms.filter((one) => together.has(one)),
      place,
      first?.raisedAt ?? now,
    ),
    ...singles,
  ];
}

function isAlarm(record: LedgerRecord): record is AlertRecord {
  return record.kind === 'alert' && record.phase !== 'cleared';
}

function isUrgentChild({ child, phase, at }: AlertRecord, now: Instant): boolean {
  return child === 'involved' && phase !== 'warning' && now - at <= childOldAfterMs;
}

function messageOf(record: LedgerRecord): Message {
  const key = `${record.alertId}.${record.revision}.${record.kind}`;
  return { key, at: 'raisedAt' in record ? record.raisedAt : record.at, content: record };
}

const childOrder = { involved: 0, unknown: 1, 'not-involved': 2 } as const;

function summaryOf(alarms: readonly AlertRecord[], place: string, at: Instant): Message {
  const worst = alarms
    .toSorted((a, b) => childOrder[a.child] - childOrder[b.child] || a.at - b.at)
    .slice(0, worstListed)
    .map(({ alertId, incidentId, forceId, target, phase, at: dueAt, child, severity }) => ({
      ...{ alertId, incidentId, forceId, target, phase, at: dueAt, child, severity },
    }));
  const forces = [...new Set(alarms.map(({ forceId }) => forceId))].sort();
  return {
    key: `summary.${place}`,
    at,
    content: { kind: 'summary', count: alarms.length, forces, worst },
  };
}
