import {
  childInvolvements,
  closeOutcomes,
  type Fact,
  type FeedHeartbeat,
  grades,
  settings,
} from '@vigil/domain/facts/fact';
import {
  type LedgerRecord,
  lateReasons,
  milestones,
  type OpenBreach,
  retractionReasons,
  severities,
} from '@vigil/domain/ledger/alert';
import type { Instant } from '@vigil/domain/time/instant';
import fc from 'fast-check';

/** Text that may stand in an identifier: anything but control characters, of up to 128 characters. */
const text = fc
  .oneof(
    fc.string({ minLength: 1, maxLength: 128, unit: 'binary' }),
    fc.string({ minLength: 1, maxLength: 12, unit: 'grapheme-ascii' }),
  )
  .filter((one) => !/\p{Cc}/u.test(one));

/** A branded text: the brand is for the compiler only. */
function id<T extends string>(): fc.Arbitrary<T> {
  return text.map((one) => one as T);
}

const instant = fc
  .integer({ min: Date.UTC(1900, 0, 1), max: Date.UTC(2200, 0, 1) - 1 })
  .map((ms) => ms as Instant);

/** A fact's required fields with any of its optional ones. */
function fields<Required extends object, Optional extends object>(
  required: { [K in keyof Required]: fc.Arbitrary<Required[K]> },
  optional: { [K in keyof Optional]: fc.Arbitrary<Optional[K]> },
): fc.Arbitrary<Required & Partial<Optional>> {
  return fc
    .tuple(fc.record(required), fc.record(optional, { requiredKeys: [] }))
    .map(([a, b]) => ({ ...a, ...b }) as Required & Partial<Optional>);
}

const named = { id: id<Fact['id']>(), source: id<Fact['source']>(), at: instant };
const base = { ...named, incidentId: id<Fact['incidentId']>() };
const unitId = id<Extract<Fact, { type: 'officer-attended' }>['unitId']>();
const details = {
  areaId: id<NonNullable<Extract<Fact, { type: 'incident-created' }>['areaId']>>(),
  incidentType: fc.string({ unit: 'binary', maxLength: 1_024 }),
  setting: fc.constantFrom(...settings),
  childInvolvement: fc.constantFrom(...childInvolvements),
  childMarkers: fc.array(text, { maxLength: 100 }),
  youngestAge: fc.integer({ min: 0, max: 150 }),
  time: instant,
};
const grade = fc.constantFrom(...grades);
const type = <const T extends string>(one: T): fc.Arbitrary<T> => fc.constant(one);

/** Facts of every type, with every field that they may have. */
export const facts: fc.Arbitrary<Fact> = fc.oneof(
  fields(
    {
      type: type('incident-created'),
      ...base,
      forceId: id<Extract<Fact, { type: 'incident-created' }>['forceId']>(),
      grade,
    },
    details,
  ),
  fields(
    { type: type('incident-updated'), ...base },
    { ...details, grade, reviewed: fc.boolean() },
  ),
  fields({ type: type('incident-allocated'), ...base }, { time: instant, unitId }),
  fields({ type: type('caller-contacted'), ...base }, { time: instant }),
  fields(
    { type: type('incident-closed'), ...base, outcome: fc.constantFrom(...closeOutcomes) },
    { time: instant, relatedIncidentId: base.incidentId },
  ),
  fields({ type: type('incident-reopened'), ...base }, { time: instant }),
  fields(
    { type: type('officer-attended'), ...base, unitId },
    { time: instant, childSeen: fc.boolean() },
  ),
  fields({ type: type('child-seen'), ...base }, { time: instant, unitId }),
  fields({ type: type('attendance-aborted'), ...base, unitId }, { time: instant }),
);

export const heartbeats: fc.Arbitrary<FeedHeartbeat> = fields(
  { type: type('feed-heartbeat'), ...named },
  { time: instant },
);

type Alert = Extract<LedgerRecord, { kind: 'alert' }>;
type ObjectiveAlert = Extract<LedgerRecord, { kind: 'objective-alert' }>;

const revision = fc.integer({ min: 1, max: 2 ** 31 - 1 });
/** avsc takes a long up to one below the greatest safe integer. */
const count = fc.nat({ max: Number.MAX_SAFE_INTEGER - 1 });
const phase: fc.Arbitrary<Alert['phase']> = fc.oneof(
  fc.constantFrom('warning' as const, 'breach' as const, 'cleared' as const),
  fc.integer({ min: 1, max: 20 }).map((step) => `escalation-${step}` as const),
);
const alertId = fc.uuid({ version: 5 }).map((one) => one as Alert['alertId']);
const about = {
  alertId,
  revision,
  incidentId: base.incidentId,
  forceId: id<Alert['forceId']>(),
  target: text,
  phase,
  at: instant,
  policyVersion: text,
  watermark: instant,
};
const confidence = fc.constantFrom('confirmed' as const, 'provisional' as const);
const position = fields(
  { source: named.source, id: named.id },
  { topic: text, partition: fc.nat(), offset: fc.bigInt({ min: 0n }).map(String) },
);
const factPositions = fc.array(position, { maxLength: 5 });
const hold = fc.record({
  cause: fc.constantFrom('lag' as const, 'feed-silent' as const),
  on: text,
  lagMs: count,
});
const state = {
  grade,
  child: fc.constantFrom(...childInvolvements),
  severity: fc.constantFrom(...severities),
  confidence,
};

/** Records of every kind on the alert topic, with every field that they may have. */
export const ledgerRecords: fc.Arbitrary<LedgerRecord> = fc.oneof(
  fields(
    {
      kind: type('alert'),
      ...about,
      ...state,
      milestone: fc.constantFrom(...milestones),
      raisedAt: instant,
      facts: factPositions,
    },
    {
      reason: fc.constantFrom('closed' as const, 'regraded' as const, ...milestones),
      areaId: details.areaId,
      begin: instant,
      due: instant,
      late: fc.constantFrom(...lateReasons),
      hold,
    },
  ),
  fc.record({
    kind: type('retraction'),
    ...about,
    reason: fc.constantFrom(...retractionReasons),
    retractedAt: instant,
    facts: factPositions,
  }),
  fc.record({ kind: type('confirmation'), ...about, confirmedAt: instant }),
  fc.record({
    kind: type('feed-alert'),
    alertId,
    revision,
    source: named.source,
    phase: fc.constantFrom('feed-silent' as const, 'feed-heard' as const),
    at: instant,
    raisedAt: instant,
    lastHeard: instant,
    policyVersion: text,
  }),
  fc.record({
    kind: type('objective-alert'),
    alertId,
    revision,
    objective: text,
    forceId: about.forceId,
    phase: fc.constantFrom<ObjectiveAlert['phase'][]>('objective-missed', 'objective-recovered'),
    at: instant,
    raisedAt: instant,
    target: fc.double({ min: 0, max: 1, noNaN: true }),
    windows: fc.array(fc.record({ lengthMs: count, within: count, missed: count })),
    policyVersion: text,
  }),
);

export const openBreaches: fc.Arbitrary<OpenBreach> = fields(
  {
    incidentId: base.incidentId,
    target: text,
    forceId: about.forceId,
    ...state,
    phase,
    breachAt: instant,
    alertId,
    policyVersion: text,
  },
  { areaId: details.areaId, due: instant },
);
