/** What happened to one incident, from the call to the last close, before anybody recorded it. */
import type { Fact, Grade, IncidentId, UnitId } from '@vigil/domain/facts/fact';
import { type Instant, plus } from '@vigil/domain/time/instant';
import { type ChildKnowledge, drawChild } from './child.ts';
import { type Area, anyUnit, type Force } from './forces.ts';
import { drawGrade, drawRegrade, habits } from './grades.ts';
import type { Random } from './random.ts';
import { busyness } from './rhythm.ts';

type Recorded = 'id' | 'source' | 'time' | 'incidentId';
type Unrecorded<F> = F extends Fact ? Omit<F, Recorded> : never;
/** Something that happened: a fact that nobody has recorded yet. */
export type Happening = Unrecorded<Fact>;

export interface Story {
  readonly incidentId: IncidentId;
  readonly force: Force;
  readonly happenings: readonly Happening[];
}

export interface Incident {
  readonly incidentId: IncidentId;
  readonly force: Force;
  readonly createdAt: Instant;
  /** An incident of the same force shortly before, of which this may be a repeat. */
  readonly earlier: IncidentId | undefined;
}

/** What the chapters of a story share. */
interface Telling extends Incident {
  readonly random: Random;
  readonly child: ChildKnowledge;
  readonly area: Area;
  readonly happenings: Happening[];
}

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

const shares = {
  repeatOfAnother: 0.045,
  cancelled: 0.05,
  /** An officer came upon it: attended when it was created. */
  cameUponByOfficer: 0.02,
  reallocated: 0.08,
  stoodDown: 0.05,
  attendedAgainAfterStandDown: 0.85,
  /** A child is seen at the visit, or else later, or else never. */
  seenAtVisit: 0.72,
  seenLater: 0.7,
  leftOpen: 0.03,
  reopened: 0.025,
  attendedAfterReopening: 0.6,
} as const;

/** Tells one incident. */
export function tell(incident: Incident, random: Random): Story {
  const child = drawChild(random);
  const area = incident.force.area(random);
  const happenings: Happening[] = [];
  const telling: Telling = { ...incident, random, child, area, happenings };
  const grade = drawGrade(random);
  happenings.push({
    type: 'incident-created',
    at: incident.createdAt,
    forceId: incident.force.forceId,
    grade,
    areaId: area.areaId,
    setting: area.setting,
    ...child.atCreation,
  });
  const end = random.chance(shares.repeatOfAnother)
    ? closedAsRepeat(telling)
    : random.chance(shares.cancelled)
      ? cancelled(telling)
      : worked(telling, grade);
  learned(telling, end);
  return { incidentId: incident.incidentId, force: incident.force, happenings };
}

/** What comes out about a child while the incident is still open. */
function learned({ child, createdAt, random, happenings }: Telling, end: Instant): void {
  if (child.later === undefined) return;
  const at = after(createdAt, random.logNormal(15 * minute, 1));
  if (at < end) happenings.push({ type: 'incident-updated', at, ...child.later });
}

function closedAsRepeat({ createdAt, earlier, random, happenings }: Telling): Instant {
  const at = after(createdAt, random.logNormal(6 * minute, 0.8));
  const outcome = random.chance(0.6) ? 'duplicate' : 'merged';
  happenings.push({
    type: 'incident-closed',
    at,
    outcome,
    ...(earlier === undefined ? {} : { relatedIncidentId: earlier }),
  });
  return at;
}

function cancelled({ createdAt, random, happenings }: Telling): Instant {
  const at = after(createdAt, random.logNormal(35 * minute, 1.2));
  happenings.push({ type: 'incident-closed', at, outcome: 'cancelled' });
  return at;
}

/** The usual way: graded anew perhaps, called back, attended, closed, perhaps opened again. */
function worked(telling: Telling, first: Grade): Instant {
  const { createdAt, random, happenings } = telling;
  const grade = regraded(telling, first);
  const habit = habits[grade];
  const comesUpon = random.chance(shares.cameUponByOfficer);
  const attends = comesUpon || !random.chance(habit.neverAttended);
  const waitMs = comesUpon ? 0 : attendanceMs(telling, grade);
  let doneAt = after(createdAt, waitMs);
  if (random.chance(habit.contacted)) {
    const at = after(createdAt, random.logNormal(habit.contactMedianMs, 1));
    if (!attends || at < doneAt) {
      happenings.push({ type: 'caller-contacted', at });
      if (!attends && at > doneAt) doneAt = at;
    }
  }
  if (attends) {
    doneAt = attended(telling, createdAt, waitMs);
  } else if (random.chance(0.3)) {
    const at = after(createdAt, random.logNormal(2 * hour, 1));
    happenings.push({ type: 'incident-allocated', at, unitId: anyUnit(telling.force, random) });
    if (at > doneAt) doneAt = at;
  }
  if (random.chance(attends ? shares.leftOpen : habit.forgotten)) return after(doneAt, 60 * day);
  const closedAt = after(doneAt, random.logNormal(attends ? 45 * minute : 5 * hour, 0.9));
  happenings.push({ type: 'incident-closed', at: closedAt, outcome: 'resolved' });
  if (random.chance(shares.reopened)) reopened(telling, closedAt);
  return closedAt;
}

