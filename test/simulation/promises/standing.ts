import type { Assessment } from '@vigil/domain/assessment/assess';
import type { IncidentId } from '@vigil/domain/facts/fact';
import { alertIdOf } from '@vigil/domain/ledger/alert';
import { standingBreaches } from '@vigil/domain/ledger/difference';
import { countedOutcomes, slotChanges, slotsOver } from '@vigil/domain/windows/slots';
import type { Accepted } from './accounted.ts';
import type { Evidence } from './evidence.ts';

type Assessments = ReadonlyMap<IncidentId, Assessment>;

/** What `open-breaches` holds is what is in breach. */
export function wrongOpenBreach(evidence: Evidence, assessments: Assessments): string | undefined {
  const open = new Set<string>();
  for (const [id, { alerts }] of assessments) {
    for (const [target, { breach, latest }] of standingBreaches(alerts)) {
      const key = `${id}|${target}`;
      open.add(key);
      const is = evidence.openBreaches.get(key);
      if (is === undefined) return `${key} is in breach and not on the topic`;
      const should = [breach.at, latest.phase, alertIdOf(breach), 'confirmed'].join(' ');
      const said = [is.breachAt, is.phase, is.alertId, is.confidence].join(' ');
      if (said !== should) return `${key} stands as ${said} and should as ${should}`;
    }
  }
  const over = [...evidence.openBreaches.keys()].find((key) => !open.has(key));
  return over === undefined ? undefined : `${over} stands on the topic and is not in breach`;
}

/** The window slots are those that a count of everything gives. */
export function wrongSlot(
  evidence: Evidence,
  accepted: ReadonlyMap<IncidentId, Accepted>,
  assessments: Assessments,
): string | undefined {
  const { objectives } = evidence.policy;
  for (const [partition, { slots, watermark }] of evidence.shards.entries()) {
    const should = new Map<string, number>();
    for (const [id, { settlements, samples }] of assessments) {
      if (accepted.get(id)?.partition !== partition) continue;
      const counted = countedOutcomes(settlements, samples, objectives);
      for (const { key, delta } of slotChanges([], counted, watermark)) {
        should.set(key, (should.get(key) ?? 0) + delta);
      }
    }
    const over = new Set(slotsOver(slots.keys(), watermark));
    for (const key of new Set([...should.keys(), ...slots.keys()])) {
      if (over.has(key)) continue;
      const [is, counts] = [slots.get(key) ?? 0, should.get(key) ?? 0];
      const name = key.replaceAll('\u001f', ' ');
      if (is !== counts) return `partition ${partition}: slot ${name} holds ${is}, not ${counts}`;
    }
  }
  return undefined;
}
