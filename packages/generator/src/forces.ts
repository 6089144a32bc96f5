/** The forces of the synthetic histories. They do not exist. */
import type { AreaId, ForceId, Setting, SourceId, UnitId } from '@vigil/domain/facts/fact';
import { type Random, weighted } from './random.ts';

export interface Area {
  readonly areaId: AreaId;
  readonly setting: Setting;
}

export interface Force {
  readonly forceId: ForceId;
  /** What its incidents and units are called by. */
  readonly prefix: string;
  /** The command-and-control system: nearly every fact. */
  readonly cad: SourceId;
  /** The terminals in the cars, with clocks of their own: what officers do at the scene. */
  readonly terminals: SourceId;
  readonly area: (random: Random) => Area;
  /** How long its attendances take, against the average of all forces. */
  readonly pace: number;
  readonly units: number;
}

function force(
  name: string,
  prefix: string,
  pace: number,
  units: number,
  areas: readonly [readonly [number, string, Setting], ...(readonly [number, string, Setting])[]],
): Force {
  const [first, ...rest] = areas;
  const choice = ([weight, area, setting]: (typeof areas)[number]) =>
    [weight, { areaId: `${name}-${area}` as AreaId, setting }] as const;
  return {
    forceId: name as ForceId,
    prefix,
    cad: `urn:police:${name}:cad` as SourceId,
    terminals: `urn:police:${name}:terminals` as SourceId,
    area: weighted([choice(first), ...rest.map(choice)]),
    pace,
    units,
  };
}

const northmoor = force('northmoor', 'NM', 1.1, 120, [
  [4, 'city', 'urban'],
  [3, 'docks', 'urban'],
  [2, 'fells', 'rural'],
  [1, 'coast', 'rural'],
]);
const eastvale = force('eastvale', 'EV', 0.8, 90, [
  [3, 'central', 'urban'],
  [3, 'new-town', 'urban'],
  [1, 'fens', 'rural'],
]);
const westmarch = force('westmarch', 'WM', 1.2, 60, [
  [2, 'market-towns', 'urban'],
  [2, 'borders', 'rural'],
  [2, 'valleys', 'rural'],
]);

export const forces = [northmoor, eastvale, westmarch] as const;

/** A force, the larger more often. */
export const anyForce = weighted<Force>([
  [5, northmoor],
  [3, eastvale],
  [2, westmarch],
]);

export function anyUnit({ prefix, units }: Force, random: Random): UnitId {
  return `${prefix}-${Math.floor(random.between(1, units + 1))}` as UnitId;
}
