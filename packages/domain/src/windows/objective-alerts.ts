import type { ForceId } from '../facts/fact.ts';
import { type ObjectiveAlert, objectiveAlertIdOf } from '../ledger/alert.ts';
import type { Objective, Policy } from '../policy/policy.ts';
import type { Instant } from '../time/instant.ts';
import { stepOf, type WindowFigures } from './slots.ts';

/** Objectives that were said to be missed, by `objectiveKey`, and since when. */
export type Missed = Readonly<Record<string, Instant>>;

/** Names one objective of one force in `Missed`. */
export const objectiveKey = (objective: string, force: ForceId): string => `${objective}\n${force}`;

/**
 * What is to be said of objectives at `now` (semantics 8): missed when attainment over the shortest
 * window and the next is below target with enough incidents in each; recovered when the shortest is
 * back at target, but never sooner than one step of the longer window after it was raised.
 *
 * @param figures - of all shards together.
 */
export function objectiveAlerts(
  figures: readonly WindowFigures[],
  missed: Missed,
  policy: Policy,
  now: Instant,
): { readonly alerts: readonly ObjectiveAlert[]; readonly missed: Missed } {
  const alerts: ObjectiveAlert[] = [];
  const after: Record<string, Instant> = { ...missed };
  for (const objective of policy.objectives) {
    const [shortest, next = shortest] = objective.windows;
    if (next === undefined) continue;
    const forces = Map.groupBy(
      figures.filter((row) => row.objective === objective.name && isWholeForce(row)),
      ({ forceId }) => forceId,
    );
    for (const [forceId, rows] of forces) {
      const windows = [shortest, next].map((length) => rows.find((row) => row.length === length));
      const since = missed[objectiveKey(objective.name, forceId)];
      const say = (phase: ObjectiveAlert['phase']): void => {
        alerts.push(alertOf(objective, forceId, phase, windows, policy, now));
      };
      if (since === undefined) {
        if (!windows.every((row) => isMissed(row, objective))) continue;
        say('objective-missed');
        after[objectiveKey(objective.name, forceId)] = now;
      } else if (recovered(windows[0], objective) && now - since >= stepOf(next)) {
        say('objective-recovered');
        delete after[objectiveKey(objective.name, forceId)];
      }
    }
  }
  return { alerts, missed: after };
}

const isWholeForce = ({ areaId, child }: WindowFigures): boolean =>
  areaId === undefined && child === undefined;

function isMissed(
  row: WindowFigures | undefined,
  { target, minimumIncidents }: Objective,
): boolean {
  return (
    row?.attainment !== undefined &&
    row.attainment < target &&
    row.within + row.missed >= minimumIncidents
  );
}

function recovered(row: WindowFigures | undefined, { target }: Objective): boolean {
  return row?.attainment !== undefined && row.attainment >= target;
}

function alertOf(
  objective: Objective,
  forceId: ForceId,
  phase: ObjectiveAlert['phase'],
  windows: readonly (WindowFigures | undefined)[],
  { policyVersion }: Policy,
  at: Instant,
): ObjectiveAlert {
  return {
    kind: 'objective-alert',
    alertId: objectiveAlertIdOf({ objective: objective.name, forceId, phase, at }),
    revision: 1,
    objective: objective.name,
    forceId,
    phase,
    at,
    raisedAt: at,
    target: objective.target,
    windows: windows.flatMap((row) =>
      row === undefined ? [] : [{ lengthMs: row.length, within: row.within, missed: row.missed }],
    ),
    policyVersion,
  };
}
