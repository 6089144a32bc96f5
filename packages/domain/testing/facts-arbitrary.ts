import fc from 'fast-check';
import {
  type AreaId,
  childInvolvements,
  closeOutcomes,
  type Fact,
  type FactId,
  type ForceId,
  grades,
  type IncidentDetails,
  type IncidentId,
  type SourceId,
  settings,
  type UnitId,
} from '../src/facts/fact.ts';
import type { Milestone } from '../src/ledger/alert.ts';
import type { Objective, Policy, Scope, Target } from '../src/policy/policy.ts';
import type { Duration } from '../src/time/duration.ts';
import { type Instant, plus } from '../src/time/instant.ts';

/** Nine in the morning; every generated fact is within hours of it. */
export const nine = Date.UTC(2026, 2, 2, 9) as Instant;
const minute = 60_000;

/** Few different instants, so that facts meet each other, due instants and `now` often. */
export const instants = fc
  .oneof(
    fc.integer({ min: -2, max: 24 }).map((quarter) => quarter * 15 * minute),
    fc.integer({ min: -5 * minute, max: 6 * 60 * minute }),
  )
  .map((ms) => plus(nine, ms));

const details = fc.record(
  {
    areaId: fc.constantFrom('north', 'south').map((id) => id as AreaId),
    incidentType: fc.constantFrom('theft', 'missing-child'),
    setting: fc.constantFrom(...settings),
    childInvolvement: fc.constantFrom(...childInvolvements),
    childMarkers: fc.constantFrom([], ['child-protection-plan']),
    youngestAge: fc.constantFrom(3, 17, 18, 40),
  },
  { requiredKeys: [] },
) satisfies fc.Arbitrary<IncidentDetails>;

const unit = fc.constantFrom('U1', 'U2').map((id) => id as UnitId);
const grade = fc.constantFrom(...grades);

const happenings = fc.oneof(
  {
    weight: 2,
    arbitrary: fc.tuple(details, grade).map(([d, g]) => ({
      type: 'incident-created' as const,
      forceId: 'example' as ForceId,
      grade: g,
      ...d,
    })),
  },
  {
    weight: 4,
    arbitrary: fc
      .tuple(details, fc.record({ grade, reviewed: fc.boolean() }, { requiredKeys: [] }))
      .map(([d, g]) => ({ type: 'incident-updated' as const, ...d, ...g })),
  },
  { weight: 1, arbitrary: fc.constant({ type: 'incident-allocated' as const }) },
  { weight: 1, arbitrary: fc.constant({ type: 'caller-contacted' as const }) },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant('incident-closed' as const),
      outcome: fc.constantFrom(...closeOutcomes),
    }),
  },
  { weight: 2, arbitrary: fc.constant({ type: 'incident-reopened' as const }) },
  {
    weight: 3,
    arbitrary: fc.record(
      { type: fc.constant('officer-attended' as const), unitId: unit, childSeen: fc.boolean() },
      { requiredKeys: ['type', 'unitId'] },
    ),
  },
  { weight: 1, arbitrary: fc.constant({ type: 'child-seen' as const }) },
  {
    weight: 2,
    arbitrary: fc.record({ type: fc.constant('attendance-aborted' as const), unitId: unit }),
  },
);

/** The facts of one incident, in no order; nearly always with a creation among them. */
export const factSets: fc.Arbitrary<readonly Fact[]> = fc
  .tuple(
    fc.option(fc.tuple(details, grade, instants), { freq: 12 }),
    fc.array(fc.tuple(happenings, instants), { maxLength: 9 }),
  )
  .map(([creation, rest]) => {
    const first =
      creation === null
        ? []
        : [
            [
              {
                type: 'incident-created' as const,
                forceId: 'example' as ForceId,
                grade: creation[1],
                ...creation[0],
              },
              creation[2],
            ] as const,
          ];
    return [...first, ...rest].map(
      ([happening, at], index): Fact => ({
        ...happening,
        id: `f${index}` as FactId,
        source: 'urn:police:example:cad' as SourceId,
        incidentId: 'INC-1' as IncidentId,
        at,
      }),
    );
  });

const duration = fc.constantFrom(15, 30, 60, 120).map((minutes) => (minutes * minute) as Duration);

const scopes = fc.record(
  {
    milestone: fc.constantFrom<Milestone>('attended', 'seen', 'allocated', 'contacted'),
    grades: fc.subarray([...grades], { minLength: 1 }),
    clock: fc.constantFrom('created', 'graded', 'allocated'),
    downgrade: fc.constantFrom('release', 'review'),
    within: duration,
    child: fc.constantFrom('involved', 'possible'),
    settings: fc.subarray([...settings], { minLength: 1 }),
    incidentTypes: fc.constant(['missing-child']),
  },
  { requiredKeys: ['milestone', 'grades', 'clock', 'downgrade', 'within'] },
) satisfies fc.Arbitrary<Omit<Scope, 'name'>>;

const targets: fc.Arbitrary<Omit<Target, 'name'>> = fc
  .tuple(
    scopes,
    fc.option(fc.constantFrom(0.25, 0.75)),
    fc.subarray([15 * minute, 60 * minute, 90 * minute] as Duration[]),
  )
  .map(([scope, warnAt, escalateAfter]) => ({
    ...scope,
    escalateAfter,
    severity: { warning: 'medium', breach: 'high', escalation: 'critical' },
    ...(warnAt === null ? {} : { warnAfter: Math.floor(warnAt * scope.within) as Duration }),
  }));

/** Small policies of every shape. */
export const policies: fc.Arbitrary<Policy> = fc
  .tuple(
    fc.array(targets, { minLength: 1, maxLength: 3 }),
    fc.array(fc.tuple(scopes, fc.constantFrom(24, 7 * 24)), { maxLength: 2 }),
  )
  .map(([someTargets, someObjectives]) => ({
    policyVersion: '000000000000',
    timeZone: 'Europe/London',
    grace: 2_000 as Duration,
    holdAtMost: 60_000 as Duration,
    maxAhead: 300_000 as Duration,
    retainFor: (35 * 24 * 60 * minute) as Duration,
    maxSilence: (60 * minute) as Duration,
    acknowledgementLasts: (30 * minute) as Duration,
    feeds: [],
    childTypes: ['missing-child'],
    targets: someTargets.map((target, i) => ({ ...target, name: `target-${i}` })),
    objectives: someObjectives.map(
      ([scope, hours], i): Objective => ({
        ...scope,
        name: `objective-${i}`,
        target: 0.75,
        windows: [60 * minute, hours * 60 * minute] as Duration[],
        minimumIncidents: 20,
      }),
    ),
  }));
