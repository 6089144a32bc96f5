import { assess } from '@vigil/domain/assessment/assess';
import { type AlertId, type AlertRecord, alertIdOf } from '@vigil/domain/ledger/alert';
import type { Policy } from '@vigil/domain/policy/policy';
import { byUrgency, type Rankable } from '@vigil/domain/queue/rank';
import { type Instant, plus } from '@vigil/domain/time/instant';
import type { Delivered } from '@vigil/generator/delivery';
import type { Deployment } from './deployment.ts';
import { subscribe } from './subscriber.ts';

/** An alert and when a subscriber read it, in milliseconds since the epoch. */
export interface Read {
  readonly alert: AlertRecord;
  readonly readAt: number;
}

/** What a subscriber has read so far, beside what a replay says that should stand in the end. */
export interface Said {
  /** Whether what stands is exactly what should; and since when, in milliseconds since the epoch. */
  isWhole(): boolean;
  wholeAt(): number;
  /** When the first breach was read of those raised since an instant that stand in the end. */
  firstAt(since: number): number;
  retractions(): number;
  /** The breaches that have not ended and when each was read, the most urgent first. */
  open(): readonly Read[];
  /**
   * Alerts that are not in the replay, nor follow from the facts that had reached the log by the
   * watermark that they were decided at: those that were marked as provisional, and those that were not.
   */
  falselySaid(facts: readonly Delivered[], policy: Policy): readonly AlertRecord[];
  stop(): Promise<void>;
}

/**
 * Follows the ledger of a deployment.
 *
 * @param expected - what should stand of what is dated up to `end`; later alerts do not count.
 */
export async function followLedger(
  deployment: Deployment,
  expected: ReadonlySet<AlertId>,
  end: Instant,
): Promise<Said> {
  const alerts: AlertRecord[] = [];
  const standing = new Map<AlertId, Read>();
  const missing = new Set(expected);
  const surplus = new Set<AlertId>();
  let retractions = 0;
  let changedAt = Date.now();
  const stop = await subscribe(deployment, (record, readAt) => {
    if ((record.kind !== 'alert' && record.kind !== 'retraction') || record.at > end) return;
    const { alertId } = record;
    changedAt = readAt;
    if (record.kind === 'alert') {
      alerts.push(record);
      standing.set(alertId, { alert: record, readAt });
      if (!missing.delete(alertId)) surplus.add(alertId);
    } else {
      retractions++;
      standing.delete(alertId);
      if (!surplus.delete(alertId)) missing.add(alertId);
    }
  });
  return {
    isWhole: () => missing.size === 0 && surplus.size === 0,
    wholeAt: () => changedAt,
    firstAt: (since) =>
      Math.min(
        ...standing
          .values()
          .filter(({ alert }) => alert.phase === 'breach' && alert.raisedAt >= since)
          .map(({ readAt }) => readAt),
      ),
    retractions: () => retractions,
    open() {
      const waits = Map.groupBy(
        standing.values(),
        ({ alert }) => `${alert.incidentId}\n${alert.target}`,
      );
      return [...waits.values()]
        .flatMap((ones) => {
          const inOrder = ones.toSorted((a, b) => a.alert.at - b.alert.at);
          const phase = inOrder.at(-1)?.alert.phase;
          if (phase === 'cleared' || phase === 'warning') return [];
          return inOrder.findLast(({ alert }) => alert.phase === 'breach') ?? [];
        })
        .sort((a, b) => byUrgency(rankable(a.alert), rankable(b.alert)));
    },
    falselySaid(facts, policy) {
      const byIncident = Map.groupBy(facts, ({ fact }) => fact.incidentId);
      return alerts.filter(
        (alert) =>
          !expected.has(alert.alertId) &&
          !wasMeant(alert, byIncident.get(alert.incidentId) ?? [], policy),
      );
    },
    stop,
  };
}

function rankable({ incidentId, target, child, phase, due }: AlertRecord): Rankable {
  return { id: `${incidentId}\n${target}`, child, phase, dueAt: due };
}

/** Whether the facts that had reached the log when it was read up to there mean the alert. */
function wasMeant(
  { alertId, watermark }: AlertRecord,
  facts: readonly Delivered[],
  policy: Policy,
): boolean {
  const readTo = plus(watermark, policy.grace);
  const known = facts.filter(({ deliveredAt }) => deliveredAt <= readTo).map(({ fact }) => fact);
  return assess(known, policy, watermark).alerts.some((one) => alertIdOf(one) === alertId);
}
