import { type Assessment, assess } from '@vigil/domain/assessment/assess';
import type { Fact, IncidentId } from '@vigil/domain/facts/fact';
import { type AlertId, alertIdOf, type LedgerRecord } from '@vigil/domain/ledger/alert';
import { retired } from '@vigil/engine/incident-record';
import { bounds } from '../faults.ts';
import type { Accepted } from './accounted.ts';
import { type Evidence, isReadable } from './evidence.ts';

/** No record of the ledger stands on the topic twice. */
export function saidTwice({ ledger }: Evidence): string | undefined {
  const seen = new Set<string>();
  for (const { record } of ledger) {
    const name = `${record.kind} ${record.alertId} revision ${record.revision}`;
    if (seen.has(name)) return `${describe(record)} was said twice`;
    seen.add(name);
  }
  return undefined;
}

type Standing = Map<AlertId, { readonly revision: number; readonly provisional: boolean }>;

/** Reads what was said of one incident, in order; a record that does not follow from those before is told. */
function tell(records: readonly LedgerRecord[]): { standing: Standing } | { problem: string } {
  const standing: Standing = new Map();
  const last = new Map<AlertId, number>();
  for (const record of records) {
    if (record.kind === 'feed-alert' || record.kind === 'objective-alert') continue;
    const { alertId, revision } = record;
    const known = standing.get(alertId);
    if (record.kind === 'alert') {
      if (known !== undefined || revision !== (last.get(alertId) ?? 0) + 1) {
        return { problem: `${describe(record)} does not follow from what was said before` };
      }
      last.set(alertId, revision);
      standing.set(alertId, { revision, provisional: record.confidence === 'provisional' });
      continue;
    }
    const fits = known?.revision === revision;
    if (!fits || (record.kind === 'confirmation' && !known.provisional)) {
      return { problem: `${describe(record)} does not follow from what was said before` };
    }
    if (record.kind === 'retraction') standing.delete(alertId);
    else standing.set(alertId, { revision, provisional: false });
  }
  return { standing };
}

/** What each incident comes to by a replay of its facts; the same that was said, or a problem. */
export function replayed(
  evidence: Evidence,
  accepted: ReadonlyMap<IncidentId, Accepted>,
): { readonly assessments: ReadonlyMap<IncidentId, Assessment> } | { readonly problem: string } {
  const said = Map.groupBy(evidence.ledger, ({ record }) =>
    'incidentId' in record ? record.incidentId : undefined,
  );
  const assessments = new Map<IncidentId, Assessment>();
  for (const id of said.keys()) {
    if (id !== undefined && !accepted.has(id)) return { problem: `${id} was never heard of` };
  }
  for (const [id, one] of accepted) {
    const told = tell((said.get(id) ?? []).map(({ record }) => record));
    if ('problem' in told) return told;
    const provisional = [...told.standing].find(([, state]) => state.provisional);
    if (provisional !== undefined)
      return { problem: `${provisional[0]} of ${id} was not confirmed` };
    const candidates = possibilities(evidence, id, one);
    const is = [...told.standing.keys()].sort();
    const match = candidates.find((assessment) => sameIds(is, assessment));
    if (match === undefined) return { problem: differences(id, is, candidates[0]) };
    assessments.set(id, match);
  }
  return { assessments };
}

/**
 * One, unless the incident left the working set: then its policy may be one of those before, and facts
 * that were put aside for that may have been read again by a rebuild.
 */
function possibilities(evidence: Evidence, id: IncidentId, one: Accepted): readonly Assessment[] {
  const shard = evidence.shards[one.partition];
  if (shard === undefined) throw new Error(`there is no partition ${one.partition}`);
  const record = shard.incidents.get(id) ?? retired;
  const gone = record === retired || one.doubtful.length > 0;
  const policies = gone
    ? evidence.policies.map(({ policy }) => policy).toReversed()
    : [evidence.policy];
  return policies.flatMap((policy) =>
    subsets(one.doubtful).map((more) => assess([...one.facts, ...more], policy, shard.watermark)),
  );
}

