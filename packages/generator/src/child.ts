/** What a force's system says of children in an incident, or does not say. */
import type { IncidentDetails } from '@vigil/domain/facts/fact';
import { type Random, weighted } from './random.ts';

/** What is known at the creation, and what somebody finds out later. */
export interface ChildKnowledge {
  /** Whether a child is really there, whoever knows it. */
  readonly present: boolean;
  readonly atCreation: IncidentDetails;
  readonly later?: IncidentDetails;
}

/** Types of incident in which a child is involved by their name; the others say nothing of children. */
const childTypes = ['child-protection', 'missing-child'] as const;
const otherTypes = weighted([
  [16, 'violence'],
  [14, 'domestic-abuse'],
  [13, 'anti-social-behaviour'],
  [10, 'theft'],
  [9, 'suspicious-circumstances'],
  [9, 'road-traffic'],
  [8, 'concern-for-safety'],
  [7, 'burglary'],
  [6, 'criminal-damage'],
  [5, 'missing-adult'],
  [3, 'fraud'],
]);
const markers = [
  'child-protection-plan',
  'child-at-address',
  'looked-after-child',
  'domestic-abuse-child',
] as const;

const presentShare = 0.103;
/** Of the incidents with a child, those where it comes out only after the creation. */
const learnedLaterShare = 0.12;
/** Of all incidents, those where nobody found out at the creation. */
const notAskedShare = 0.38;

const howKnown = weighted([
  [0.38, 'marker'],
  [0.27, 'involvement'],
  [0.2, 'age'],
  [0.15, 'type'],
] as const);

const howRuledOut = weighted([
  [0.7, 'involvement'],
  [0.3, 'age'],
] as const);

/** Draws what is known of children in one incident, its type included. About one in ten has one. */
export function drawChild(random: Random): ChildKnowledge {
  return random.chance(presentShare) ? childPresent(random) : noChild(random);
}

function childPresent(random: Random): ChildKnowledge {
  const how = howKnown(random);
  const incidentType = how === 'type' ? random.pick(childTypes) : otherTypes(random);
  const known = knownBy(how, random);
  if (how !== 'type' && random.chance(learnedLaterShare)) {
    return { present: true, atCreation: { incidentType }, later: known };
  }
  return { present: true, atCreation: { incidentType, ...known } };
}

function knownBy(how: ReturnType<typeof howKnown>, random: Random): IncidentDetails {
  switch (how) {
    case 'marker':
      return { childMarkers: [random.pick(markers)] };
    case 'involvement':
      return { childInvolvement: 'involved' };
    case 'age':
      return { youngestAge: Math.floor(random.between(0, 18)) };
    case 'type':
      return {};
  }
}

function noChild(random: Random): ChildKnowledge {
  const incidentType = otherTypes(random);
  const ruledOut = () =>
    howRuledOut(random) === 'involvement'
      ? { childInvolvement: 'not-involved' as const }
      : { youngestAge: Math.floor(random.between(18, 90)) };
  if (!random.chance(notAskedShare)) {
    return { present: false, atCreation: { incidentType, ...ruledOut() } };
  }
  const atCreation = random.chance(0.3)
    ? { incidentType, childInvolvement: 'unknown' as const }
    : { incidentType };
  return random.chance(0.3)
    ? { present: false, atCreation, later: ruledOut() }
    : { present: false, atCreation };
}
