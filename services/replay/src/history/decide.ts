/** Decides incidents: what a thread does. No clock and no files but the spool. */
import { assess, type DataQualityFlag } from '@vigil/domain/assessment/assess';
import type { Sample, Settlement } from '@vigil/domain/assessment/objective';
import type { Fact } from '@vigil/domain/facts/fact';
import type { Alert } from '@vigil/domain/ledger/alert';
import { type Arrival, assessAsKnown, type KnownAlert } from '@vigil/domain/ledger/as-known';
import { auditIncident } from '@vigil/domain/ledger/audit';
import { policyChanges } from '@vigil/domain/ledger/policy-difference';
import type { Policy } from '@vigil/domain/policy/policy';
import { addIncident } from '@vigil/domain/report/add-incident';
import type { Draw } from '@vigil/domain/report/draw';
import { newTally, type Tally } from '@vigil/domain/report/tally';
import type { Instant } from '@vigil/domain/time/instant';
import { type AuditCounts, addAudit, newAuditCounts } from '../audit/audit-counts.ts';
import { addChanges, type ChangeCounts, newChangeCounts } from '../audit/change-counts.ts';
import { addOutcome, type Tallies } from '../figures.ts';
import {
  alertLine,
  compareAlerts,
  compareOutcomes,
  knownAlertLine,
  outcomeLine,
} from '../ledger-lines.ts';
import type { Incident } from './partition.ts';
import { type Run, runOf } from './run.ts';

/** How incidents are to be decided. */
export interface Terms {
  readonly policy: Policy;
  /** The end of the history; when it is not known yet, what depends on it is handed back. */
  readonly until: Instant | undefined;
  /** What should have been said, or what could have been, given when each fact was recorded. */
  readonly as: 'recorded' | 'known';
  /** The cases that a report draws; without it nothing is counted for one. */
  readonly draw?: Draw;
  /** Compares with what was said; milliseconds that an alert may take to be raised. */
  readonly audit?: { readonly lateOver: number };
  /** Compares with what another policy would have said. */
  readonly other?: Policy;
}

/** What was decided about some incidents. Plain data: threads hand it over. */
export interface Decided {
  readonly alerts: Run;
  readonly outcomes: Run;
  /** Incidents that a fact is about, and those of them that were created by then. */
  readonly known: number;
  readonly incidents: number;
  readonly duplicates: number;
  /** Alerts by target and phase, and incidents by flag. */
  readonly alertCounts: ReadonlyMap<string, ReadonlyMap<string, number>>;
  readonly flags: ReadonlyMap<DataQualityFlag, number>;
  readonly tallies: Tallies;
  /** Each when it is wanted. */
  readonly report: Tally | undefined;
  readonly audit: AuditCounts | undefined;
  readonly changes: ChangeCounts | undefined;
  /** Incidents that the end of the history decides, which is not known yet. */
  readonly open: readonly Incident[];
}

/** @param last - an instant that the end of the history is not before. */
export function decideIncidents(
  incidents: Iterable<Incident>,
  { policy, until, as, draw, audit: auditing, other }: Terms,
  last: Instant | undefined = until,
): Decided {
  const alerts: Raised[] = [];
  const outcomes: (Settlement | Sample)[] = [];
  const open: Incident[] = [];
  const flags = new Map<DataQualityFlag, number>();
  const tallies: Tallies = new Map();
  const report = draw === undefined ? undefined : newTally(draw);
  const audit = auditing === undefined ? undefined : newAuditCounts();
  const changes = other === undefined ? undefined : newChangeCounts();
  let [known, created, duplicates] = [0, 0, 0];
  const now = until ?? last;
  for (const incident of incidents) {
    if (now === undefined) {
      open.push(incident);
      continue;
    }
    const facts = as === 'known' ? knownBy(incident.facts, now) : incident.facts;
    const assessed = assess(facts, policy, now);
    const compared = other === undefined ? undefined : assess(facts, other, now);
    if (until === undefined && [assessed, compared].some((one) => one?.nextDue !== undefined)) {
      open.push(incident);
      continue;
    }
    if (facts.length > 0) known += 1;
    duplicates += assessed.duplicates;
    if (assessed.state !== undefined) created += 1;
    if (report !== undefined && facts.length > 0) addIncident(report, facts, assessed, policy, now);
    if (as === 'known') {
      const all = assessAsKnown(arrivalsOf(facts), policy, now);
      alerts.push(...all.map((one) => ({ alert: one.alert, known: one })));
    } else for (const alert of assessed.alerts) alerts.push({ alert });
    for (const outcome of assessed.settlements) outcomes.push(outcome);
    for (const outcome of assessed.samples) outcomes.push(outcome);
    for (const flag of assessed.flags) flags.set(flag, (flags.get(flag) ?? 0) + 1);
    if (audit !== undefined && auditing !== undefined) {
      const terms = { ...auditing, policy, as, until: now };
      addAudit(audit, auditIncident(arrivalsOf(facts), incident.said, terms));
    }
    if (changes !== undefined && compared !== undefined) {
      addChanges(changes, policyChanges(assessed.alerts, compared.alerts), compared);
    }
  }
  for (const outcome of outcomes) addOutcome(tallies, outcome);
  alerts.sort(compareRaised);
  outcomes.sort(compareOutcomes);
  return {
    alerts: runOf(alerts.map((raised) => ({ key: raised.alert.at, line: lineOf(raised) }))),
    outcomes: runOf(outcomes.map((outcome) => ({ key: outcome.at, line: outcomeLine(outcome) }))),
    known,
    incidents: created,
    duplicates,
    alertCounts: countsOf(alerts),
    flags,
    tallies,
    report,
    audit,
    changes,
    open,
  };
}

/** An alert that should have been said; or, as known, that could have been for a time. */
interface Raised {
  readonly alert: Alert;
  readonly known?: KnownAlert;
}

function compareRaised(a: Raised, b: Raised): number {
  return compareAlerts(a.alert, b.alert) || (a.known?.revision ?? 0) - (b.known?.revision ?? 0);
}

function lineOf({ alert, known }: Raised): string {
  return known === undefined ? alertLine(alert) : knownAlertLine(known);
}

/** What counts is what stands in the end. */
function countsOf(raised: readonly Raised[]): ReadonlyMap<string, ReadonlyMap<string, number>> {
  const counts = new Map<string, Map<string, number>>();
  for (const { alert, known } of raised) {
    if (known?.retractedAt !== undefined) continue;
    const phases = counts.get(alert.target) ?? new Map<string, number>();
    counts.set(alert.target, phases.set(alert.phase, (phases.get(alert.phase) ?? 0) + 1));
  }
  return counts;
}

/** A fact is known from when its source recorded it; where it does not say, from when it happened. */
function arrivalsOf(facts: readonly Fact[]): readonly Arrival[] {
  return facts.map((fact) => ({ fact, arrivedAt: fact.time ?? fact.at }));
}

function knownBy(facts: readonly Fact[], until: Instant): readonly Fact[] {
  return facts.filter((fact) => (fact.time ?? fact.at) <= until);
}