function regraded({ createdAt, random, happenings }: Telling, first: Grade): Grade {
  const regrade = drawRegrade(first, random);
  if (regrade === undefined) return first;
  const at = after(createdAt, regrade.afterMs);
  const reviewed = regrade.reviewed ? { reviewed: true } : {};
  happenings.push({ type: 'incident-updated', at, grade: regrade.grade, ...reviewed });
  return regrade.grade;
}

function attendanceMs({ createdAt, force, area, random }: Telling, grade: Grade): number {
  const habit = habits[grade];
  const rural = area.setting === 'rural' ? 1.25 : 0.95;
  const circumstances = force.pace * rural * Math.sqrt(busyness(createdAt));
  if (random.chance(habit.daysLate)) return random.logNormal(2 * day, 0.8);
  return random.logNormal(habit.attendanceMedianMs * circumstances, habit.spread);
}

/**
 * A unit is sent and comes; perhaps another was sent before, perhaps it is stood down and another
 * comes later.
 *
 * @param waitMs - from `since` until a unit is there.
 * @returns when the last thing of it happened.
 */
function attended(telling: Telling, since: Instant, waitMs: number): Instant {
  const { force, random, happenings } = telling;
  const unitId = anyUnit(force, random);
  const at = after(since, waitMs);
  if (waitMs > 0) {
    const travelMs = Math.min(waitMs * 0.7, random.logNormal(9 * minute, 0.5));
    if (random.chance(shares.reallocated)) {
      const before = after(since, (waitMs - travelMs) * random.unit());
      happenings.push({
        type: 'incident-allocated',
        at: before,
        unitId: anyUnit(force, random),
      });
    }
    const sent = after(since, waitMs - travelMs);
    happenings.push({ type: 'incident-allocated', at: sent, unitId });
  }
  if (waitMs > 0 && random.chance(shares.stoodDown)) return stoodDown(telling, at, unitId);
  return visited(telling, at, unitId);
}

function stoodDown(telling: Telling, at: Instant, unitId: UnitId): Instant {
  const { random, happenings } = telling;
  happenings.push({ type: 'officer-attended', at, unitId });
  const abortedAt = after(at, random.between(0.5, 12) * minute);
  happenings.push({ type: 'attendance-aborted', at: abortedAt, unitId });
  if (!random.chance(shares.attendedAgainAfterStandDown)) return abortedAt;
  return attended(telling, abortedAt, random.logNormal(70 * minute, 1));
}

/** An officer is there. If there is a child it is seen then, or later, or never. */
function visited({ child, random, happenings }: Telling, at: Instant, unitId: UnitId): Instant {
  const childSeen = child.present && random.chance(shares.seenAtVisit);
  happenings.push({
    type: 'officer-attended',
    at,
    unitId,
    ...(child.present ? { childSeen } : {}),
  });
  if (!child.present || childSeen || !random.chance(shares.seenLater)) return at;
  const seenAt = after(at, random.logNormal(3 * hour, 1.2));
  happenings.push({ type: 'child-seen', at: seenAt, unitId });
  return seenAt;
}

function reopened(telling: Telling, closedAt: Instant): void {
  const { random, happenings } = telling;
  const at = after(closedAt, random.logNormal(6 * hour, 1));
  happenings.push({ type: 'incident-reopened', at });
  const doneAt = random.chance(shares.attendedAfterReopening)
    ? attended(telling, at, random.logNormal(80 * minute, 1))
    : after(at, 3 * hour);
  const closedAgainAt = after(doneAt, random.logNormal(hour, 0.8));
  happenings.push({ type: 'incident-closed', at: closedAgainAt, outcome: 'resolved' });
}

/** An instant whole seconds later: nobody at the scene or on the telephone is timed more finely. */
function after(instant: Instant, ms: number): Instant {
  return plus(instant, Math.floor(ms / 1_000) * 1_000);
}
