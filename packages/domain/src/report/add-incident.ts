import type { Assessment } from '../assessment/assess.ts';
import { throughScope } from '../assessment/clock.ts';
import type { Moment } from '../assessment/timeline.ts';
import type { Fact, ForceId, IncidentId } from '../facts/fact.ts';
import type { Objective, Policy } from '../policy/policy.ts';
import { earlier, type Instant, later } from '../time/instant.ts';
import { type Downgrade, downgradesOf, reviews } from './downgrade.ts';
import { lotOf } from './draw.ts';
import { addWait } from './durations.ts';
import { monthsIn } from './months.ts';
import { shortlist } from './shortlist.ts';
import {
  compareDowngrades,
  compareLongWaits,
  compareLots,
  count,
  countIn,
  entry,
  keyOf,
  type LongWait,
  lateFromTenth,
  listed,
  newCounts,
  newList,
  standDownEnds,
  type Tally,
  tenths,
} from './tally.ts';
import { regardlessOfGrade, type Wait, type WaitOutcome, waitOutcomes, waitsOf } from './wait.ts';

/**
 * Adds one incident to a tally, which is changed.
 *
 * @param facts - all of one incident, in any order, duplicates and facts dated after `until` included.
 * @param assessed - what `assess` returned for these facts, this policy and this instant.
 */
export function addIncident(
  tally: Tally,
  facts: readonly Fact[],
  assessed: Assessment,
  policy: Policy,
  until: Instant,
): void {
  tally.facts += facts.length;
  tally.duplicates += assessed.duplicates;
  for (const flag of assessed.flags) count(tally.flags, flag);
  if (assessed.state === undefined) return;
  const { incidentId, forceId } = assessed.state;

  tally.incidents += 1;
  for (const { target, phase } of assessed.alerts) count(tally.alerts, keyOf(target, phase));
  drawLot(tally, incidentId, facts);

  const { timeline, voided } = assessed.standing;
  if (voided > 0) addStandDowns(tally, forceId, voided, timeline);
  countOpenings(tally, timeline);
  const regraded = timeline.some(
    ({ fact }) => fact.type === 'incident-updated' && fact.grade !== undefined,
  );
  for (const objective of policy.objectives) {
    addObjective(tally, timeline, objective, policy, until);
    if (regraded) addDowngrades(tally, timeline, objective, forceId);
  }
}

function drawLot({ draw, sample }: Tally, incidentId: IncidentId, facts: readonly Fact[]): void {
  if (draw.cases === 0) return;
  shortlist(
    sample,
    { lot: lotOf(draw.seed, incidentId), incidentId, facts },
    compareLots,
    draw.cases,
  );
}

function countOpenings(tally: Tally, timeline: readonly Moment[]): void {
  for (const [index, { state }] of timeline.entries()) {
    const before = timeline[index - 1]?.state;
    if (before !== undefined && (before.open || !state.open)) continue;
    if (before !== undefined) tally.reopenings += 1;
    const { from, to } = tally.period ?? { from: state.start, to: state.start };
    tally.period = { from: earlier(from, state.start), to: later(to, state.start) };
  }
}

function addStandDowns(
  tally: Tally,
  forceId: ForceId,
  voided: number,
  timeline: readonly Moment[],
): void {
  const last = timeline.at(-1)?.state;
  const ended =
    last !== undefined && last.attendances.length > 0
      ? 'attended'
      : last?.open === true
        ? 'open'
        : 'closed';
  const length = standDownEnds.length + 1;
  countIn(tally.standDowns, forceId, 0, length, voided);
  countIn(tally.standDowns, forceId, standDownEnds.indexOf(ended) + 1, length);
}

function addObjective(
  tally: Tally,
  timeline: readonly Moment[],
  objective: Objective,
  { timeZone }: Policy,
  until: Instant,
): void {
  const { name } = objective;
  for (const wait of waitsOf(throughScope(timeline, objective), objective, until)) {
    const { forceId, areaId = '', child } = wait.state;
    const place = keyOf(name, forceId, areaId, monthsIn(timeZone)(wait.start));
    countIn(tally.places, place, indexOf(wait.outcome), waitOutcomes.length);
    const { end } = wait;
    if (end === undefined) continue;
    addWait(entry(tally.durations, keyOf(name, forceId, child), newCounts), end.ms, end.how);
    const longest = entry(tally.longest, name, newList<LongWait>);
    shortlist(longest, longWait(wait, end), compareLongWaits, listed);
  }
  for (const wait of waitsOf(regardlessOfGrade(timeline, objective), objective, until)) {
    const { forceId, child, grade } = wait.state;
    const key = keyOf(name, forceId, child, wait.initialGrade, grade, wait.highestGrade);
    countIn(tally.grades, key, indexOf(wait.outcome), waitOutcomes.length);
  }
}

function indexOf(outcome: WaitOutcome): number {
  return waitOutcomes.indexOf(outcome);
}

function longWait({ state }: Wait, { how, ms, begin }: NonNullable<Wait['end']>): LongWait {
  const { incidentId, forceId, areaId, grade, child } = state;
  return { incidentId, forceId, areaId, grade, child, begin, waitedMs: ms, end: how };
}

function addDowngrades(
  tally: Tally,
  timeline: readonly Moment[],
  objective: Objective,
  forceId: ForceId,
): void {
  for (const downgrade of downgradesOf(throughScope(timeline, objective), objective)) {
    const tenth = Math.floor(downgrade.elapsed * tenths);
    const index = tenth * reviews.length + reviews.indexOf(downgrade.review);
    const key = keyOf(objective.name, forceId);
    countIn(tally.downgrades, key, index, tenths * reviews.length);
    if (tenth < lateFromTenth) continue;
    const late = entry(tally.lateDowngrades, objective.name, newList<Downgrade>);
    shortlist(late, downgrade, compareDowngrades, listed);
  }
}