function subsets(facts: readonly Fact[]): readonly (readonly Fact[])[] {
  return facts
    .slice(0, 6)
    .reduce<readonly (readonly Fact[])[]>(
      (some, fact) => some.flatMap((one) => [one, [...one, fact]]),
      [[]],
    );
}

const sameIds = (ids: readonly AlertId[], { alerts }: Assessment): boolean =>
  ids.length === alerts.length &&
  alerts
    .map(alertIdOf)
    .sort()
    .every((id, i) => id === ids[i]);

function differences(id: string, is: readonly AlertId[], should: Assessment | undefined): string {
  const alerts = should?.alerts ?? [];
  const missing = alerts.filter((alert) => !is.includes(alertIdOf(alert)));
  const expected = new Set(alerts.map(alertIdOf));
  const extra = is.filter((alertId) => !expected.has(alertId));
  const words = missing.map(({ target, phase, at }) => `${phase} of ${target} at ${at}`);
  return `${id}: not said: ${words.join(', ') || 'nothing'}; said and not to be: ${extra.join(', ') || 'nothing'}`;
}

/**
 * A confirmed alert rests on everything that stood in the log at its watermark: what has not been read
 * is not taken for what has not happened. Clocks may be wrong by `bounds.clockError`.
 */
export function restsOnTooLittle(evidence: Evidence): string | undefined {
  const arrivals = Map.groupBy(
    evidence.arrivals.filter((one) => isReadable(one, evidence.policy)),
    ({ delivery }) => delivery.fact?.incidentId,
  );
  for (const { record } of evidence.ledger) {
    if (record.kind !== 'alert' || record.confidence !== 'confirmed') continue;
    const named = new Set(record.facts.map(({ source, id }) => `${source} ${id}`));
    const read = record.watermark + evidence.policy.grace - bounds.clockError;
    for (const { delivery, record: arrived } of arrivals.get(record.incidentId) ?? []) {
      const { fact } = delivery;
      if (fact === undefined || fact.at > record.at || arrived.timestamp >= read) continue;
      if (named.has(`${fact.source} ${fact.id}`)) continue;
      return `${describe(record)} was raised without ${fact.type} ${fact.id}, which stood in the log`;
    }
  }
  return undefined;
}

/** What concerns a feed or an objective is said and taken back in turns. */
export function outOfTurn({ ledger }: Evidence): string | undefined {
  const last = new Map<string, string>();
  for (const { record } of ledger) {
    if (record.kind !== 'feed-alert' && record.kind !== 'objective-alert') continue;
    const about =
      record.kind === 'feed-alert' ? record.source : `${record.objective} of ${record.forceId}`;
    const begins = record.phase === 'feed-silent' || record.phase === 'objective-missed';
    const before = last.get(about);
    if (begins ? before === record.phase : before === undefined || before === record.phase) {
      return `${record.phase} of ${about} at ${record.at} after ${before ?? 'nothing'}`;
    }
    last.set(about, record.phase);
  }
  const silent = [...last].find(([, phase]) => phase === 'feed-silent');
  return silent === undefined ? undefined : `${silent[0]} was heard again and is still said silent`;
}

/** Every record follows from the one before it, as its hash says. */
export function brokenChain({ chain: [finding] }: Evidence): string | undefined {
  if (finding === undefined) return undefined;
  const { kind, partition, count } = finding;
  return `partition ${partition}: ${count} ${kind}`;
}

export function describe(record: LedgerRecord): string {
  const { kind, phase, at, alertId, revision } = record;
  const about =
    'incidentId' in record
      ? `${record.incidentId} ${record.target}`
      : record.kind === 'feed-alert'
        ? record.source
        : record.objective;
  return `${kind} ${phase} of ${about} at ${at} (${alertId.slice(0, 8)}#${revision})`;
}
